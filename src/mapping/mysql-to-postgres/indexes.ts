/** Indexes but for the primary key. Their names get the table's in front: in PostgreSQL they share one room. */
import type {MysqlIndex} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {type ConvertedTable, scopeOf} from './converted-table.ts';
import {madeName, quoted} from './names.ts';
import {translated} from './translate.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {refusal, warning} from '../conversion-finding.ts';

export const indexScript = (table: ConvertedTable): {readonly statements: ConvertedStatement[]; readonly findings: ConversionFinding[]} => {
  const made = table.table.indexes.filter(({name}) => name !== 'PRIMARY').map((index) => indexStatement(table, index));
  return {
    statements: made.flatMap(({statement}) => statement ?? []),
    findings: [...made.flatMap(({finding}) => finding ?? []), ...zeroTwins(table)],
  };
};

/** H-39: a zero date is unique like any other value, and NULL, which stands for it there, is not. */
const zeroTwins = (table: ConvertedTable): ConversionFinding[] => {
  const zeros = new Set(table.columns.filter(({zero}) => zero !== undefined).map(({column}) => column.name));
  return table.table.indexes.flatMap(({name, isUnique, parts}) => {
    const columns = parts.flatMap(({column}) => column ?? []);
    const some = columns.filter((column) => zeros.has(column));
    if (!isUnique || name === 'PRIMARY' || !some.length) return [];
    return warning(
      `index ${nameOf(table.table.name)}.${name}`,
      columns.join(', '),
      `NULL stands for zero dates in ${some.join(', ')}, and it may be there several times: two such rows end the way back`,
      'write no NULL there, or no second one, while there is a way back',
    );
  });
};

type Made = {readonly statement?: ConvertedStatement; readonly finding?: ConversionFinding};

const indexStatement = (table: ConvertedTable, index: MysqlIndex): Made => {
  const object = `index ${nameOf(table.table.name)}.${index.name}`;
  const shown = index.parts.map(({column, expression, prefix}) => `${column ?? expression}${prefix ? `(${prefix})` : ''}`).join(', ');
  if (index.method === 'SPATIAL')
    return {finding: warning(object, shown, 'a SPATIAL index has no equal here', 'add one of PostGIS if it is wanted')};
  if (index.method === 'FULLTEXT') return fullText(table, index, object, shown);
  const parts = index.parts.map((part) => partSql(table, part));
  const refused = parts.find((part) => 'refused' in part);
  if (refused && 'refused' in refused) return {finding: refusal(object, shown, `is not converted: ${refused.refused}`)};
  const columns = parts.flatMap((part) => ('sql' in part ? [part.sql] : [])).join(', ');
  const statement = {
    object,
    sql: `CREATE ${index.isUnique ? 'UNIQUE ' : ''}INDEX ${quoted(madeName(table.name, index.name))} ON ${table.sql} (${columns})`,
  };
  const isCut = index.parts.some(({prefix}) => prefix !== null);
  return isCut && !index.isUnique
    ? {
        statement,
        finding: warning(
          object,
          shown,
          'an index of the first signs serves queries that say left(column, n) only',
          'index the whole column if its values are short',
        ),
      }
    : {statement};
};

const partSql = (
  table: ConvertedTable,
  {column, expression, prefix, isDescending}: MysqlIndex['parts'][number],
): {readonly sql: string} | {readonly refused: string} => {
  const end = isDescending ? ' DESC' : '';
  if (column === null) {
    const made = translated(expression ?? '', scopeOf(table, true));
    return 'refused' in made ? made : {sql: `(${made.translated.sql})${end}`};
  }
  const found = table.columns.find((one) => one.column.name === column);
  if (!found) return {refused: `its column ${column} is not moved`};
  if (found.type === 'json') return {refused: `${column} is json, which no index orders`};
  if (prefix === null) return {sql: `${quoted(column)}${end}`};
  return {sql: found.type === 'bytea' ? `substring(${quoted(column)}, 1, ${prefix})${end}` : `left(${quoted(column)}, ${prefix})${end}`};
};

/** Words as they are written, in no language: whoever searches names one. */
const fullText = (table: ConvertedTable, index: MysqlIndex, object: string, shown: string): Made => {
  const texts = index.parts.map(({column}) => `coalesce(${quoted(column ?? '')}, '')`).join(" || ' ' || ");
  return {
    statement: {
      object,
      sql: `CREATE INDEX ${quoted(madeName(table.name, index.name))} ON ${table.sql} USING gin (to_tsvector('simple', ${texts}))`,
    },
    finding: warning(
      object,
      shown,
      'queries that say MATCH ... AGAINST are written anew',
      `to_tsvector('simple', ${texts}) @@ to_tsquery(...)`,
    ),
  };
};
