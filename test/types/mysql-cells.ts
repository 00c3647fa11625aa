/**
 * Values of MySQL and PostgreSQL in one spelling, made by the servers and this file, never by the product: two cells are
 * equal exactly when these texts are (hazards §4.4). `there` and `here` are SQL about a column, on MySQL and on PostgreSQL;
 * `as` makes one text of what both answer. What PostgreSQL cannot hold is already what it becomes where loss is allowed.
 */
export type Spelling = {
  there(column: string): string;
  here(column: string): string;
  readonly as?: (text: string) => string | null;
};

/** Of a column as its DDL says it, `timestamp(6) NULL`. */
export const spellingOf = (type: string): Spelling => {
  const [base = ''] = /^\w+/.exec(type) ?? [];
  const size = Number(/^\w+\((\d+)\)/.exec(type)?.[1] ?? 1);
  const found = base === 'bit' ? bits(size) : SPELLINGS[base];
  if (!found) throw new Error(`nobody has said how ${type} is compared`);
  return found;
};

const hexOf = (c: string): string => `HEX(CONVERT(${c} USING utf8mb4))`;
const hexHere = (c: string): string => `upper(encode(convert_to(${c}::text, 'UTF8'), 'hex'))`;
const MOMENT = `'YYYY-MM-DD HH24:MI:SS.US'`;
const withoutNul = (hex: string): string => hex.replaceAll(/(..)/g, (pair) => (pair === '00' ? '' : pair));

const whole: Spelling = {there: (c) => `CAST(${c} + 0 AS CHAR)`, here: (c) => `${c}::text`};
const text: Spelling = {there: hexOf, here: hexHere, as: withoutNul};
const bytes: Spelling = {there: (c) => `HEX(${c})`, here: (c) => `upper(encode(${c}, 'hex'))`};
const plain: Spelling = {there: (c) => `LOWER(CAST(${c} AS CHAR))`, here: (c) => `${c}::text`};

/** The sign of a zero is not kept (decision 23). */
const float = (wide: (n: number) => number): Spelling => ({
  there: (c) => `CAST(${c} AS DOUBLE)`,
  here: (c) => `${c}::text`,
  as: (sent) => Buffer.from(new Float64Array([wide(Number(sent)) + 0]).buffer).toString('hex'),
});

const bits = (count: number): Spelling => ({
  there: (c) => `LPAD(BIN(${c} + 0), ${count}, '0')`,
  here: (c) => (count === 1 ? `${c}::int::text` : `${c}::text`),
});

const moment = (isNone: (c: string) => string, at: (c: string) => string): Spelling => ({
  there: (c) => `IF(${isNone(c)}, NULL, DATE_FORMAT(${c}, '%Y-%m-%d %H:%i:%s.%f'))`,
  here: (c) => `to_char(${at(c)}, ${MOMENT})`,
});
const isImpossible = (c: string): string => `MONTH(${c}) = 0 OR DAYOFMONTH(${c}) = 0`;

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  ...Object.fromEntries(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'].map((name) => [name, whole])),
  decimal: {
    ...whole,
    there: (c) => `TRIM(LEADING '0' FROM ${c})`,
    as: (sent) => sent.replace(/^(-?)0*(?=\.|$)/, '$10').replace(/^-(?=[0.]*$)/, ''),
  },
  float: float(Math.fround),
  double: float((n) => n),
  date: {
    there: (c) => `IF(${isImpossible(c)}, NULL, CAST(${c} AS CHAR))`,
    here: (c) => `to_char(${c}, 'YYYY-MM-DD')`,
  },
  datetime: moment(isImpossible, (c) => c),
  timestamp: moment(
    (c) => `${c} = 0`,
    (c) => `${c} AT TIME ZONE 'UTC'`,
  ),
  time: {
    there: (c) =>
      `CAST(IF(${c} < CAST('00:00:00' AS TIME(6)), -1, 1) * ((HOUR(${c}) * 3600 + MINUTE(${c}) * 60 + SECOND(${c})) * 1000000 + MICROSECOND(${c})) AS CHAR)`,
    here: (c) => `(extract(epoch FROM ${c}) * 1000000)::bigint::text`,
  },
  ...Object.fromEntries(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'].map((name) => [name, text])),
  ...Object.fromEntries(
    ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'geometry', 'point', 'vector'].map((name) => [name, bytes]),
  ),
  enum: {there: (c) => `IF(${c} + 0 = 0, NULL, ${hexOf(c)})`, here: hexHere},
  set: {there: (c) => hexOf(`CONCAT(${c})`), here: (c) => hexHere(`array_to_string(${c}, ',')`)},
  json: {there: (c) => hexOf(`CONCAT(${c})`), here: hexHere, as: (hex) => canonicalJson(Buffer.from(hex, 'hex').toString())},
  uuid: plain,
  inet6: plain,
  inet4: {...plain, here: (c) => `host(${c})`},
};

/** Keys sorted, numbers exact; null where jsonb has no place for it. */
export const canonicalJson = (document: string): string | null => {
  // TypeScript does not know the third parameter yet, by which a number keeps its digits.
  const reviver = (_: string, value: unknown, at: {readonly source?: string}): unknown =>
    typeof value === 'number' ? {number: exact(at.source ?? '')} : value;
  const value: unknown = JSON.parse(document, reviver as (key: string, value: unknown) => unknown);
  const all = JSON.stringify(sorted(value));
  return /\\u0000|\\ud[89a-f]/i.test(all) ? null : all;
};

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return {
    object: Object.entries(value)
      .map(([name, one]) => [name, sorted(one)])
      .sort(byName),
  };
};
const byName = ([a]: readonly unknown[], [b]: readonly unknown[]): number => (String(a) < String(b) ? -1 : 1);

/** `-12.340` and `-1234e-2` are `-1234e-2`. */
const exact = (source: string): string => {
  const [, sign = '', before = '', behind = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(source) ?? [];
  const digits = `${before}${behind}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${sign}${kept}e${Number(power) - behind.length + digits.length - kept.length}`;
};
