/**
 * A key that becomes wider, as statements: beside each column that holds its values there is a wider one, kept in step;
 * beside each index and foreign key there is one on the wider columns. At contract these take the names, in one
 * transaction that reads no rows.
 */
import {type KeptForeignKey, type KeptIndex, type Planned, type WiderColumn} from '../../model/planned-operation.ts';
import {nameOf, type TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {createIndex} from './postgres-add-index.ts';
import type {Act, Old, OwnChange, Piece, Transaction} from './postgres-change.ts';
import {countLost, leadsFromTo} from './postgres-constraint-changes.ts';
import {moveNumbers} from './postgres-identity.ts';
import {dropInStep, expression, filledTable} from './postgres-in-step.ts';
import {dropNotNullCheck, proveNotNull, setNotNull} from './postgres-not-null.ts';
import {countOutOfStep} from './postgres-replace-column.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';
import {createTwoWay} from './postgres-two-way.ts';
import {widenKeyLook, widenKeyTrial} from './postgres-widen-key-catalogue.ts';
import {widenKeyObjections} from './postgres-widen-key-findings.ts';
import {nameWhileBuilt, onWider, widerForeignKey, widerNameOf} from './postgres-wider-names.ts';

export const widenKeyChange = (planned: Planned<'widen-key'>, migration: MigrationRef): OwnChange => {
  const {columns, foreignKeys, indexes} = planned;
  const proof = provenColumns(planned);
  const unprove = {doing: 'checking', sql: [...foreignKeys.map(dropWider), ...proof.map((one) => dropNotNullCheck(migration, one))]};
  return {
    start: [...columns.map(addWider), ...indexes.map((index) => buildWider(planned, index))],
    sync: columns.map((one) => keepInStep(migration, one)),
    fill: (range, table) =>
      fillRows(
        columns.filter((one) => nameOf(one.table) === nameOf(table)),
        range,
      ),
    count: countAll([...columns.map(countOutOfStep), ...foreignKeys.map((key) => countLost(widerForeignKey(planned, key)))]),
    prove: [
      ...proof.flatMap((one) => onTable(one.table, proveNotNull(migration, one))),
      ...foreignKeys.flatMap((key) => addForeignKey(planned, key)),
    ],
    unprove,
    complete: [
      ...foreignKeys.map(({table, name}) => `${alter(table)} DROP CONSTRAINT ${quoteName(name)}`),
      ...indexes.flatMap(dropConstraint),
      ...columns.flatMap((one) => takeName(migration, one)),
      ...indexes.map(takeIndexName),
      ...foreignKeys.map(({table, name}) => `${alter(table)} RENAME CONSTRAINT ${quoteName(nameWhileBuilt(name))} TO ${quoteName(name)}`),
    ],
    old: columns.map((one) => oldOf(planned, one)),
    undo: [
      {doing: 'removing', sql: unprove.sql},
      ...columns.map((one) => ({doing: 'removing', sql: [dropInStep(migration, one), removeWider(one)], on: one.table})),
    ],
    objections: widenKeyObjections(planned),
    trial: widenKeyTrial(planned),
    look: (session) => widenKeyLook(session, planned),
  };
};

const alter = (table: TableName): string => `ALTER TABLE ${quoteTable(table)}`;

const addWider = (one: WiderColumn): Transaction => {
  const sql = `${alter(one.table)} ${one.into.map(({column, type}) => `ADD COLUMN ${quoteName(column)} ${type}`).join(', ')}`;
  return {doing: 'adding columns for', sql: [{sql, undo: removeWider(one)}], on: one.table};
};

/** Its indexes and constraints go with it. */
const removeWider = ({table, into}: WiderColumn): string =>
  `${alter(table)} ${into.map(({column}) => `DROP COLUMN IF EXISTS ${quoteName(column)}`).join(', ')}`;

const keepInStep = (migration: MigrationRef, one: WiderColumn): Transaction => ({
  doing: 'keeping in step',
  sql: [{sql: createTwoWay(migration, one), undo: dropInStep(migration, one)}],
  on: one.table,
});

/** Built while its column is empty still: what is filled later finds its place in it, and contract has nothing to build. */
const buildWider = (planned: Planned<'widen-key'>, index: KeptIndex): Piece => {
  const name = nameWhileBuilt(index.name);
  return {
    doing: 'building an index for',
    index: {schema: index.table.schema, name},
    create: createIndex({...index, name, on: onWider(planned, index)}, quoteTable(index.table), 'CONCURRENTLY '),
    on: index.table,
  };
};

const fillRows = (columns: readonly WiderColumn[], range: string): string => {
  const parts = columns.flatMap((one) => one.into.map(({column, using}) => ({name: quoteName(column), using: expression(using)})));
  const [first] = columns;
  const differs = parts.map(({name, using}) => `${name} IS DISTINCT FROM ${using}`).join(' OR ');
  return `UPDATE ${filledTable({table: first?.table ?? {schema: '', name: ''}})} SET ${parts.map(({name, using}) => `${name} = ${using}`).join(', ')} WHERE ${range} AND (${differs})`;
};

const countAll = (counts: readonly string[]): string =>
  `SELECT sum(rows::bigint)::text AS rows, sum(unfilled::bigint)::text AS unfilled FROM (${counts.join('\nUNION ALL ')}) AS counted`;

const provenColumns = ({columns}: Planned<'widen-key'>) =>
  columns
    .map(({table, into}) => ({table, columns: into.filter(({notNull}) => notNull).map(({column}) => column)}))
    .filter((one) => one.columns.length > 0);

const onTable = (on: TableName, pieces: readonly Transaction[]): Transaction[] => pieces.map((piece) => ({...piece, on}));

/** NOT VALID first: it reads nothing, and both tables are let go again before the rows are read. */
const addForeignKey = (planned: Planned<'widen-key'>, key: KeptForeignKey): Transaction[] => {
  const {table, name, columns, references, onDelete, onUpdate, deferrable} = widerForeignKey(planned, key);
  const acts = [
    ...(onDelete === undefined ? [] : [` ON DELETE ${onDelete.toUpperCase()}`]),
    ...(onUpdate === undefined ? [] : [` ON UPDATE ${onUpdate.toUpperCase()}`]),
    ...(deferrable === undefined ? [] : [` DEFERRABLE INITIALLY ${deferrable.toUpperCase()}`]),
  ].join('');
  const rule = `${leadsFromTo(columns, quoteTable(references.table), references.columns)}${acts} NOT VALID`;
  const add: Act = {sql: `${alter(table)} ADD CONSTRAINT ${quoteName(name)} ${rule}`, undo: dropWider(key)};
  return [
    {doing: 'adding a foreign key for', sql: [add], on: table},
    {doing: 'validating a foreign key for', sql: [`${alter(table)} VALIDATE CONSTRAINT ${quoteName(name)}`], on: table},
  ];
};

const dropWider = ({table, name}: KeptForeignKey): string => `${alter(table)} DROP CONSTRAINT IF EXISTS ${quoteName(nameWhileBuilt(name))}`;

const dropConstraint = ({table, name, constraint}: KeptIndex): string[] =>
  constraint === undefined ? [] : [`${alter(table)} DROP CONSTRAINT ${quoteName(name)}`];

/** NOT NULL is proven, and the old column's indexes go with it. */
const takeName = (migration: MigrationRef, one: WiderColumn): string[] => {
  const {table, column, into} = one;
  const final = into.flatMap((part) => [
    ...(part.notNull ? setNotNull(migration, part.column) : []),
    ...(part.default === undefined ? [] : [`ALTER COLUMN ${quoteName(part.column)} SET DEFAULT ${expression(part.default)}`]),
  ]);
  return [
    ...(final.length ? [`${alter(table)} ${final.join(', ')}`] : []),
    ...moveNumbers(migration, one),
    dropInStep(migration, one),
    `${alter(table)} DROP COLUMN ${quoteName(column)}`,
    `${alter(table)} RENAME COLUMN ${quoteName(widerNameOf(one))} TO ${quoteName(column)}`,
  ];
};

/** An index that becomes a constraint takes its name. */
const takeIndexName = ({table, name, constraint}: KeptIndex): string => {
  const built = nameWhileBuilt(name);
  if (constraint === undefined) return `ALTER INDEX ${quoteTable({schema: table.schema, name: built})} RENAME TO ${quoteName(name)}`;
  return `${alter(table)} ADD CONSTRAINT ${quoteName(name)} ${constraint.toUpperCase()} USING INDEX ${quoteName(built)}`;
};

/** What is made anew on the wider columns may go with the narrow ones. */
const oldOf = ({goesWith, indexes, foreignKeys}: Planned<'widen-key'>, one: WiderColumn): Old => ({
  ...one,
  goesWith: [...goesWith, ...[...indexes, ...foreignKeys].map(({name}) => name), ...(one.sequence ? [one.sequence.name] : [])],
  comesBack: true,
});
