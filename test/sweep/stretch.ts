/**
 * Cuts a recording at its acts. From one act to the next nothing outside the process changes, so that whoever dies there
 * leaves the same behind at all points of the stretch: it is struck at one of them, which the seed decides.
 */
import type {EffectKind} from '../../src/model/effects.ts';
import {backgroundOf, classOf, type Numbered, numbered, type Passed, type Scene, visitOf} from './point.ts';

export type Stretch = {
  readonly scene: Scene;
  readonly where: string;
  /** The act behind it. */
  readonly after: string;
  /** Of stretches behind the same act at the same place. */
  readonly which: 'first' | 'middle' | 'last';
  /** Comes when it comes: it is aimed at from the beginning of its visit on, wherever the runner is by then. */
  readonly isLoose: boolean;
  /** A watchdog stands ready or at work there. */
  readonly isWatched: boolean;
  readonly points: readonly Numbered[];
};

export const nameOf = ({scene, where, after, which}: Stretch): string => `${scene}/${where}/after ${after}/${which}`;

/** `again`: another recording of the same; what it did not pass comes by chance. In the order of their first passing. */
export function stretchesOf(scene: Scene, trace: readonly Passed[], again: readonly Passed[] = trace): Stretch[] {
  const sure = Map.groupBy(again, classOf);
  const isSure = (point: Numbered): boolean => (sure.get(classOf(point))?.length ?? 0) >= point.times;
  const all = numbered(trace);
  const [watched, quiet] = [watchedOf(all), insideTransactions(all)];
  const lanes = Map.groupBy(all, (point) => `${point.where}\n${laneOf(point)}`);
  return [...lanes.values()].flatMap((lane) =>
    [...Map.groupBy(cut(lane, quiet), ({after}) => after)].flatMap(([after, cuts]) =>
      someOf(cuts).map(({which, points}): Stretch => {
        const aimable = points.filter(isSure);
        const [first] = points;
        return {
          ...{scene, where: first.where, after, which},
          isLoose: laneOf(first) !== '' || aimable.length === 0,
          isWatched: points.every((point) => watched.has(point)),
          points: aimable.length === 0 ? points : aimable,
        };
      }),
    ),
  );
}

/** What a watchdog does is one thing after another. */
const laneOf = (point: Passed): string => (point.where.startsWith('watchdog') ? '' : (backgroundOf(point) ?? ''));

type Cut = {readonly after: string; readonly points: readonly [Numbered, ...Numbered[]]};

/** An act's own point lies before it. */
function cut(lane: readonly Numbered[], quiet: ReadonlySet<Numbered>): Cut[] {
  const cuts: Cut[] = [];
  let after = `nothing yet${lane[0] ? ` ${laneOf(lane[0])}`.trimEnd() : ''}`;
  let points: Numbered[] = [];
  for (const point of lane) {
    points.push(point);
    if (quiet.has(point) || !isAct(point)) continue;
    const [first, ...rest] = points;
    if (first) cuts.push({after, points: [first, ...rest]});
    [after, points] = [`${point.kind} ${point.label}`, []];
  }
  const [first, ...rest] = points;
  return first ? [...cuts, {after, points: [first, ...rest]}] : cuts;
}

const AFTERWARDS: readonly EffectKind[] = ['sql.reply', 'copy.end'];
const QUESTION = /: (?:SELECT|WITH|SHOW|SET|BEGIN|START TRANSACTION|ROLLBACK|connect)\b/;
const DOES =
  /\bpg_(?:create|drop|terminate|cancel|logical|notify|replication|switch)\w*|\b(?:setval|nextval)\b|\b(?:INSERT INTO|UPDATE|DELETE FROM) /;

/** In doubt it is one: only what begins as a question and has no word of doing something in it is none. */
export const isAct = ({kind, label}: Pick<Passed, 'kind' | 'label'>): boolean =>
  !AFTERWARDS.includes(kind) && (kind !== 'sql.send' || !QUESTION.test(label) || DOES.test(label));

/** Until its COMMIT a transaction is nothing to whoever finds the database afterwards. `work` is several sessions at once. */
function insideTransactions(all: readonly Numbered[]): ReadonlySet<Numbered> {
  const open = new Set<string>();
  const inside = all.filter(({where, kind, label}) => {
    const [, session, word] = /^([^:]+): (\w+)/.exec(label) ?? [];
    if (session === undefined || session === 'work' || kind !== 'sql.send') return false;
    // The watchdog's process has sessions of the same names.
    const name = `${where.startsWith('watchdog')} ${session}`;
    if (word === 'BEGIN' || word === 'START') open.add(name);
    if (word === 'COMMIT' || word === 'ROLLBACK') open.delete(name);
    return open.has(name);
  });
  return new Set(inside);
}

function someOf(all: readonly Cut[]): (Cut & Pick<Stretch, 'which'>)[] {
  const [first, middle, last] = [all[0], all[Math.floor(all.length / 2)], all.at(-1)];
  return [
    ...(first ? [{...first, which: 'first' as const}] : []),
    ...(middle && all.length > 2 ? [{...middle, which: 'middle' as const}] : []),
    ...(last && all.length > 1 ? [{...last, which: 'last' as const}] : []),
  ];
}

/** From the moment the runner knows that its watchdog stands until the phase is over. */
function watchedOf(all: readonly Numbered[]): ReadonlySet<Numbered> {
  let armed: string | undefined;
  const watched = all.filter(({where, label}) => {
    const visit = visitOf(where);
    if (/cutover#/.test(visit) && label === `step-outcome ${visit.replace(/#.*/, '')}/start-watchdog`) armed = visit;
    return visit === armed;
  });
  return new Set(watched);
}
