/**
 * A point of the effects seam as a sweep names it. Points are found by recording whole migrations, never listed by hand:
 * what is new in the program is new in the next sweep.
 */
import type {EffectKind} from '../../src/model/effects.ts';

/** What happens before the point's process comes to it. `alone-…`: the runner died there, and its watchdog is alone. */
export type Scene = 'plain' | 'alone-before-the-decision' | 'alone-after-the-decision';

/**
 * `where`: the runner's visit of a phase and the step it is at (`cutover#2:hold`), only the visit for what streams do in
 * the background, or which watchdog of the migration it is (`watchdog#1`).
 */
export type Passed = {readonly where: string; readonly kind: EffectKind; readonly label: string};

/** Which passing of it, counted within `where`. */
export type Numbered = Passed & {readonly times: number};

/** `cutover#2` of `cutover#2:hold`. */
export const visitOf = (where: string): string => where.replace(/:.*/, '');

export const classOf = ({where, kind, label}: Passed): string => `${where}\n${kind}\n${label}`;

export const numbered = (trace: readonly Passed[]): Numbered[] => {
  const counts = new Map<string, number>();
  return trace.map((passed) => {
    const times = (counts.get(classOf(passed)) ?? 0) + 1;
    counts.set(classOf(passed), times);
    return {...passed, times};
  });
};

/** Of streams, canaries and looks, which go on whatever the runner does meanwhile: the name of each. */
export function backgroundOf({kind, label}: Pick<Passed, 'kind' | 'label'>): string | undefined {
  if (kind === 'stream.acknowledge') return 'acknowledge';
  return /^(?:apply|stream|look|pulse|canary)\b[^:]*/.exec(label)?.[0];
}

/** Without what differs from run to run: numbers, positions, identifiers, and which of the tables it is about. */
export const neutral = (label: string): string =>
  label
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/gi, '#')
    .replace(/\b[0-9A-F]+\/[0-9A-F]+\b/g, '#')
    .replace(/\b(?=\w*\d)[0-9a-f]{8}\b/g, '#')
    .replace(/_[0-9a-f]{8}(?=_|\b)/g, '_#')
    .replace(/(?<![$a-z])\d+/gi, '#')
    .replace(/\s+/g, ' ')
    .replace(/["`].*$/s, '"…');

/** `*` stands for anything, also for slashes. */
export function matches(glob: string, name: string): boolean {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
