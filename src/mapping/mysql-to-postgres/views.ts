/**
 * Views, when all tables are there. Each is optional: what is not understood, or what the target does not take when it is tried
 * there, stays behind with a warning and its text, because a view holds no rows.
 */
import type {MysqlColumn, MysqlSchema, MysqlView} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {columnSql} from './column-sql.ts';
import {collationSql, type ConvertedTable} from './converted-table.ts';
import {nameProblems, qualified, quoted} from './names.ts';
import {type Readable, type Readables, querySql, type ViewColumn} from './query-sql.ts';
import {parseQuery} from './query.ts';
import {NotUnderstood} from '../token-reader.ts';
import type {TypedSql} from './typed-sql.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {warning} from '../conversion-finding.ts';

type ViewScript = {readonly statements: readonly ConvertedStatement[]; readonly findings: readonly ConversionFinding[]};

/** A view that reads another one comes after it. */
export const viewScript = ({flavour, views}: MysqlSchema, schema: string, tables: readonly ConvertedTable[]): ViewScript => {
  const known = new Map(tables.map((table) => [nameOf(table.table.name), readableTable(table)]));
  const from: Readables = {
    flavour,
    collation: (fold) => collationSql(schema, fold),
    read: (of, name) => {
      const readable = known.get(`${of}.${name}`);
      if (!readable) throw new NotUnderstood(`${of}.${name}, which is not moved`);
      return readable;
    },
  };
  const statements: ConvertedStatement[] = [];
  let [waiting, isMore] = [views, true];
  const made = (view: MysqlView): boolean => {
    const written = attempt(view, schema, from);
    if ('refused' in written) return false;
    statements.push(written.statement);
    known.set(nameOf(view.name), written.readable);
    return true;
  };
  while (isMore) {
    const left = waiting.filter((view) => !made(view));
    isMore = left.length < waiting.length;
    waiting = left;
  }
  return {statements, findings: waiting.map((view) => unwritten(view, attempt(view, schema, from)))};
};

type Attempt = {readonly statement: ConvertedStatement; readonly readable: Readable} | {readonly refused: string};

const attempt = ({name, columns, definition}: MysqlView, schema: string, from: Readables): Attempt => {
  const [problem] = nameProblems([name.name, ...columns]);
  if (problem) return {refused: `${problem.name}: ${problem.reason}`};
  try {
    const query = querySql(parseQuery(definition), from);
    const sql = qualified(schema, name.name);
    return {
      statement: {
        object: `view ${nameOf(name)}`,
        sql: `CREATE VIEW ${sql} (${columns.map(quoted).join(', ')}) AS ${query.sql}`,
        isOptional: true,
      },
      readable: {sql, columns: query.columns.map((column, i) => ({...column, name: columns[i] ?? column.name}))},
    };
  } catch (error) {
    if (error instanceof NotUnderstood) return {refused: error.message};
    throw error;
  }
};

const unwritten = ({name, definition}: MysqlView, tried: Attempt): ConversionFinding =>
  warning(
    `view ${nameOf(name)}`,
    definition,
    `is not converted: ${'refused' in tried ? tried.refused : 'it was not made'}`,
    'write it anew, into a schema file of the plan',
  );

const enumText = (column: MysqlColumn, called: string): TypedSql | undefined => {
  const text = columnSql(column, `(${called})::text`, 'text');
  return text && {...text, enumSql: called};
};

const readableTable = ({sql, columns}: ConvertedTable): Readable => ({
  sql,
  columns: columns.map(
    ({column, choice}): ViewColumn => ({
      name: column.name,
      as: (called) => (choice.type === 'enum' ? enumText(column, called) : columnSql(column, called, choice.type)),
    }),
  ),
});
