/** What changes in place send, line by line as the acts send it. */
import type {MigrationRef} from '../engine.ts';
import type {Statements} from '../statements.ts';
import {GIVING_WAY} from './mysql-alter.ts';
import type {Announce, Line} from './mysql-announce.ts';
import type {Change, Ddl} from './mysql-change.ts';
import {trialOf} from './mysql-change-findings.ts';
import {changeOf} from './mysql-changes.ts';
import {quoteTable} from './mysql-sql.ts';

export const announcedAlter = (announce: Announce, migration: MigrationRef): NonNullable<Statements['alter']> => {
  const pieces = (all: readonly Ddl[], {table}: Change): Line[] =>
    all.flatMap(({sql, undo}) => [GIVING_WAY, {sql: sql(quoteTable(table)), undo: undo?.(quoteTable(table))}]);
  return {
    findings: (planned, earlier) => announce(trialOf(migration, changeOf(planned), earlier.map(changeOf))),
    start: (planned) => announce(pieces(changeOf(planned).start, changeOf(planned))),
    sync: () => announce([]),
    fillChunk: () => announce([]),
    validate: (planned) => announce([changeOf(planned).count ?? []].flat()),
    complete: (planned) => announce(pieces(changeOf(planned).complete, changeOf(planned))),
    undo: (planned) => announce(pieces(changeOf(planned).undo, changeOf(planned))),
  };
};
