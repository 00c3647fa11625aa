/** What streams, copies, the stream's changes and comparisons send, line by line as the acts send it. */
import type {Direction} from '../../model/side.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {KeyRange, MigrationRef} from '../engine.ts';
import type {ComparedBy, Lock, Statements} from '../statements.ts';
import type {Announce, Line} from './postgres-announce.ts';
import {BEGIN_COMPARING} from './postgres-bracket.ts';
import {boundsOfParts, countTables, digestsOfRanges, hashesOfRows, holdRows, wholeRows} from './postgres-compare-statements.ts';
import {
  analyze,
  anyRow,
  BEGIN_READING,
  copyIn,
  copyOut,
  deleteMoved,
  isCut,
  rangeBounds,
  rowsByKey,
  truncate,
  truncateOnly,
} from './postgres-copy-statements.ts';
import {ddlWatch, dropDdlWatch} from './postgres-ddl-watch.ts';
import {BEGIN_HOLDING} from './postgres-held-rows.ts';
import type {Group} from '../row-groups.ts';
import {rowStatement} from './postgres-row-statements.ts';
import {SCHEMA_SETTINGS} from './postgres-schema-file.ts';
import {dropConstraint, dropObject} from './postgres-schema-objects.ts';
import {sequenceValues, SET_SEQUENCES} from './postgres-sequence.ts';
import {quoteName, rangeCondition} from './postgres-sql.ts';
import {shown, type Sql} from './postgres-statement.ts';
import {
  createPublication,
  createSlot,
  dropPublication,
  dropSlot,
  endSender,
  endSlotWait,
  limitSlotWait,
  OPEN_TRANSACTIONS_WAIT,
  startReplication,
} from './postgres-stream-statements.ts';
import {slotName} from './postgres-names.ts';
import {refreshView} from './postgres-views.ts';
import {beginApply, tagStatement, WRITES_IN_TRANSACTIONS, writerSettings} from './postgres-writer.ts';

export const announcedSource = (announce: Announce, migration: MigrationRef): Statements['source'] => ({
  createStream: (direction, tables) => announce(stream(migration, direction, tables)),
  dropStream: (direction) =>
    announce([
      {sql: endSender(slotName(migration, direction)), when: THERE},
      {sql: dropSlot(slotName(migration, direction)), when: THERE},
      ...dropDdlWatch(migration),
      {sql: dropPublication(migration), when: THERE},
    ]),
  changes: (direction) => announce([startReplication(migration, direction, '<position>')]),
  planRanges: (tables, bytes) => announce(tables.filter((table) => isCut(table, bytes)).map((table) => rangeBounds(table, bytes))),
  copyOut: (table, format) => announce([copyOut(table, RANGE(table), format)]),
  readRows: (tables) =>
    announce(
      tables.flatMap((table) => [BEGIN_READING, filled(rowsByKey(table), table.key.length), 'COMMIT'].map((sql) => ({sql, when: REREAD}))),
    ),
  readSequences: () =>
    announce(sequenceValues([quoteName('<sequence>')]).map((sql) => ({sql, when: 'there are sequences in these schemas'}))),
});

const THERE = 'it is there';
const REREAD = 'rows changed while they were copied, or an operator asks for a repair';

const stream = (migration: MigrationRef, direction: Direction, tables: readonly Table[]): Line[] => {
  const names = tables.flatMap((table) => [table.name, ...table.partitions]);
  return [
    {sql: createPublication(migration, tables), undo: dropPublication(migration)},
    ...ddlWatch(migration, ['<oids>'], names).map((sql) => ({
      sql,
      undo: dropDdlWatch(migration).join('; '),
      when: 'the role is a superuser',
    })),
    limitSlotWait,
    {sql: createSlot(migration, direction), undo: shown(dropSlot(slotName(migration, direction))), waits: openTransactions},
    endSlotWait,
  ];
};

const openTransactions: Lock = {
  mode: 'none',
  on: ['the log'],
  waitsFor: 'every transaction that is open in any database of this server',
  waitMsMax: Number.parseInt(OPEN_TRANSACTIONS_WAIT, 10) * 1000,
  heldUntil: 'the end of the statement',
};

