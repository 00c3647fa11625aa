/** Whether two expressions have the same value, exactly: texts by their characters, where a collation would not tell `a` from `A`. */
import {baseType, isBytes} from './mysql-value-text.ts';

const TEXTUAL: ReadonlySet<string> = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set']);

export const isTextual = (type: string): boolean => TEXTUAL.has(baseType(type));

/** The catalogue has them apart. */
export const withoutCharset = (type: string): string => type.replace(/\s+(character set|charset|collate)\b.*/i, '');

/** Both as values of this type. */
export const isSame = (type: string, one: string, other: string): string => {
  const [a, b] = [one, other].map((value) => comparable(type, value));
  return `(${a} <=> ${b})`;
};

const comparable = (type: string, value: string): string => {
  const base = baseType(type);
  if (isBytes(type)) return `CAST(${value} AS BINARY)`;
  if (base === 'json') return `CAST(CONVERT(JSON_EXTRACT(${value}, '$') USING utf8mb4) AS BINARY)`;
  if (isTextual(type)) return `CAST(CONVERT(${value} USING utf8mb4) AS BINARY)`;
  return `CAST(${value} AS ${castName(type, base)})`;
};

/** The types that a CAST knows by another name. */
const castName = (type: string, base: string): string => {
  if (/^(tiny|small|medium|big)?int(eger)?$|^(boolean|bool|year)$/.test(base)) return / unsigned\b/i.test(type) ? 'UNSIGNED' : 'SIGNED';
  const size = /\([\d, ]+\)/.exec(type)?.[0] ?? '';
  if (base === 'timestamp') return `DATETIME${size}`;
  if (base === 'numeric' || base === 'dec' || base === 'fixed') return `DECIMAL${size}`;
  return base === 'float' || base === 'double' || base === 'real' ? (base === 'float' ? 'FLOAT' : 'DOUBLE') : `${base}${size}`;
};
