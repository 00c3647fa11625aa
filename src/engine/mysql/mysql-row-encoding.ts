/**
 * One row as one text that means the same on every server of its product, and its hashes (hazards §4.3, §4.4). Only columns
 * that are written count. SHA-256, because MySQL 9 has no MD5 any more; a range has the sums of the same hash, in 32-bit words.
 */
import type {TextForm} from '../../model/text-form.ts';
import {type Column, type Table, writtenColumns} from '../../model/table.ts';
import {textInForms, rowText} from './mysql-text-forms.ts';
import {quoteName} from './mysql-sql.ts';
import {baseType, isBytes, readExpression} from './mysql-value-text.ts';

/** 32 hexadecimal digits; NULL where the row's text came out too long for the server. `forms`: as another engine hashes its rows. */
export const rowHash = (table: Table, forms?: readonly TextForm[]): string => `SUBSTR(SHA2(${textOf(table, forms)}, 256), 1, 32)`;

const textOf = (table: Table, forms: readonly TextForm[] | undefined): string => {
  const columns = writtenColumns(table);
  return forms ? textInForms(columns, forms) : rowText(columns, columns.map(counted));
};

/**
 * `hashed` tells whether every row had a hash. Sums, not XOR: equal rows must not cancel. The limit, which is none, keeps the server
 * from putting the hash in at each place that uses it, where it would be computed again: that took twice the time.
 */
export const digestQuery = (table: Table, from: string, forms?: readonly TextForm[]): string =>
  `SELECT COUNT(*) AS count, COUNT(h) AS hashed, ${SUMS} FROM (SELECT ${rowHash(table, forms)} AS h ${from} LIMIT ${ALL_ROWS}) AS hashes`;

const ALL_ROWS = '18446744073709551615';

const SUMS = [0, 1, 2, 3]
  .map((word) => `COALESCE(SUM(CAST(CONV(SUBSTR(h, ${1 + 8 * word}, 8), 16, 10) AS UNSIGNED)), 0) AS sum${word}`)
  .join(', ');

/** Bytes above which a value stands for itself by its length and hash: an expression may not exceed `max_allowed_packet`. */
const VALUE_BYTES_MAX = 65_536;
const CAN_BE_LARGE: ReadonlySet<string> = new Set([
  ...['text', 'mediumtext', 'longtext', 'blob', 'mediumblob', 'longblob', 'json', 'vector'],
  ...['geometry', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection', 'geomcollection'],
]);

/** The length in front makes the sequence of columns unambiguous; NULL is `~`, the empty text `0:`. */
const counted = (column: Column): string => {
  const text = isBytes(column.type) ? bytesOf(column) : `CAST(${readExpression(column)} AS CHAR CHARACTER SET utf8mb4)`;
  const whole = isBytes(column.type) ? `LOWER(HEX(${text}))` : text;
  const plain = `CONCAT(OCTET_LENGTH(${whole}), ':', ${whole})`;
  if (!CAN_BE_LARGE.has(baseType(column.type))) return plain;
  const large = `CONCAT(OCTET_LENGTH(${text}), '#', SHA2(${text}, 256))`;
  return `IF(OCTET_LENGTH(${text}) > ${VALUE_BYTES_MAX}, ${large}, ${plain})`;
};

/** BIT is a number where it is asked for as one. */
const bytesOf = ({name, type}: Column): string =>
  baseType(type) === 'bit' ? `CAST(${quoteName(name)} + 0 AS CHAR)` : `CAST(${quoteName(name)} AS BINARY)`;
