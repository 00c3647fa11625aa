/** What streams, copies, the stream's changes and comparisons send, line by line as the acts send it. */
import type {Column, Table} from '../../model/table.ts';
import {nameOf, writtenColumns} from '../../model/table.ts';
import type {Position} from '../../model/position.ts';
import type {MigrationRef} from '../engine.ts';
import type {ComparedBy, Lock, Statements} from '../statements.ts';
import type {Announce, Line} from './mysql-announce.ts';
import {COUNTER_LOCK_WAIT, setCounter} from './mysql-auto-increment.ts';
import {HEARTBEAT_MS} from './mysql-change-stream.ts';
import {boundsOfParts, countTables, digestsOfRanges, hashesOfRows, holdRows} from './mysql-compare-statements.ts';
import {getLock} from './mysql-control-statements.ts';
import type {FlavourName} from './mysql-flavour.ts';
import {HOLD_LIMITS} from './mysql-held-rows.ts';
import {writerLock} from './mysql-lock.ts';
import {markStatement} from './mysql-mark.ts';
import {
  analyze,
  anyRow,
  BEGIN_READING,
  deleteAll,
  deletePart,
  isCut,
  nextBound,
  oneOf,
  rangeCondition,
  rowsPerRange,
  selectRows,
  type Writing,
} from './mysql-read-statements.ts';
import {deleteOf, insertOf, updateOf} from './mysql-row-statements.ts';
import {dropObject} from './mysql-schema-objects.ts';
import {scriptStatements} from './mysql-script.ts';
import {quoteName} from './mysql-sql.ts';
import {DIALECTS} from './mysql-stream-dialect.ts';
import {forgetStream, recordStream} from './mysql-stream-record.ts';
import {applyLane, tagStatement, writerSettings} from './mysql-writer.ts';

const BEGIN = 'START TRANSACTION';

/** What only a run knows stands where the values would be. */
const SHOWN: Writing = {literal: (_, value) => value ?? 'NULL', bytes: (text) => text};

const unknownRange = (table: Table): string =>
  table.key.length
    ? rangeCondition(table, {after: table.key.map(() => '<after>'), to: table.key.map(() => '<to>')}, SHOWN)
    : rangeCondition(table, {after: undefined, to: undefined});

const someKey = (table: Table): string => oneOf(table, [table.key.map(() => '<key>')], SHOWN);

const whenever =
  (when: string) =>
  (line: Line): Line => ({...(typeof line === 'string' ? {sql: line} : line), when});

export const announcedSource = (announce: Announce, migration: MigrationRef, flavour: FlavourName): Statements['source'] => ({
  createStream: (direction) =>
    announce([
      {sql: markStatement(migration, undefined), waits: earlierCommits},
      {sql: recordStream(migration, direction, '<values>'), undo: forgetStream(migration, direction)},
    ]),
  dropStream: (direction) => announce([forgetStream(migration, direction)]),
  changes: () =>
    announce([...DIALECTS[flavour].prepareDump('<position>' as Position, {identity: '<identity>', heartbeatMs: HEARTBEAT_MS}), DUMP]),
  planRanges: (tables, bytes) =>
    announce(
      tables
        .filter((table) => isCut(table, bytes))
        .flatMap((table) => {
          const rows = rowsPerRange(table, bytes);
          const from = rangeCondition(table, {after: table.key.map(() => '<after>'), to: undefined}, SHOWN);
          return [nextBound(table, 'TRUE', rows), {sql: nextBound(table, from, rows), when: 'there is another range'}];
        }),
    ),
  copyOut: (table) => announce([selectRows(table, unknownRange(table))]),
  readRows: (tables) =>
    announce(tables.flatMap((table) => [BEGIN_READING, selectRows(table, someKey(table)), 'COMMIT'].map(whenever(REREAD)))),
  readSequences: () => announce([{sql: 'SHOW CREATE TABLE <table>', when: COUNTING}]),
});

/** A command of the protocol of replicas, which has no words. */
const DUMP = '/* COM_BINLOG_DUMP from <position> */';
const REREAD = 'rows changed while they were copied, or an operator asks for a repair';
const COUNTING = 'the table counts (AUTO_INCREMENT)';

/** A server with semi-synchronous replication keeps commits waiting for its replicas. */
const earlierCommits: Lock = {
  mode: 'none',
  on: ['the log'],
  waitsFor: 'commits that stand in the log and are not visible yet',
  heldUntil: 'the end of the statement',
};

