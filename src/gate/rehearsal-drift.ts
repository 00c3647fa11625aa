/** In what the world has moved away from the one that was rehearsed: one sentence each. Pure. */
import type {RehearsalRecord, SideSurroundings, Surroundings, TableSize} from '../model/rehearsal-record.ts';

/** Tables below this are small whatever factor they have grown by. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** `factor`: how many times larger or smaller the source may be. */
export function driftOf({around, clone}: RehearsalRecord, now: Surroundings, factor: number): readonly string[] {
  return [
    ...(around.plan.name === now.plan.name ? [] : [`the plan ${around.plan.name} was rehearsed, not ${now.plan.name}`]),
    ...(around.plan.checksum === now.plan.checksum ? [] : ['the plan was changed since']),
    ...changed('crossfade', around.crossfade, now.crossfade),
    ...(['source', 'target'] as const).flatMap((side) => [
      ...sideDrift(side, around[side], now[side]),
      ...(majorOf(clone.versions[side]) === majorOf(now[side].version)
        ? []
        : [`it was rehearsed on another version than the ${side}'s: ${clone.versions[side]}, and it is ${now[side].version}`]),
    ]),
    ...sizeDrift(around.tables, now.tables, factor),
  ];
}

const changed = (what: string, then: string, now: string): readonly string[] =>
  then === now ? [] : [`${what} was ${then}, and is ${now}`];

const majorOf = (version: number): number => Math.floor(version / 10_000);

function sideDrift(side: string, then: SideSurroundings, now: SideSurroundings): readonly string[] {
  const names = [...new Set([...Object.keys(then.settings), ...Object.keys(now.settings)])].toSorted();
  return [
    ...changed(`the engine of the ${side}`, then.engine, now.engine),
    ...changed(`the version of the ${side}`, then.versionText, now.versionText),
    ...names.flatMap((name) => changed(`${name} of the ${side}`, then.settings[name] ?? 'not known', now.settings[name] ?? 'not known')),
    ...now.missingGrants
      .filter((grant) => !then.missingGrants.includes(grant))
      .map((grant) => `a right on the ${side} is missing now: ${grant}`),
  ];
}

function sizeDrift(then: readonly TableSize[], now: readonly TableSize[], factor: number): readonly string[] {
  const before = new Map(then.map((one) => [one.table, one]));
  const after = new Set(now.map(({table}) => table));
  const total = (tables: readonly TableSize[]): number => tables.reduce((sum, {bytes}) => sum + bytes, 0);
  return [
    ...now.filter(({table}) => !before.has(table)).map(({table}) => `${table} was not there`),
    ...then.filter(({table}) => !after.has(table)).map(({table}) => `${table} is not there any more`),
    ...grown('the source', total(then), total(now), factor),
    ...now.flatMap(({table, bytes}) => grown(table, before.get(table)?.bytes ?? bytes, bytes, factor)),
  ];
}

function grown(what: string, then: number, now: number, factor: number): readonly string[] {
  if (Math.max(then, now) < SMALL_BYTES || (now <= then * factor && then <= now * factor)) return [];
  return [`${what} had ${then} bytes, and has ${now}: more than ${factor} times ${now > then ? 'as much' : 'less'}`];
}
