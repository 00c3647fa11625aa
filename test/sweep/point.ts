/**
 * A point of the effects seam as a sweep names it. Points are found by recording a whole migration, never listed by
 * hand: what is new in the program is new in the next sweep.
 */
import type {EffectKind} from '../../src/model/effects.ts';

/** What happens before the point's process comes to it. `alone-…`: the runner died there, and its watchdog is alone. */
export type Scene = 'plain' | 'alone-before-the-decision' | 'alone-after-the-decision';

/**
 * `where`: the runner's visit of a phase and the step it is at (`cutover#2:hold`), only the visit for what streams do in
 * the background, or which watchdog of the migration it is (`watchdog#1`).
 */
export type Passed = {readonly where: string; readonly kind: EffectKind; readonly label: string};

/** `later`: one of those that follow the first, early enough that nearly every run comes to it. */
export type Point = Passed & {
  readonly scene: Scene;
  readonly occurrence: 'first' | 'later';
  /** Which one that is, counted within `where`. */
  readonly times: number;
  /** A watchdog stands ready or at work there. */
  readonly isWatched: boolean;
  /** Before the first way back was asked for, so that a shorter road proves as much. */
  readonly isEarly: boolean;
};

export const nameOf = ({scene, where, kind, label, occurrence}: Point): string => `${scene}/${where}/${kind}/${label}/${occurrence}`;

/** Without what differs from run to run: numbers, positions, identifiers, and which of the tables it is about. */
export const neutral = (label: string): string =>
  label
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/gi, '#')
    .replace(/\b[0-9A-F]+\/[0-9A-F]+\b/g, '#')
    .replace(/\b(?=\w*\d)[0-9a-f]{8}\b/g, '#')
    .replace(/_[0-9a-f]{8}(?=_|\b)/g, '_#')
    .replace(/(?<![$a-z])\d+/gi, '#')
    .replace(/\s+/g, ' ')
    .replace(/".*$/s, '"…');

/** `*` stands for anything, also for slashes. */
export function matches(glob: string, name: string): boolean {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

/** In the order of their first passing. */
export function pointsOf(scene: Scene, trace: readonly Passed[]): Point[] {
  const early = beforeTheWayBack(trace);
  const watched = new Set(trace.filter((_, index) => isWatched(trace, index)));
  const groups = Map.groupBy(trace, ({where, kind, label}) => `${where}\n${kind}\n${label}`);
  return [...groups.values()].flatMap((group) =>
    occurrences(group.length).flatMap(({occurrence, times}) => {
      const passed = group[times - 1];
      return passed ? [{...passed, scene, occurrence, times, isWatched: watched.has(passed), isEarly: early.has(passed)}] : [];
    }),
  );
}

const occurrences = (count: number): {readonly occurrence: Point['occurrence']; readonly times: number}[] =>
  count < 2
    ? [{occurrence: 'first', times: 1}]
    : [
        {occurrence: 'first', times: 1},
        {occurrence: 'later', times: 1 + Math.ceil((count - 1) / 3)},
      ];

function beforeTheWayBack(trace: readonly Passed[]): ReadonlySet<Passed> {
  const at = trace.findIndex(({where}) => where.startsWith('reverse-cutover#1'));
  return new Set(trace.slice(0, at < 0 ? trace.length : at));
}

/** From the moment the runner knows that its watchdog stands until the phase is over. */
function isWatched(trace: readonly Passed[], index: number): boolean {
  const visit = visitOf(trace[index]);
  if (!/cutover#/.test(visit)) return false;
  const armed = `step-outcome ${visit.replace(/#.*/, '')}/start-watchdog`;
  return trace.slice(0, index + 1).some((one) => one.label === armed && visitOf(one) === visit);
}

const visitOf = (passed: Passed | undefined): string => passed?.where.replace(/:.*/, '') ?? '';