export const announcedTarget = (announce: Announce, migration: MigrationRef): Statements['target'] => {
  const {short} = migration;
  return {
    nonEmpty: (tables) => announce(tables.map(({name}) => ({sql: anyRow(name), when: 'the table is there already'}))),
    runSchemaFile: (text, undo) => announce([...writerLines(migration), ...scriptStatements(text).map(({sql}) => ({sql, undo}))]),
    dropSchema: () => announce([{sql: dropObject('<type>', '<object>'), when: MADE, waits: whatWasMade}]),
    loadChunk: (table) =>
      announce([
        ...writerLines(migration),
        BEGIN,
        tagStatement(short, 'chunk-<id>'),
        {sql: insertOf(table, columnNames(table), '<rows>'), undo: deletePart(table.name)},
        'COMMIT',
      ]),
    apply: (direction, tables) =>
      announce([
        ...writerLines(migration),
        ...[BEGIN, tagStatement(short, applyLane(direction))].map(whenever(ARRIVES)),
        ...tables.flatMap((table) => [...changes(table).map(whenever(ARRIVES)), whenever(TRUNCATED)(deleteAll(table))]),
        whenever(ARRIVES)('COMMIT'),
      ]),
    setSequences: () => announce([COUNTER_LOCK_WAIT, {sql: setCounter('<table>', '<number>'), when: BEHIND, waits: itsTable}]),
    analyze: (tables) => announce(tables.map(({name}) => analyze(name))),
    empty: (tables) =>
      announce(
        tables.length
          ? [
              ...writerLines(migration),
              ...tables.flatMap(({name}) => [BEGIN, tagStatement(short, 'undo'), {sql: deletePart(name)}, 'COMMIT']),
            ]
          : [],
      ),
  };
};

const USERS = 'open transactions that have used it, also those that read';
const whatWasMade: Lock = {mode: 'EXCLUSIVE', on: ['what the schema made'], waitsFor: USERS, heldUntil: 'the end of the statement'};
const itsTable: Lock = {mode: 'EXCLUSIVE', on: ['that table'], waitsFor: USERS, heldUntil: 'the end of the statement'};
const MADE = 'the schema made it, newest first, and nobody else has built upon it';
const ARRIVES = 'such a change arrives; the columns are those that it has';
const TRUNCATED = 'the sending side was truncated';
const BEHIND = 'the table counts, and its counter is behind';

/** The lock tells whoever takes over that this session writes. */
export const writerLines = (migration: MigrationRef): Line[] => [
  ...writerSettings(migration),
  getLock(writerLock(migration, '<session>'), 0),
];

const columnNames = (table: Table): string[] => writtenColumns(table).map(({name}) => name);

/** The forms a change can take, with every column. */
const changes = (table: Table): string[] => {
  const set = ({name}: Column): string => `${quoteName(name)} = <value>`;
  const columns = writtenColumns(table).filter(({name}) => !table.key.includes(name));
  return [
    deleteOf(table, someKey(table)),
    updateOf(table, (columns.length ? columns : writtenColumns(table)).map(set), someKey(table)),
    insertOf(table, columnNames(table), '<rows>'),
    `${selectRows(table, someKey(table))} FOR UPDATE`,
  ];
};

export const announcedCompare = (announce: Announce, migration: MigrationRef): Statements['compare'] => ({
  counts: (tables) => announce(tables.length ? [countTables(tables)] : []),
  rows: (tables, by) => announce(tables.flatMap((table) => comparing(table, by, migration))),
});

/** A commit of our own tells the place of a read in the log. */
const comparing = (table: Table, {isPlain, alike}: ComparedBy, migration: MigrationRef): Line[] => {
  const range = unknownRange(table);
  const isHashed = isPlain || alike !== undefined;
  const first = isHashed ? digestsOfRanges(table, [range], alike?.forms) : selectRows(table, range);
  const next = alike?.isLoose ? selectRows(table, range) : hashesOfRows(table, range, alike?.forms);
  return [
    {sql: boundsOfParts(table, range, '<count>'), when: 'the range is large'},
    BEGIN_READING,
    first,
    'COMMIT',
    markStatement(migration, undefined),
    ...(isHashed ? [next, selectRows(table, someKey(table))].map(whenever('the digests differ')) : []),
    ...[HOLD_LIMITS, BEGIN, holdRows(table, someKey(table)), 'COMMIT'].map(
      whenever(`a row of ${nameOf(table.name)} changes every time it is looked at`),
    ),
  ];
};
