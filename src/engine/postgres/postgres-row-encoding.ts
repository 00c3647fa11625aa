/**
 * One row as one text that means the same on every PostgreSQL from 14 on, and its hashes (hazards §4.3, §4.4). Only
 * columns that are written count: a generated one is computed by each server for itself.
 *
 * Two lanes. The digest of a range hashes the row's own text form to 128 bits, at a third of md5's cost. The row hash is
 * canonical and decides whenever the digests differ. `hash_record_extended` would be faster still and may not be used:
 * it is linear over the columns, so two rows that exchange a value mostly cancel out in a sum (691 of 1000 pairs tried
 * on PostgreSQL 18), and it folds a bigint or a timestamp to 32 bits, so 0 and 4294967297 are the same to it.
 *
 * Beside another engine both lanes hash the text that it makes of its rows too (`forms`).
 */
import type {TextForm} from '../../model/text-form.ts';
import {type Column, type Table, writtenColumns} from '../../model/table.ts';
import {textInForms} from './postgres-text-forms.ts';
import {quoteName} from './postgres-sql.ts';

/** The hash of one row, 32 hex digits of SHA-256: servers under FIPS have no md5, and SHA-256 is no slower. */
export const rowHash = (table: Table, forms?: readonly TextForm[]): string =>
  `encode(substr(sha256(convert_to(${forms ? textInForms(writtenColumns(table), forms) : joined(writtenColumns(table).map(counted))}, 'UTF8')), 1, 16), 'hex')`;

/**
 * Count and sums of the rows of `from`, a FROM and WHERE clause. Sums, not XOR: equal rows must not cancel. Each is of
 * unsigned 32-bit words and cannot overflow. `OFFSET 0` keeps the planner from computing a row's text once per use.
 */
export const digestQuery = (table: Table, from: string, forms?: readonly TextForm[]): string => {
  if (forms) return `SELECT count(*) AS count, ${SUMS_OF_DIGITS} FROM (SELECT ${rowHash(table, forms)} AS h ${from} OFFSET 0) AS hashes`;
  const text = `SELECT ROW(${writtenColumns(table).map(textOf).join(', ')})::text COLLATE "C" AS t ${from} OFFSET 0`;
  const hashes = `SELECT hashtextextended(t, 0) AS a, hashtextextended(t, 1) AS b FROM (${text}) AS texts OFFSET 0`;
  return `SELECT count(*) AS count, ${SUMS} FROM (${hashes}) AS hashes`;
};

const SUMS = ['a', '(a >> 32)', 'b', '(b >> 32)'].map((word, i) => `coalesce(sum(${word} & 4294967295), 0) AS sum${i}`).join(', ');

/** What another engine sums of the same hash. */
const SUMS_OF_DIGITS = [1, 9, 17, 25]
  .map((at, i) => `coalesce(sum(('x' || substr(h, ${at}, 8))::bit(32)::bigint), 0) AS sum${i}`)
  .join(', ');

/** Characters (bytes of a bytea) above which a value stands for itself by its hash: a row's text may not exceed 1 GB. */
const VALUE_LENGTH_MAX = 65_536;
const canBeLarge = (type: string): boolean => /^(text|character varying|json|xml|bytea)$/.test(type);

/**
 * As its type writes it. For xml a cast is something else: it shows a newline in front of the document that PostgreSQL
 * keeps and never writes out, so that no copy has it.
 */
const textOf = (column: Column): string => {
  const name = quoteName(column.name);
  const text = column.type === 'xml' ? `textin(xml_out(${name}))` : `${name}::text`;
  if (!canBeLarge(column.type)) return text;
  const isBytes = column.type === 'bytea';
  const length = isBytes ? `octet_length(${name})` : `length(${text})`;
  const hash = `encode(sha256(${isBytes ? name : `convert_to(${text}, 'UTF8')`}), 'hex')`;
  return `CASE WHEN ${length} > ${VALUE_LENGTH_MAX} THEN ${length} || '#' || ${hash} ELSE ${text} END`;
};

/** The length in front makes the sequence of columns unambiguous; NULL is `~`, the empty text `0:`. */
const counted = (column: Column): string => {
  const text = textOf(column);
  return `coalesce(octet_length(convert_to(${text}, 'UTF8')) || ':' || ${text}, '~')`;
};

/** A function takes at most 100 arguments, a table may have 1600 columns. */
const ARGUMENTS_MAX = 50;

const joined = (parts: readonly string[]): string => {
  if (parts.length <= ARGUMENTS_MAX) return `concat_ws(',', ${parts.join(', ')})`;
  const groups: string[] = [];
  for (let i = 0; i < parts.length; i += ARGUMENTS_MAX) groups.push(joined(parts.slice(i, i + ARGUMENTS_MAX)));
  return joined(groups);
};
