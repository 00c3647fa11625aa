/**
 * Rules for rows. Nothing of them is there before contract, so no version of the application is refused until then. Each is
 * made while others write, or not at all.
 */
import type {ForeignKey, Planned} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {
  columnIs,
  countRows,
  type Ddl,
  IN_PLACE,
  indexIs,
  indexIsGone,
  isGone,
  NEEDED,
  type Objection,
  type OwnChange,
} from './mysql-change.ts';
import {definitionOf, mandatory, optional} from './mysql-column-definition.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** The server itself finds a row without a value, and then changes nothing. */
export const setNotNullChange = ({table, column}: Planned<'set-not-null'>): OwnChange => {
  const modify = (doing: string, to: (definition: string) => string, isDone: string): Ddl => ({
    doing,
    sql: (at, definition) => `ALTER TABLE ${quoteTable(at)} MODIFY COLUMN ${quoteName(column)} ${to(definition)}, ${IN_PLACE}`,
    isDone,
    reads: definitionOf(column),
  });
  return {
    start: [],
    count: countRows(table, `${quoteName(column)} IS NULL`),
    complete: [modify('making mandatory', mandatory, columnIs({table, column}, `is_nullable = 'NO'`))],
    old: [],
    undo: [modify('leaving optional', optional, columnIs({table, column}, `is_nullable = 'YES'`))],
    needs: NEEDED,
    objections: [
      {ask: columnIs({table, column}, `is_nullable = 'NO'`), reason: 'is NOT NULL already', next: 'leave the operation out'},
      {
        ask: columnIs({table, column}, `coalesce(generation_expression, '') <> ''`),
        reason: 'is computed by the database itself',
        next: 'leave it out',
      },
    ],
  };
};

/** Only MariaDB from 11.2 on can copy a table while others write, and no server adds a check without. */
export const addCheckChange = ({table, name, check}: Planned<'add-check'>): OwnChange => {
  const drop: Ddl = {
    doing: 'removing',
    sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP CONSTRAINT ${quoteName(name)}, ${IN_PLACE}`,
    isDone: isGone(constraintIs(table, name)),
  };
  return {
    start: [],
    count: countRows(table, `NOT (${check}\n)`),
    complete: [
      {
        doing: 'adding',
        sql: (to) => `ALTER TABLE ${quoteTable(to)} ADD CONSTRAINT ${quoteName(name)} CHECK (${check}\n), ALGORITHM=COPY, LOCK=NONE`,
        undo: drop.sql,
        isDone: constraintIs(table, name),
      },
    ],
    old: [],
    undo: [drop],
    needs: NEEDED,
    objections: [constraintIsThere(table, name)],
    instead: 'let the application check it, or add the check at a time when nobody writes: MariaDB from 11.2 on can do it beside writers',
  };
};

/**
 * Its rows are not read by the server, which could do that only with writers waiting: from the moment it is there new rows
 * are held to it, and those that were there before are counted after that.
 */
export const addForeignKeyChange = (key: ForeignKey): OwnChange => {
  const {table, name, columns, references, onDelete} = key;
  const acts = onDelete === undefined ? '' : ` ON DELETE ${onDelete.toUpperCase()}`;
  const add = (to: TableName, from: TableName): string =>
    `ALTER TABLE ${quoteTable(from)} ADD CONSTRAINT ${quoteName(name)} FOREIGN KEY (${names(columns)}) REFERENCES ${quoteTable(to)} (${names(references.columns)})${acts}`;
  const remove = removeKey(table, name);
  return {
    start: [],
    count: countLost(key),
    complete: [
      {
        doing: 'adding',
        sql: (from) => `${add(references.table, from)}, ${IN_PLACE}`,
        undo: (from) => remove.map(({sql}) => sql(from, '')).join(';\n'),
        isDone: constraintIs(table, name),
        setting: UNREAD,
      },
      waitForUsers(references.table),
    ],
    unprove: remove,
    old: [],
    undo: remove,
    needs: [...NEEDED, 'REFERENCES', 'LOCK TABLES'],
    objections: [
      constraintIsThere(table, name),
      {ask: indexIs(table, name), reason: 'is the name of an index that is there', next: 'take another name'},
    ],
    trial: (shape) => {
      const to = {schema: shape.schema, name: 'referenced'};
      return [
        `CREATE TABLE ${quoteTable(to)} LIKE ${quoteTable(references.table)}`,
        add(to, shape),
        `ALTER TABLE ${quoteTable(shape)} DROP FOREIGN KEY ${quoteName(name)}`,
        UNREAD,
        `${add(to, shape)}, ${IN_PLACE}`,
        'SET SESSION foreign_key_checks = 1',
      ].map((sql) => ({sql: () => sql}));
    },
  };
};

const UNREAD = 'SET SESSION foreign_key_checks = 0';

const names = (columns: readonly string[]): string => columns.map(quoteName).join(', ');

/** Where no index led to the columns, the server has made one by the same name. */
const removeKey = (table: TableName, name: string): readonly Ddl[] => [
  {
    doing: 'removing',
    sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP FOREIGN KEY ${quoteName(name)}, ${IN_PLACE}`,
    isDone: isGone(constraintIs(table, name)),
  },
  {
    doing: 'removing the index of',
    sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP INDEX ${quoteName(name)}, ${IN_PLACE}`,
    isDone: indexIsGone(table, name),
  },
];

/**
 * MariaDB adds the key beside transactions that have deleted a row it leads to and may still commit; when this had the table
 * for a moment they have ended, and what is counted is what stays. The lock goes with the session.
 */
const waitForUsers = (referenced: TableName): Ddl => ({
  doing: 'waiting for who uses the other table of',
  sql: () => `LOCK TABLES ${quoteTable(referenced)} WRITE`,
  isDone: 'SELECT 1 AS never FROM (SELECT 1 AS one) AS it WHERE FALSE',
});

/** Rows that lead nowhere. */
const countLost = ({table, columns, references}: ForeignKey): string => {
  const own = (one: string): string => `${quoteName(table.name)}.${quoteName(one)}`;
  const isWhole = columns.map((one) => `${own(one)} IS NOT NULL`).join(' AND ');
  const meets = columns.map((one, i) => `crossfade_to.${quoteName(references.columns[i] ?? '')} = ${own(one)}`).join(' AND ');
  return countRows(table, `${isWhole} AND NOT EXISTS (SELECT 1 FROM ${quoteTable(references.table)} AS crossfade_to WHERE ${meets})`);
};

const constraintIs = ({schema, name}: TableName, constraint: string): string =>
  `SELECT constraint_name AS what FROM information_schema.table_constraints WHERE constraint_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)} AND constraint_name = ${quoteValue(constraint)}`;

const constraintIsThere = (table: TableName, name: string): Objection => ({
  ask: constraintIs(table, name),
  reason: 'is there already',
  next: 'take another name, or leave the operation out',
});