export const announcedTarget = (announce: Announce, migration: MigrationRef): Statements['target'] => ({
  nonEmpty: (tables) => announce(tables.map((table) => ({sql: anyRow(table), when: 'the table is there already'}))),
  runSchemaFile: async (text, undo) => {
    const {splitStatements} = await import('./postgres-schema-file.ts');
    const statements = await splitStatements('schema', text);
    return announce([{sql: writerSettings(migration)}, SCHEMA_SETTINGS, ...statements.map(({sql}) => ({sql, undo}))]);
  },
  dropSchema: () =>
    announce([
      'BEGIN',
      {sql: dropConstraint('<table>', '<constraint>'), when: MADE, waits: whatWasMade},
      {sql: dropObject('<type>', '<object>'), when: MADE, waits: whatWasMade},
      'COMMIT',
    ]),
  loadChunk: (table, format) =>
    announce([
      {sql: writerSettings(migration)},
      `BEGIN; ${tagStatement(migration, 'chunk-<id>')}`,
      {sql: copyIn(table, format), undo: truncate([table])},
      'COMMIT',
    ]),
  apply: (direction, tables) =>
    announce([
      {sql: writerSettings(migration)},
      WRITES_IN_TRANSACTIONS,
      {sql: beginApply(migration, direction), when: ARRIVES},
      ...tables.flatMap((table) => [...changes(table), {sql: table.only ? deleteMoved(table) : truncateOnly([table]), when: TRUNCATED}]),
      {sql: 'COMMIT', when: ARRIVES},
    ]),
  setSequences: () => announce([{sql: filled(SET_SEQUENCES, 7), when: 'there are sequences in these schemas'}]),
  analyze: (tables) => announce(tables.map(analyze)),
  refreshViews: () =>
    announce([{sql: refreshView({schema: '<schema>', name: '<view>'}), when: 'materialised views are made of these tables'}]),
  empty: (tables) =>
    announce(
      tables.length ? [{sql: writerSettings(migration)}, `BEGIN; ${tagStatement(migration, 'undo')}`, truncate(tables), 'COMMIT'] : [],
    ),
});

const whatWasMade: Lock = {
  mode: 'ACCESS EXCLUSIVE',
  on: ['what the schema made'],
  waitsFor: 'whoever uses it, also readers',
  heldUntil: 'COMMIT',
};
const MADE = 'the schema made it, newest first, and nobody else has built upon it';
const ARRIVES = 'such a change arrives; the columns are those that it has';
const TRUNCATED = 'the sending side was truncated';

/** The forms a change can take, with every column. */
const changes = (table: Table): Line[] => {
  const columns = writtenColumns(table).map(({name}) => name);
  const groups: Group[] = [
    {form: 'delete', exact: true, columns: [], operations: []},
    {form: 'update', exact: true, columns, operations: []},
    {form: 'update', exact: false, columns, operations: []},
    {form: 'insert', exact: true, columns, operations: []},
    {form: 'upsert', exact: true, columns, operations: []},
  ];
  return groups.map((group) => {
    const {text, values = []} = rowStatement(table, group);
    return {sql: filled(text, values.length), when: ARRIVES};
  });
};

export const announcedCompare = (announce: Announce): Statements['compare'] => ({
  counts: (tables) => announce(countTables(tables)),
  rows: (tables, by) => announce(tables.flatMap((table) => comparing(table, by))),
});

const comparing = (table: Table, {isPlain, alike}: ComparedBy): Line[] => {
  const range = RANGE(table);
  const condition = rangeCondition(table, range);
  const rows = wholeRows(table, condition);
  const hashes = alike?.isLoose ? [] : [hashesOfRows(table, condition, alike?.forms)];
  const [first, next] =
    isPlain || alike ? [digestsOfRanges(table, [range], alike?.forms), [...hashes, ...(alike ? [rows] : [])]] : [[rows], []];
  return [
    {sql: boundsOfParts(table, range, '10000'), when: 'the range is large'},
    BEGIN_COMPARING,
    ...first,
    'COMMIT',
    ...next.map((sql) => ({sql, when: 'the digests differ'})),
    ...[BEGIN_HOLDING, holdRows(table, condition), 'COMMIT'].map((sql) => ({sql, when: 'a row changes every time it is looked at'})),
  ];
};

/** Every range but the first and the last has two bounds. */
const RANGE = (table: Table): KeyRange => ({after: table.key.map(() => '<after>'), to: table.key.map(() => '<to>')});

/** Arrays of values, one a column. */
const filled = (text: string, count: number): Sql => ({text, values: Array.from({length: count}, () => '<values>')});
