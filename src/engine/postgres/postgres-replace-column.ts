/** Columns in place of another, as statements. */
import {columnName, type Planned, type Replacement} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import type {Objection, OwnChange} from './postgres-change.ts';
import {keyObjections} from './postgres-drop-column.ts';
import {dropInStep, expression, filledTable} from './postgres-in-step.ts';
import {newColumnObjections, ONE_STATEMENT} from './postgres-new-column-findings.ts';
import {dropNotNullCheck, proveNotNull, setNotNull} from './postgres-not-null.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';
import {createTwoWay} from './postgres-two-way.ts';

export const renameColumnChange = (planned: Planned<'rename-column'>, migration: MigrationRef): OwnChange => {
  const own = replacementChange(planned, migration);
  return {...own, objections: [...own.objections, ...isLost(planned)]};
};

/** The new column ends with the name of the old one. */
export const changeTypeChange = (planned: Planned<'change-type'>, migration: MigrationRef): OwnChange => {
  const own = replacementChange(planned, migration);
  const [part] = planned.into;
  const rename = `ALTER TABLE ${quoteTable(planned.table)} RENAME COLUMN ${quoteName(part?.column ?? '')} TO ${quoteName(planned.column)}`;
  return {...own, complete: [...own.complete, rename], objections: [...own.objections, ...isLost(planned)]};
};

export const splitColumnChange = (planned: Planned<'split-column'>, migration: MigrationRef): OwnChange =>
  replacementChange(planned, migration);

const replacementChange = (planned: Replacement, migration: MigrationRef): OwnChange => {
  const {table, column, into, back} = planned;
  const altered = `ALTER TABLE ${quoteTable(table)}`;
  const proof = {table, columns: into.filter(({notNull}) => notNull).map((part) => part.column)};
  const add = (to: string): string => `${to} ${into.map((part) => `ADD COLUMN ${quoteName(part.column)} ${part.type}`).join(', ')}`;
  const remove = `${altered} ${into.map((part) => `DROP COLUMN IF EXISTS ${quoteName(part.column)}`).join(', ')}`;
  const final = into.flatMap((part) => [
    ...(part.notNull ? setNotNull(migration, part.column) : []),
    ...(part.default === undefined ? [] : [`ALTER COLUMN ${quoteName(part.column)} SET DEFAULT ${expression(part.default)}`]),
  ]);
  const inStep = {sql: createTwoWay(migration, planned), undo: dropInStep(migration, planned)};
  return {
    start: [{doing: 'adding columns for', sql: [{sql: add(altered), undo: remove}]}],
    sync: [{doing: 'keeping in step', sql: [inStep]}],
    fill: (range) => fillRows(planned, range),
    count: countOutOfStep(planned),
    prove: proveNotNull(migration, proof),
    ...(proof.columns.length ? {unprove: {doing: 'checking', sql: [dropNotNullCheck(migration, proof)]}} : {}),
    complete: [
      ...(final.length ? [`${altered} ${final.join(', ')}`] : []),
      dropInStep(migration, planned),
      `${altered} DROP COLUMN ${quoteName(column)}`,
    ],
    old: [planned],
    undo: [{doing: 'removing columns for', sql: [dropInStep(migration, planned), remove]}],
    objections: [
      ...keyObjections(planned),
      isComputed(planned),
      isOfOtherType(planned),
      hasOwnGrants(planned),
      ...into.flatMap((part) => newColumnObjections({table, column: part.column})),
    ],
    trial: trialOfParts(planned, add('ALTER TABLE pg_temp.crossfade_shape')),
    adds: add('ALTER TABLE pg_temp.crossfade_shape'),
    uses: [...into.map(({using}) => ({text: using, without: into.map((part) => part.column)})), {text: back, without: []}],
  };
};

/** Only rows without a value; the trigger sees that they are what the old shape says, and leaves that alone. */
const fillRows = ({into, ...planned}: Replacement, range: string): string => {
  const sets = into.map(({column, using}) => `${quoteName(column)} = ${expression(using)}`).join(', ');
  const isEmpty = into.map(({column}) => `${quoteName(column)} IS NULL`).join(' AND ');
  const isKnown = into.map(({using}) => `${expression(using)} IS NOT NULL`).join(' OR ');
  return `UPDATE ${filledTable(planned)} SET ${sets} WHERE ${range} AND ${isEmpty} AND (${isKnown})`;
};

