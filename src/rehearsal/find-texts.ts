/**
 * Looks for texts of the original in every column of a clone, in any case and whatever stands around them. All rows are read
 * once and looked at here: a server that matches some hundred texts needs minutes for what this reads in seconds.
 */
import type {Original} from '../engine/engine.ts';
import {nameOf, type Column, type Table, type TableName} from '../model/table.ts';
import {TEXT_LENGTH_MIN} from './telling-texts.ts';
import {typedOf} from './value-kind.ts';

/** The texts themselves are nobody's to repeat. */
export type Found = {readonly table: TableName; readonly column: string; readonly rows: number};

/** Of the columns that `tables` name, generated ones among them. */
export const findTexts = async (
  reader: Pick<Original, 'rows'>,
  tables: readonly Table[],
  texts: readonly string[],
): Promise<readonly Found[]> => {
  if (texts.length === 0) return [];
  const search = new TextSearch(texts);
  const found: Found[] = [];
  for (const table of tables) {
    const columns = table.columns.map((column) => ({...column, generated: false}));
    const counts = new Map<string, number>();
    for await (const rows of reader.rows({...table, columns}))
      for (const row of rows)
        for (const column of columns)
          if (search.isIn(readable(row[column.name] ?? '', column))) counts.set(column.name, (counts.get(column.name) ?? 0) + 1);
    found.push(...[...counts].map(([column, rows]) => ({table: table.name, column, rows})));
  }
  return found.toSorted((a, b) => (nameOf(a.table) < nameOf(b.table) ? -1 : 1));
};

const readable = (value: string, column: Column): string =>
  typedOf(column).kind === 'bytes' ? Buffer.from(value.slice(2), 'hex').toString('utf8') : value;

/** By the signs that every text has at least. */
class TextSearch {
  readonly #byStart: Map<string, string[]>;

  constructor(texts: readonly string[]) {
    this.#byStart = Map.groupBy(
      texts.map((text) => text.toLowerCase()),
      (text) => text.slice(0, TEXT_LENGTH_MIN),
    );
  }

  isIn(value: string): boolean {
    const text = value.toLowerCase();
    for (let at = 0; at + TEXT_LENGTH_MIN <= text.length; at++)
      if (this.#byStart.get(text.slice(at, at + TEXT_LENGTH_MIN))?.some((one) => text.startsWith(one, at))) return true;
    return false;
  }
}
