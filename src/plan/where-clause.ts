/**
 * `where:` of a mapped table: `column = 7 AND state IN ('a', 'b')`. Deliberately small: what is written here is decided
 * by the server for the copy and by us for the stream, and both must say the same for every row.
 */
import type {Condition, RowFilter} from '../model/row-filter.ts';

export const parseWhere = (text: string): RowFilter | {readonly refused: string} => {
  const words = text.match(TOKENS) ?? [];
  const reader = new Reader(words);
  const filter: Condition[] = [];
  do {
    const condition = reader.condition();
    if (!condition)
      return {
        refused: `must be comparisons of columns with constants by =, <> or IN, joined by AND; ${JSON.stringify(reader.at)} is not understood`,
      };
    filter.push(condition);
  } while (reader.takes(/^and$/i));
  return reader.isAtEnd ? filter : {refused: `must be comparisons joined by AND; ${JSON.stringify(reader.at)} is not understood`};
};

/** Texts in quotes, columns, numbers, operators; everything else is a token of its own, which no rule takes. */
const TOKENS = /'(?:[^']|'')*'|"[^"]+"|[A-Za-z_][A-Za-z0-9_]*|-?\d+(?![\w.])|<>|!=|\S/g;

class Reader {
  readonly #words: readonly string[];
  #place = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get at(): string {
    return this.#words[this.#place] ?? 'the end';
  }

  get isAtEnd(): boolean {
    return this.#place >= this.#words.length;
  }

  takes(pattern: RegExp): boolean {
    const isThere = pattern.test(this.#words[this.#place] ?? '');
    if (isThere) this.#place++;
    return isThere;
  }

  condition(): Condition | undefined {
    const column = this.#take(/^(?:[A-Za-z_]|")/)?.replaceAll('"', '');
    if (column === undefined) return undefined;
    if (this.takes(/^=$/)) return this.#single(column, 'in');
    if (this.takes(/^(?:<>|!=)$/)) return this.#single(column, 'not-in');
    const kind = this.takes(/^not$/i) ? 'not-in' : 'in';
    return this.takes(/^in$/i) && this.takes(/^\($/) ? this.#list(column, kind) : undefined;
  }

  #single(column: string, kind: Condition['kind']): Condition | undefined {
    const value = this.#value();
    return value === undefined ? undefined : {column, kind, values: [value]};
  }

  #list(column: string, kind: Condition['kind']): Condition | undefined {
    const values: string[] = [];
    do {
      const value = this.#value();
      if (value === undefined) return undefined;
      values.push(value);
    } while (this.takes(/^,$/));
    return this.takes(/^\)$/) ? {column, kind, values} : undefined;
  }

  #value(): string | undefined {
    const word = this.#take(/^(?:'|-?\d)/);
    return word?.startsWith("'") ? word.slice(1, -1).replaceAll("''", "'") : word;
  }

  #take(pattern: RegExp): string | undefined {
    const word = this.#words[this.#place];
    return word !== undefined && this.takes(pattern) ? word : undefined;
  }
}
