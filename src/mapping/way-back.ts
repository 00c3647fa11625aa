/** What the way back of one table would lose, and what would end it. Said before go (H-109). */
import {nameOf, type Table, writtenColumns} from '../model/table.ts';
import type {ColumnMapping} from './mapping.ts';
import type {EnginePair} from './engine-pair.ts';
import {find} from './table-fit.ts';

export type Limit = {readonly object: string; readonly reason: string};

/** Values that would be gone without a word. */
export const losses = (pair: EnginePair, source: Table, target: Table | undefined, columns: readonly ColumnMapping[]): Limit[] => [
  ...columns
    .filter(({reverse}) => !reverse)
    .flatMap((mapping) => [
      ...mapping.source.map((name) => limit(source, name, 'gets nothing back from the target')),
      ...mapping.target.map((name) => ({
        object: targetPlace(source, target, name),
        reason: 'has no place on the source for what is written there',
      })),
    ]),
  ...unmapped(target, columns).map((name) => ({
    object: targetPlace(source, target, name),
    reason: 'is on the target only: what is written there has no place on the source',
  })),
  ...changed(pair, source, target, columns, 'loses').map(({place, from}) => ({
    object: place,
    reason: `is rounded to ${from} on the way back`,
  })),
];

/** Values that the source refuses when the first of them arrives. */
export const stops = (pair: EnginePair, source: Table, target: Table | undefined, columns: readonly ColumnMapping[]): Limit[] => [
  ...columns.flatMap(({stops, target: names}) =>
    stops === undefined ? [] : [{object: targetPlace(source, target, names.join(', ')), reason: `the way back ends at ${stops}`}],
  ),
  ...changed(pair, source, target, columns, 'stops').map(({place, from}) => ({
    object: place,
    reason: `the way back ends at the first value that ${from} cannot hold`,
  })),
  ...(source.only
    ? [
        {
          object: nameOf(source.name),
          reason:
            'the way back ends when a row outside `where` is written on the target, or one whose key or other unique value a row that stayed has taken; on the source only these rows are closed, and TRUNCATE',
        },
      ]
    : []),
];

const limit = (table: Table, column: string, reason: string): Limit => ({object: `${nameOf(table.name)}.${column}`, reason});

const targetPlace = (source: Table, target: Table | undefined, column: string): string => `${nameOf((target ?? source).name)}.${column}`;

const unmapped = (target: Table | undefined, columns: readonly ColumnMapping[]): string[] => {
  const supplied = new Set(columns.flatMap((mapping) => mapping.target));
  return target ? writtenColumns(target).flatMap(({name}) => (supplied.has(name) ? [] : [name])) : [];
};

/** By the target's catalogue where it is there, else by what the plan declares. */
const changed = (
  pair: EnginePair,
  source: Table,
  target: Table | undefined,
  columns: readonly ColumnMapping[],
  fate: 'stops' | 'loses',
): {place: string; from: string}[] =>
  columns.flatMap(({isPlain, source: [from = ''], target: [to = ''], type}) => {
    const old = find(source, from)?.type;
    const now = (target && find(target, to)?.type) ?? type;
    return isPlain && old && now && pair.wayBackOf(old, now) === fate ? [{place: targetPlace(source, target, to), from: old}] : [];
  });
