/**
 * Texts of the binary log are in the character set of their column, while a SELECT gives UTF-8. The sets of one byte a
 * character are learnt from the server itself, so that both readings agree on every byte; those of more bytes that are
 * no Unicode are refused (H-47).
 */
import {TerminalError} from '../../model/errors.ts';
import {hexText, utf8Text} from './mysql-value-text.ts';

export type Decode = (bytes: Buffer) => string;
/** Rows of `COLLATIONS`, and of `singleByteTables`. */
export type CharsetFacts = {
  readonly collations: readonly {readonly id: number; readonly charset: string}[];
  /** Character set to its 256 characters in UTF-32, big-endian, as hexadecimal digits. */
  readonly tables: ReadonlyMap<string, string>;
};

export class Decoders {
  readonly #charsets: ReadonlyMap<number, string>;
  readonly #tables: ReadonlyMap<string, string>;

  constructor({collations, tables}: CharsetFacts) {
    this.#charsets = new Map(collations.map(({id, charset}) => [id, charset]));
    this.#tables = tables;
  }

  isBinary(collation: number | undefined): boolean {
    return collation === undefined || this.#charsets.get(collation) === 'binary';
  }

  of(column: string, collation: number | undefined): Decode {
    const charset = collation === undefined ? undefined : this.#charsets.get(collation);
    const known = UNICODE[charset ?? ''];
    if (known) return known;
    const table = this.#tables.get(charset ?? '');
    if (table) return singleByte(table);
    throw new TerminalError(
      `column ${column} has the character set ${charset ?? `of collation ${collation}`}, which cannot be read from the binary log`,
      {
        code: 'CF-SCOPE-004',
        next: 'convert the column to utf8mb4 on the source, or leave its table out',
      },
    );
  }
}

/** Numbers and character sets of the server's collations. */
export const COLLATIONS = `SELECT CAST(id AS CHAR) AS id, character_set_name AS charset FROM information_schema.collations WHERE id IS NOT NULL AND character_set_name IS NOT NULL`;
/** MariaDB: collations that several character sets share have a number for each of them. */
export const SHARED_COLLATIONS = `SELECT CAST(id AS CHAR) AS id, character_set_name AS charset FROM information_schema.collation_character_set_applicability WHERE id IS NOT NULL`;

export const SINGLE_BYTE_CHARSETS = `SELECT character_set_name AS charset FROM information_schema.character_sets WHERE maxlen = 1 AND character_set_name <> 'binary'`;

const ALL_BYTES = Buffer.from(Array.from({length: 256}, (_, i) => i)).toString('hex');

/** One row, a column for each set. Names come from the server's own list. */
export const singleByteTables = (charsets: readonly string[]): string =>
  `SELECT ${charsets.map((name) => `HEX(CONVERT(CONVERT(X'${ALL_BYTES}' USING ${name}) USING utf32)) AS ${name}`).join(', ')}`;

const singleByte = (hex: string): Decode => {
  const characters = Array.from({length: 256}, (_, i) => String.fromCodePoint(Number.parseInt(hex.slice(8 * i, 8 * i + 8), 16)));
  return (bytes) => {
    let text = '';
    for (const byte of bytes) text += characters[byte] ?? '';
    return text;
  };
};

const utf16 = (bytes: Buffer): string => Buffer.from(bytes).swap16().toString('utf16le');

const utf32 = (bytes: Buffer): string => {
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) text += String.fromCodePoint(bytes.readUInt32BE(at));
  return text;
};

const UNICODE: Readonly<Record<string, Decode>> = {
  utf8: utf8Text,
  utf8mb3: utf8Text,
  utf8mb4: utf8Text,
  ucs2: utf16,
  utf16,
  utf16le: (bytes) => bytes.toString('utf16le'),
  utf32,
  binary: hexText,
};
