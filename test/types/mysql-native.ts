/** A value that SQL of MySQL makes, as SQL of PostgreSQL: what applications write while the target is in use. */
import type {ValueColumn} from '../support/mysql-values.ts';

/** Undefined where only MySQL can say it. */
export const nativeSql = (type: string, value: string): string | undefined => {
  if (value === 'NULL') return value;
  const hex = /^(?:CONVERT\()?(?:_utf8mb4 )?X'([0-9a-f]*)'/.exec(value)?.[1];
  switch (/^\w+/.exec(type)?.[0]) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'year':
      return /^-?\d+$/.test(value) ? `(${value})` : undefined;
    case 'float':
    case 'double':
      return /^-?[\d.]+(?:e[-+]?\d+)?$/i.test(value) ? `'${value}'` : undefined;
    case 'decimal':
    case 'date':
    case 'datetime':
    case 'timestamp':
    case 'time':
    case 'inet4':
      return /^'[^']*'$/.test(value) ? value : undefined;
    case 'uuid':
      return /^'.{14}[1-7]/.test(value) ? value : undefined; // of others MariaDB refuses some
    case 'bit':
      return bitSql(type, value);
    case 'enum':
      return value;
    case 'set':
      return /^'[^,]*'$/.test(value) && value !== "''" ? `ARRAY[${value}]` : undefined;
    case 'json':
      return hex === undefined ? undefined : `convert_from('\\x${hex}', 'UTF8')::jsonb`;
    case 'binary':
      return hex === undefined ? undefined : `'\\x${hex.padEnd(20, '0').slice(0, 20)}'`;
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return hex === undefined ? undefined : `'\\x${hex}'`;
    default:
      return hex === undefined || !/utf8mb4|^(?:tiny|medium|long)?text/.test(type)
        ? undefined
        : `convert_from('\\x${withoutNul(hex)}', 'UTF8')`;
  }
};

const bitSql = (type: string, value: string): string => {
  const size = Number(/\((\d+)\)/.exec(type)?.[1]);
  const digits = value.slice(2, -1).padStart(size, '0');
  return size === 1 ? String(digits === '1') : `B'${digits}'`;
};

const withoutNul = (hex: string): string => hex.replaceAll(/(..)/g, (pair) => (pair === '00' ? '' : pair));

/** What PostgreSQL has no place for is none of a table that may lose nothing. */
export const lossless = ({type}: Pick<ValueColumn, 'type'>, value: string): string => {
  if (/'(?:0000-00-00|\d{4}-00-|\d{4}-\d\d-00)|'none of them'/.test(value)) return 'NULL';
  return /^(?:\w*text|\w*char)\b/.test(type) ? value.replace(/X'([0-9a-f]*)'/, (_, hex: string) => `X'${withoutNul(hex)}'`) : value;
};
