/** One row as the text that the other engine makes of its row too, where the values are the same (hazards §4.4). */
import {FORM_LENGTH_MAX, type TextForm} from '../../model/text-form.ts';
import type {Column} from '../../model/table.ts';
import {quoteName} from './mysql-sql.ts';
import {baseType, readExpression} from './mysql-value-text.ts';

/** `forms`: of these columns in order. Columns are joined by commas; NULL is `~`, which no form is. */
export const textInForms = (columns: readonly Column[], forms: readonly TextForm[]): string =>
  rowText(
    columns,
    columns.map((column, i) => FORMS[forms[i] ?? 'text'](column)),
  );

/** Of columns and their texts. NULL where a text is longer than the server's `max_allowed_packet`, never the text of a NULL. */
export const rowText = (columns: readonly Column[], texts: readonly string[]): string =>
  `CONCAT(${columns.map(({name, notNull}, i) => (notNull ? texts[i] : `IF(${quoteName(name)} IS NULL, '~', ${texts[i]})`)).join(`, ',', `)})`;

/** The length in front makes the sequence of columns unambiguous. */
const counted = (text: string, length = `CHAR_LENGTH(${text})`): string => `CONCAT(${length}, ':', ${text})`;

const hashedIfLarge = (value: string, length: string, text: string, {type}: Column): string =>
  CAN_BE_LARGE.test(type) ? `IF(${length} > ${FORM_LENGTH_MAX}, CONCAT(${length}, '#', SHA2(${value}, 256)), ${text})` : text;
const CAN_BE_LARGE = /^(?:(?:medium|long)?(?:text|blob)|json)/;

const FORMS: Readonly<Record<TextForm, (column: Column) => string>> = {
  plain: (column) => plainText(column),
  'shortest-decimal': (column) => withoutZeros(column),
  // No function shows the bits of a DOUBLE, but the binary form of a point has those of its coordinates, the lowest first.
  double: (column) => `LOWER(HEX(REVERSE(SUBSTR(ST_AsBinary(POINT(${readExpression(column)} + 0, 0)), 6, 8))))`,
  moment: (column) => withoutZeros(column),
  'utc-moment': (column) => `CONCAT(${withoutZeros(column)}, '+00')`,
  clock: (column) => withoutZeros(column),
  seconds: ({name}) => {
    const [time, zero] = [quoteName(name), `CAST('00:00:00' AS TIME)`];
    // MariaDB's TIME_TO_SEC has the fraction, and of no second at all MySQL's has no sign.
    return `CONCAT(IF(${time} < ${zero}, '-', ''), TRUNCATE(ABS(TIME_TO_SEC(${time})), 0), '.', LPAD(MICROSECOND(${time}), 6, '0'))`;
  },
  flag: (column) => asNumber(column),
  bits: (column) => `LPAD(BIN(${asNumber(column)}), ${digitsOf(column, 1)}, '0')`,
  'uuid-digits': ({name}) => `LOWER(HEX(${quoteName(name)}))`,
  members: ({name}) => `CONCAT('{', ${quoteName(name)}, '}')`,
  text: (column) => textOf(column, inUtf8(column)),
  bytes: (column) => {
    const bytes = `CAST(${quoteName(column.name)} AS BINARY)`;
    return hashedIfLarge(bytes, `OCTET_LENGTH(${bytes})`, `LOWER(HEX(${bytes}))`, column);
  },
  json: (column) => textOf(column, asText(column)),
};

/** A value beside a text in IF may be one of its own type where it has no CAST: the tilde would be NULL to a UUID. */
const plainText = (column: Column): string => {
  if (/^(?:tiny|small|medium|big)?int|^decimal/.test(column.type)) return readExpression(column);
  return baseType(column.type) === 'year' ? asNumber(column) : asText(column);
};

const textOf = (column: Column, text: string): string => hashedIfLarge(text, `CHAR_LENGTH(${text})`, counted(text), column);

/** Absent: one that holds every sign, which is ours. */
const inUtf8 = ({name, characterSet, type}: Column): string =>
  characterSet === undefined && TEXTS.test(type) ? quoteName(name) : asText({name});
const TEXTS = /^(?:var)?char\(|^(?:tiny|medium|long)?text/;

const asText = ({name}: Pick<Column, 'name'>): string => `CAST(${quoteName(name)} AS CHAR CHARACTER SET utf8mb4)`;

const asNumber = ({name}: Column): string => `(${quoteName(name)} + 0)`;

/** Only behind a point. */
const withoutZeros = (column: Column): string => {
  const text = asText(column);
  return digitsOf(column, 0) > 0 ? `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM ${text}))` : text;
};

/** `6` of `datetime(6)`, `2` of `decimal(12,2)`. */
const digitsOf = ({type}: Column, unsaid: number): number => {
  const sizes = /\(([\d,]+)\)/.exec(type)?.[1]?.split(',') ?? [];
  return Number(baseType(type) === 'decimal' ? (sizes[1] ?? 0) : (sizes[0] ?? unsaid));
};
