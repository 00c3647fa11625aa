/** Some rows of every table, and every row that one of them refers to, so that no reference of the sample leads nowhere. */
import type {Original, Reference} from '../engine/engine.ts';
import {type Key, keyText, type Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';

/** The sample is held in memory. */
export const SAMPLE_ROWS_MAX = 500_000;
/** Asked for at once. */
const KEYS_MAX = 1000;

export type SampledRows = ReadonlyMap<string, readonly Row[]>;

/** `rows`: of each table, before what they refer to is added. */
export async function sampleOf(
  original: Original,
  tables: readonly Table[],
  references: readonly Reference[],
  {rows, seed}: {readonly rows: number; readonly seed: string},
): Promise<SampledRows> {
  const byName = new Map(tables.map((table) => [nameOf(table.name), table]));
  const kept = new Map(tables.map((table) => [nameOf(table.name), new Map<string, Row>()]));
  let count = 0;
  /** Answers those that are new. */
  const keep = (table: Table, found: readonly Row[]): readonly Row[] => {
    const into = kept.get(nameOf(table.name)) ?? new Map<string, Row>();
    const added = found.filter((row) => !into.has(keyText(keyIn(row, table.key))));
    for (const row of added) into.set(keyText(keyIn(row, table.key)), row);
    count += added.length;
    if (count > SAMPLE_ROWS_MAX) throw tooLarge();
    return added;
  };
  const open: {readonly table: Table; readonly rows: readonly Row[]}[] = [];
  for (const table of tables) open.push({table, rows: keep(table, await original.some(table, rows, seed))});
  for (let next = open.pop(); next; next = open.pop()) {
    for (const reference of references.filter(({table}) => nameOf(table) === nameOf(next.table.name))) {
      const parent = byName.get(nameOf(reference.to));
      if (!parent) continue; // out of scope: the schema has no such reference either
      for (const keys of inParts(distinct(next.rows, reference.columns))) {
        const added = keep(parent, await original.matching(parent, reference.toColumns, keys));
        if (added.length > 0) open.push({table: parent, rows: added});
      }
    }
  }
  return new Map([...kept].map(([name, found]) => [name, [...found.values()]]));
}

const keyIn = (row: Row, columns: readonly string[]): Key => columns.map((name) => row[name] ?? null);

/** A reference with a NULL leads nowhere and need not. */
function distinct(rows: readonly Row[], columns: readonly string[]): readonly Key[] {
  const keys = rows.map((row) => keyIn(row, columns)).filter((key) => !key.includes(null));
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}

const inParts = (keys: readonly Key[]): readonly (readonly Key[])[] =>
  Array.from({length: Math.ceil(keys.length / KEYS_MAX)}, (_, n) => keys.slice(n * KEYS_MAX, (n + 1) * KEYS_MAX));

const tooLarge = (): TerminalError =>
  new TerminalError(`the sample and what it refers to is more than ${SAMPLE_ROWS_MAX} rows`, {
    code: 'CF-REHEARSE-003',
    next: 'give a smaller --sample, or leave it out and clone the whole source',
  });
