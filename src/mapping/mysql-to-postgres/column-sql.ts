/** A column of the target as expressions see it. */
import type {MysqlColumn} from '../../model/mysql-schema.ts';
import {comparisonOf} from './translate.ts';
import type {Kind, TypedSql} from './typed-sql.ts';

/** `type` is what the column has become; undefined where no expression may use it. */
export const columnSql = (column: MysqlColumn, sql: string, type: string): TypedSql | undefined => {
  const [, word = '', scale] = /^([a-z ]+?)(?:\(\d+(?:,(\d+))?\))?( with(?:out)? time zone)?$/.exec(type) ?? [];
  const kind = type.endsWith('with time zone') ? 'instant' : KINDS[word];
  switch (kind) {
    case undefined:
      return undefined;
    case 'text':
      return {sql, kind, ...comparisonOf(column.collation)};
    case 'integer':
      return {sql, kind, scale: 0};
    case 'decimal':
      return column.type.includes('bigint') ? {sql, kind: 'integer', scale: 0, isNumeric: true} : {sql, kind, scale: Number(scale ?? 0)};
    default:
      return {sql, kind};
  }
};

const KINDS: Readonly<Record<string, Kind>> = {
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  numeric: 'decimal',
  real: 'float',
  'double precision': 'float',
  boolean: 'boolean',
  'character varying': 'text',
  text: 'text',
  bytea: 'bytes',
  date: 'date',
  timestamp: 'datetime',
  interval: 'time',
  jsonb: 'json',
};
