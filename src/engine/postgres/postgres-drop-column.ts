/** A column that goes, as statements. */
import type {Planned} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import {ONLY_NOTED, type Objection, type OwnChange} from './postgres-change.ts';
import {createDefaulting, dropInStep, expression} from './postgres-in-step.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';

export const dropColumnChange = (planned: Planned<'drop-column'>, migration: MigrationRef): OwnChange => {
  const {table, column, value} = planned;
  const inStep = value === undefined ? [] : [dropInStep(migration, planned)];
  const drop = (from: string): string => `ALTER TABLE ${from} DROP COLUMN ${quoteName(column)}`;
  return {
    start: ONLY_NOTED,
    sync:
      value === undefined
        ? []
        : [{doing: 'keeping in step', sql: [{sql: createDefaulting(migration, planned, value), undo: dropInStep(migration, planned)}]}],
    prove: [],
    complete: [...inStep, drop(quoteTable(table))],
    old: [planned],
    uses: value === undefined ? [] : [{text: value, without: [column]}],
    undo: [{doing: 'keeping', sql: inStep}],
    objections: [...keyObjections(planned), ...(value === undefined ? [isMandatory(planned)] : [])],
    trial: [
      ...(value === undefined
        ? []
        : [
            {
              text: `EXPLAIN UPDATE pg_temp.crossfade_shape AS ${quoteName(table.name)} SET ${quoteName(column)} = ${expression(value)} WHERE $1::text IS NOT NULL`,
              values: ['one'],
            },
          ]),
      {text: drop('pg_temp.crossfade_shape')},
    ],
  };
};

type OneColumn = Pick<Planned<'drop-column'>, 'table' | 'column'>;

/** Rows are found by the key, and a partition by its own. */
export const keyObjections = ({table, column}: OneColumn): Objection[] => [
  {
    ask: {
      text: `SELECT attname AS what FROM pg_attribute a WHERE attrelid = $1::regclass AND attname = $2
       AND (EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND (i.indisprimary OR i.indisreplident) AND a.attnum = ANY (i.indkey))
         OR EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = a.attrelid AND a.attnum = ANY (p.partattrs)))`,
      values: [quoteTable(table), column],
    },
    reason: 'belongs to the key of the table or of its partitions',
    next: 'give the table another key first',
  },
];

const isMandatory = ({table, column}: OneColumn): Objection => ({
  ask: {
    text: `SELECT attname AS what FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2 AND attnotnull AND NOT atthasdef AND attidentity = ''`,
    values: [quoteTable(table), column],
  },
  reason: 'is NOT NULL and has no default, so a version of the application that does not know it could not write before contract',
  next: 'give a value, which such a version has written for it',
});
