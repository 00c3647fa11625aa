/**
 * One change as `test_decoding` writes it: `table shop.orders: UPDATE: old-key: id[bigint]:1 new-tuple: id[bigint]:2 note[text]:'it''s'`.
 * Names are quoted where SQL wants it, texts always, numbers and booleans never.
 */
import type {Row, Value} from '../../model/change.ts';
import type {TableName} from '../../model/table.ts';

/** `old`: the key that an update has changed, or what is left of a deleted row. Columns whose value is not carried are absent. */
export type DecodedChange = {
  readonly table: TableName;
  readonly kind: 'insert' | 'update' | 'delete';
  readonly old: Row | undefined;
  readonly row: Row | undefined;
};

/** Undefined for a truncate, which names no rows. */
export function decodedChange(text: string): DecodedChange | undefined {
  const line = new DecodedLine(text);
  line.skip('table ');
  const schema = line.name();
  line.skip('.');
  const table = {schema, name: line.name()};
  const kind = KINDS.find((one) => line.isNext(`: ${one.toUpperCase()}: `));
  if (!kind) return undefined;
  line.skip(`: ${kind.toUpperCase()}:`);
  if (line.isNext(' (no-tuple-data)')) return {table, kind, old: undefined, row: undefined};
  let old: Row | undefined;
  if (line.isNext(' old-key:')) {
    line.skip(' old-key:');
    old = line.columns();
    line.skip(' new-tuple:');
  }
  const row = line.columns();
  return kind === 'delete' ? {table, kind, old: row, row: undefined} : {table, kind, old, row};
}

const KINDS = ['insert', 'update', 'delete'] as const;
const ABSENT = 'unchanged-toast-datum';

class DecodedLine {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isNext(words: string): boolean {
    return this.#text.startsWith(words, this.#at);
  }

  skip(words: string): void {
    if (!this.isNext(words)) throw new Error(`a change cannot be read at character ${this.#at}`); // never its text: values are people's
    this.#at += words.length;
  }

  name(): string {
    return this.isNext('"') ? this.#quoted('"') : this.#until(/[.:[ ,]/g);
  }

  /** Up to the end of the line, or to the words between the old key and the new row. */
  columns(): Row {
    const row: Record<string, Value> = {};
    while (this.isNext(' ') && !this.isNext(' new-tuple:')) {
      this.skip(' ');
      const name = this.name();
      const type = this.#type();
      this.skip(':');
      const value = this.#value(type);
      if (value !== undefined) row[name] = value;
    }
    return row;
  }

  /** In brackets, and may have some itself: `text[]`. */
  #type(): string {
    this.skip('[');
    const from = this.#at;
    for (let open = 1; open > 0; ) {
      const sign = this.#text[this.#at];
      if (sign === undefined) throw new Error(`a type has no end at character ${from}`);
      if (sign === '"') this.#quoted('"');
      else this.#at += 1;
      if (sign === '[') open += 1;
      if (sign === ']') open -= 1;
    }
    return this.#text.slice(from, this.#at - 1);
  }

  #value(type: string): Value | undefined {
    if (this.isNext("'")) return this.#quoted("'");
    if (this.isNext("B'")) {
      this.skip('B');
      return this.#quoted("'");
    }
    const word = this.#until(/ /g);
    if (word === 'null') return null;
    if (word === ABSENT) return undefined;
    return type === 'boolean' ? word.slice(0, 1) : word; // as the server itself writes it: t, f
  }

  #until(end: RegExp): string {
    end.lastIndex = this.#at;
    const from = this.#at;
    this.#at = end.exec(this.#text)?.index ?? this.#text.length;
    return this.#text.slice(from, this.#at);
  }

  /** A quote within is written twice. */
  #quoted(quote: string): string {
    const from = this.#at + 1;
    let to = from;
    while (this.#text[to] !== quote || this.#text[to + 1] === quote) {
      if (to >= this.#text.length) throw new Error(`a quoted word has no end at character ${from}`);
      to += this.#text[to] === quote ? 2 : 1;
    }
    this.#at = to + 1;
    return this.#text.slice(from, to).replaceAll(quote + quote, quote);
  }
}
