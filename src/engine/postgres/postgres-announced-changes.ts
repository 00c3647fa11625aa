/** What schemas that are tried out and changes in place send, line by line as the acts send it. */
import type {NewColumn} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import type {Announce, Line} from './postgres-announce.ts';
import {
  addCheck,
  addColumn,
  backfillTrial,
  BEGIN_COUNTING,
  beginTrial,
  columnTrial,
  countUnfilled,
  dropCheck,
  dropColumn,
  fillRows,
  finalShape,
  validateCheck,
} from './postgres-alter-statements.ts';
import {BEGIN_GIVING_WAY} from './postgres-give-way.ts';
import {createInStep, dropInStep} from './postgres-in-step.ts';
import {lockEpoch} from './postgres-require-epoch.ts';
import {emptyTables} from './postgres-schema.ts';
import {BEGIN_TRIAL, NEXT_FILE} from './postgres-schema-trial.ts';
import {rangeCondition} from './postgres-sql.ts';
import {tagStatement, writerSettings} from './postgres-writer.ts';

export const announcedSchema = (announce: Announce, migration: MigrationRef): NonNullable<Statements['schema']> => ({
  tryOut: ({preData, postData}) =>
    announce(preData.length ? [BEGIN_TRIAL, ...preData.map(({sql}) => sql), NEXT_FILE, ...postData.map(({sql}) => sql), 'ROLLBACK'] : []),
  empty: (tables) => {
    if (!tables.length) return announce([]);
    const [truncating, deleting] = [emptyTables(tables, false), emptyTables(tables, true)];
    return announce([
      {sql: writerSettings(migration)},
      `BEGIN; ${tagStatement(migration, 'schema')}`,
      ...truncating.map((sql) => ({sql, when: 'no other table refers to these'})),
      ...deleting.map((sql) => ({sql, when: 'another table refers to one of them'})),
      'COMMIT',
    ]);
  },
});

export const announcedAlter = (announce: Announce, migration: MigrationRef): NonNullable<Statements['alter']> => {
  /** One short transaction that gives way, and is tried again. */
  const turn = (lines: readonly Line[]): Line[] => [BEGIN_GIVING_WAY, {sql: lockEpoch(migration.short)}, ...lines, 'COMMIT'];
  const sometimes = (lines: readonly Line[], when: string): Line[] =>
    lines.map((line) => ({...(typeof line === 'string' ? {sql: line} : line), when}));
  return {
    findings: (column) =>
      announce([
        beginTrial(column.table),
        ...columnTrial(column).map((sql) => ({sql})),
        ...(column.backfill === undefined ? [] : backfillTrial(column).map((sql) => ({sql}))),
        'ROLLBACK',
      ]),
    addColumn: (column) => announce(turn(adding(migration, column))),
    fillChunk: (table, columns) =>
      announce([
        {sql: writerSettings(migration)},
        BEGIN_GIVING_WAY,
        ...columns.map((column) =>
          fillRows(column, rangeCondition(table, {after: table.key.map(() => '<after>'), to: table.key.map(() => '<to>')})),
        ),
        'COMMIT',
      ]),
    countUnfilled: (column) => announce([BEGIN_COUNTING, countUnfilled(column), 'COMMIT']),
    completeColumn: (column) =>
      announce([
        ...(column.notNull ? [...turn([addCheck(migration, column)]), ...turn([validateCheck(migration, column)])] : []),
        ...sometimes(column.notNull ? turn([dropCheck(migration, column)]) : [], 'a row turns out to lack its value'),
        ...turn([...[finalShape(migration, column)].filter((sql) => sql !== undefined), dropInStep(migration, column)]),
      ]),
    dropColumn: (column) => announce(turn([dropInStep(migration, column), dropColumn(column)])),
  };
};

const adding = (migration: MigrationRef, column: NewColumn): Line[] => [
  {sql: addColumn(column), undo: dropColumn(column)},
  ...(column.backfill === undefined ? [] : [{sql: createInStep(migration, column, column.backfill), undo: dropInStep(migration, column)}]),
];
