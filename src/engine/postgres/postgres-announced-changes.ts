/** What schemas that are tried out and changes in place send, line by line as the acts send it. */
import type {PlannedOperation} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import {BEGIN_COUNTING, lockWholly} from './postgres-alter.ts';
import type {Announce, Line} from './postgres-announce.ts';
import {type Change, isIndexWork, type Piece} from './postgres-change.ts';
import {trialOf} from './postgres-change-findings.ts';
import {changeOf} from './postgres-changes.ts';
import {askDependents} from './postgres-dependents.ts';
import {BEGIN_GIVING_WAY} from './postgres-give-way.ts';
import {dropIndex, lockIndexes, SETTINGS} from './postgres-index-build.ts';
import {lockEpoch} from './postgres-require-epoch.ts';
import {emptyTables} from './postgres-schema.ts';
import {BEGIN_TRIAL, NEXT_FILE} from './postgres-schema-trial.ts';
import {rangeCondition} from './postgres-sql.ts';
import {usesTrial} from './postgres-used-columns.ts';
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
  const change = (planned: PlannedOperation): Change => changeOf(planned, migration);
  /** One short transaction that gives way, and is tried again. */
  const turn = (lines: readonly Line[]): Line[] => [BEGIN_GIVING_WAY, {sql: lockEpoch(migration.short)}, ...lines, 'COMMIT'];
  const sometimes = (lines: readonly Line[], when: string): Line[] =>
    lines.map((line) => ({...(typeof line === 'string' ? {sql: line} : line), when}));
  const pieces = (all: readonly Piece[], {table}: Change): Line[] =>
    all.flatMap((piece) => {
      if (!isIndexWork(piece)) return piece.sql.length ? turn(piece.sql) : [];
      const {index, create, on} = piece;
      const drop = dropIndex(index);
      return [
        ...turn([lockIndexes(on ?? table)]),
        SETTINGS,
        ...(create === undefined ? [drop] : [...sometimes([drop], 'a build was left half-way'), {sql: create, undo: drop}]),
      ];
    });
  return {
    findings: (planned, earlier) => {
      const trial = trialOf(change(planned), earlier.map(change));
      return announce(trial.length ? [...trial.map((sql) => ({sql})), ...usesTrial(change(planned)), 'ROLLBACK'] : []);
    },
    start: (planned) => announce(pieces(change(planned).start, change(planned))),
    sync: (planned) => announce(pieces(change(planned).sync, change(planned))),
    fillChunk: (table, fills) => {
      const range = rangeCondition(table, {after: table.key.map(() => '<after>'), to: table.key.map(() => '<to>')});
      const updates = fills.flatMap((planned) => change(planned).fill?.(range, table.name) ?? []);
      return announce([{sql: writerSettings(migration)}, BEGIN_GIVING_WAY, ...updates, 'COMMIT']);
    },
    validate: (planned) => {
      const {count} = change(planned);
      return announce(count === undefined ? [] : [BEGIN_COUNTING, count, 'COMMIT']);
    },
    complete: (planned) => {
      const own = change(planned);
      const {prove, unprove, old, complete} = own;
      return announce([
        ...pieces(prove, own),
        ...(unprove ? sometimes(pieces([unprove], own), 'a row turns out to be in the way') : []),
        ...turn([...lockWholly(own), ...old.map((one) => ({sql: askDependents(one)})), ...complete]),
      ]);
    },
    undo: (planned) => announce(pieces(change(planned).undo, change(planned))),
  };
};
