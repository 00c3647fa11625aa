/** What stands in the way of a wider key, asked column by column. What hangs on them is looked at in the trial. */
import {columnName, type Planned, tablesOf, type WiderColumn} from '../../model/planned-operation.ts';
import {nameOf, type TableName} from '../../model/table.ts';
import type {Objection} from './postgres-change.ts';
import {askFunctions} from './postgres-dependents.ts';
import {newColumnObjections} from './postgres-new-column-findings.ts';
import {hasOwnGrants, isLost, isOfOtherType, ofColumn} from './postgres-replace-column.ts';
import {quoteTable} from './postgres-sql.ts';

export const widenKeyObjections = (planned: Planned<'widen-key'>): Objection[] => [
  ...tablesOf(planned).flatMap(ofTable),
  ...planned.columns.flatMap((one) => ofWider(one).map((objection) => ({...objection, object: columnName(one)}))),
];

const ofTable = (table: TableName): Objection[] => [
  {
    ask: {
      text: `SELECT relname AS what FROM pg_class WHERE oid = $1::regclass AND (relkind = 'p' OR relispartition OR relhassubclass)`,
      values: [quoteTable(table)],
    },
    object: nameOf(table),
    reason: 'has partitions or tables that inherit from it, on which indexes and foreign keys cannot be made beside the old ones',
    next: 'leave the operation out; copy the tables with another workflow',
  },
  {
    ask: {
      text: `SELECT pg_get_userbyid(relowner) AS what FROM pg_class WHERE oid = $1::regclass AND NOT pg_has_role(relowner, 'MEMBER')`,
      values: [quoteTable(table)],
    },
    object: nameOf(table),
    reason: 'belongs to {}, and only an owner may change it',
    next: 'GRANT that role TO the role of database.url',
  },
];

const ofWider = (one: WiderColumn): Objection[] => [
  {
    ask: {
      text: `SELECT $2::text AS what WHERE NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2::text AND NOT attisdropped)`,
      values: [quoteTable(one.table), one.column],
    },
    reason: 'is not there',
    next: 'check table and column',
  },
  {ask: ofColumn(one, 'attname', `attgenerated <> ''`), reason: 'is computed by the database itself', next: 'leave it out'},
  {
    ask: ofColumn(one, IDENTITY, `${IDENTITY} <> $3`, [one.identity ?? 'no']),
    reason: 'has {} identity',
    next: 'write identity: always or by default as it is; leave it out where there is none',
  },
  isOfOtherType(one),
  hasOwnGrants(one),
  ...(one.sequence ? [isOtherSequence(one, one.sequence)] : []),
  ...isLost(one),
  ...one.into.flatMap(({column}) =>
    newColumnObjections({table: one.table, column}).map((it) => ({...it, reason: `has ${column} beside it already`})),
  ),
  {
    ask: askFunctions({...one, goesWith: []}),
    severity: 'warn',
    reason: 'is named in {}, which goes on working unless it says that the column is of its old type',
    next: 'look at what it declares',
  },
];

const IDENTITY = `CASE attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE 'no' END`;

const OWNED = 'pg_get_serial_sequence(attrelid::regclass::text, attname::text)';

/** A sequence that the column does not own would stay narrow, or be taken from another column. */
const isOtherSequence = (one: WiderColumn, sequence: TableName): Objection => ({
  ask: ofColumn(one, `coalesce(${OWNED}, 'none')`, `${OWNED}::regclass IS DISTINCT FROM to_regclass($3)`, [quoteTable(sequence)]),
  reason: 'owns the sequence {}',
  next: 'write that one as sequence, or leave it out',
});