/** A row is in step when either shape is what the other one says: an expression may lose what only one can hold. */
export const countOutOfStep = ({column, oldType, into, back, ...planned}: Replacement): string => {
  const isThere = into.map((part) => `${quoteName(part.column)} IS NOT NULL`).join(' OR ');
  const follows = into.map(
    ({column: name, type, using}) => `${quoteName(name)}::text IS NOT DISTINCT FROM (${expression(using)}::${type})::text`,
  );
  const lacks = into.filter(({notNull}) => notNull).map((part) => ` OR ${quoteName(part.column)} IS NULL`);
  const inStep = `CASE WHEN (${isThere}) AND ${quoteName(column)}::text IS NOT DISTINCT FROM (${expression(back)}::${oldType})::text THEN true ELSE ${follows.join(' AND ')} END`;
  return `SELECT count(*)::text AS rows, (count(*) FILTER (WHERE NOT (${inStep})${lacks.join('')}))::text AS unfilled FROM ${filledTable(planned)}`;
};

const trialOfParts = (planned: Replacement, add: string): Sql[] => {
  const {table, column, into, back} = planned;
  const shape = `pg_temp.crossfade_shape AS ${quoteName(table.name)}`;
  const sets = [
    ...into.map((part) => `${quoteName(part.column)} = ${expression(part.using)}`),
    `${quoteName(column)} = ${expression(back)}`,
  ];
  return [
    ...into.map(({type}) => ({text: `SELECT $1::regtype`, values: [type]})),
    ...into.flatMap((part) =>
      part.default === undefined
        ? []
        : [{text: `EXPLAIN SELECT ${expression(part.default)} WHERE $1::text IS NOT NULL`, values: ONE_STATEMENT}],
    ),
    {text: add},
    ...into.flatMap((part) =>
      part.default === undefined
        ? []
        : [{text: `ALTER TABLE pg_temp.crossfade_shape ALTER COLUMN ${quoteName(part.column)} SET DEFAULT ${expression(part.default)}`}],
    ),
    {
      text: `EXPLAIN UPDATE ${shape} SET ${sets.join(', ')} WHERE $1::text IS NOT NULL`,
      values: ONE_STATEMENT,
    },
  ];
};

export const ofColumn = (planned: Replacement, what: string, condition: string, more: readonly string[] = []): Sql => ({
  text: `SELECT ${what} AS what FROM pg_attribute a WHERE attrelid = $1::regclass AND attname = $2 AND NOT attisdropped AND ${condition}`,
  values: [quoteTable(planned.table), planned.column, ...more],
});

export const isComputed = (planned: Replacement): Objection => ({
  ask: ofColumn(planned, 'attname', `(attgenerated <> '' OR attidentity <> '')`),
  reason: 'is computed by the database itself',
  next: 'leave it out',
});

export const hasOwnGrants = (planned: Replacement): Objection => ({
  ask: ofColumn(planned, 'attacl::text', 'attacl IS NOT NULL'),
  severity: 'warn',
  reason: 'has privileges of its own ({}), which the new columns will not have',
  next: `grant them on the new columns between expand and contract of ${columnName(planned)}`,
});

export const isOfOtherType = (planned: Replacement): Objection => ({
  ask: ofColumn(planned, 'format_type(atttypid, atttypmod)', 'format_type(atttypid, atttypmod) <> $3', [planned.oldType]),
  reason: 'is of type {}',
  next: 'write it so',
});

/** What the old column has and the new one would not have. */
export const isLost = (planned: Replacement): Objection[] => {
  const [part] = planned.into;
  return [
    ...(part?.notNull
      ? []
      : [
          {
            ask: ofColumn(planned, 'attname', 'attnotnull'),
            reason: 'is NOT NULL, and the new column would not be',
            next: 'write notNull: true',
          },
        ]),
    ...(part?.default === undefined
      ? [
          {
            ask: ofColumn(
              planned,
              '(SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)',
              'atthasdef',
            ),
            reason: 'has the default {}, and the new column would have none',
            next: 'write it as default',
          },
        ]
      : []),
  ];
};
