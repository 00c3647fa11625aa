/**
 * Some of the texts that must not be found in a clone: what stood in columns that were changed. They are looked for in
 * every column of the clone, because a value may stand where nobody expects it.
 */
import type {Row} from '../model/change.ts';
import {defaultDisguise} from './default-disguise.ts';
import type {TableDisguise} from './rehearsal.ts';
import {mapArray, mapJson} from './structured-text.ts';
import {typedOf} from './value-kind.ts';

/** Shorter ones are found in other words by chance. */
export const TEXT_LENGTH_MIN = 6;
const LENGTH_MAX = 200;
const PER_COLUMN_MAX = 50;

export class TellingTexts {
  readonly #byColumn = new Map<string, Set<string>>();

  /** The rows as they were. */
  add({table, columns}: TableDisguise, rows: readonly Row[]): void {
    for (const column of table.columns) {
      const disguise = columns.get(column.name)?.disguise.kind;
      if (disguise !== 'fake' && disguise !== 'hash' && disguise !== 'null' && disguise !== 'constant') continue;
      const texts = this.#of(`${table.name.schema}.${table.name.name}.${column.name}`);
      for (const row of rows) {
        if (texts.size >= PER_COLUMN_MAX) break;
        const value = row[column.name];
        if (value === null || value === undefined) continue;
        for (const text of textsIn(value, column)) if (isTelling(text)) texts.add(text);
      }
    }
  }

  get texts(): readonly string[] {
    return [...new Set([...this.#byColumn.values()].flatMap((texts) => [...texts]))];
  }

  #of(column: string): Set<string> {
    const texts = this.#byColumn.get(column) ?? new Set();
    this.#byColumn.set(column, texts);
    return texts;
  }
}

/** Digits alone are found in numbers and times that are nobody's. */
const isTelling = (text: string): boolean => text.length >= TEXT_LENGTH_MIN && text.length <= LENGTH_MAX && /\p{L}/u.test(text);

function textsIn(value: string, column: Parameters<typeof typedOf>[0]): readonly string[] {
  const {kind, isList} = typedOf(column);
  const found: string[] = [];
  const note = (text: string): string => {
    found.push(text);
    return text;
  };
  if (isList) mapArray(value, note);
  else if (kind === 'json')
    mapJson(
      value,
      ({key, value: text}) => (isKept(key) ? text : note(text)),
      (key) => key,
    );
  else if (kind === 'text') note(value);
  return found;
}

const isKept = (key: string): boolean => defaultDisguise({name: key, type: 'text', notNull: false})?.kind === 'keep';
