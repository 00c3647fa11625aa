/** What Crossfade's own schema and the fence send, line by line as the acts send it. */
import type {MigrationRef} from '../engine.ts';
import type {Lock, Statements} from '../statements.ts';
import type {Announce, Line} from './postgres-announce.ts';
import {DROP_SCHEMA, endOldSessions, INSTALL, INSTALL_TURN, takeOver, tryLock} from './postgres-control-statements.ts';
import {
  BEGIN_LOCALLY,
  beginDecision,
  CLEAN_LOCK_TIMEOUT,
  closedRow,
  dropFenceTriggers,
  endDecisionWait,
  FENCE_LOCK_TIMEOUT,
  fencedRow,
  fenceMarker,
  fenceTriggers,
  lockFenceRow,
  lockTimeout,
  openFence,
  RELEASE_LOCK_TIMEOUT,
  setFenceState,
} from './postgres-fence-statements.ts';
import {endTransactions} from './postgres-client-statements.ts';
import {lockEpoch} from './postgres-require-epoch.ts';
import {quoteName} from './postgres-sql.ts';
import {tokenGrants} from './postgres-token-table.ts';

const ATTEMPT = '<attempt>';

export const announcedControl = (announce: Announce, migration: MigrationRef): Statements['control'] => ({
  install: () =>
    announce([
      'BEGIN',
      turn,
      {
        sql: INSTALL,
        undo: DROP_SCHEMA,
        when: 'the schema crossfade is not there yet, from this or another migration, or an earlier version made it',
      },
      'COMMIT',
    ]),
  lease: () =>
    announce([
      {
        sql: tryLock(migration),
        waits: advisory(`crossfade ${migration.name}`, 'nobody: a second runner is refused', 'the end of the session'),
      },
      {sql: endOldSessions(migration, '{<own sessions>}')},
      'BEGIN',
      ...takeOver(migration.short, '<epoch>').map((sql) => ({sql})),
      'COMMIT',
    ]),
  remove: () => announce(['BEGIN', turn, {sql: DROP_SCHEMA, when: 'no other migration is known here'}, 'COMMIT']),
});

const advisory = (on: string, waitsFor: string, heldUntil: Lock['heldUntil']): Lock => ({
  mode: 'advisory',
  on: [on],
  waitsFor,
  heldUntil,
});

const turn: Line = {sql: INSTALL_TURN, waits: advisory('crossfade install', 'another migration that installs or removes', 'COMMIT')};

export const announcedFence = (announce: Announce, {short}: MigrationRef): Statements['fence'] => ({
  closeFromStart: (tables) => announce(['BEGIN', {sql: closedRow(short)}, ...fenceTriggers(short, tables, '0'), 'COMMIT']),
  raise: (tables, budgetMs) =>
    announce([
      BEGIN_LOCALLY,
      lockTimeout(FENCE_LOCK_TIMEOUT),
      {sql: lockEpoch(short)},
      {sql: fencedRow(short, ATTEMPT, budgetMs)},
      ...fenceTriggers(short, tables, ATTEMPT),
      {sql: fenceMarker(short, `fence ${ATTEMPT} <random>`)},
      'COMMIT',
    ]),
  commit: () =>
    announce([
      beginDecision(short),
      {sql: lockFenceRow(short, ATTEMPT)},
      {sql: setFenceState(short, ATTEMPT, 'committed'), when: IN_TIME},
      'COMMIT',
    ]),
  release: () =>
    announce([
      {sql: endDecisionWait(short)},
      BEGIN_LOCALLY,
      lockTimeout(RELEASE_LOCK_TIMEOUT),
      {sql: lockFenceRow(short, ATTEMPT)},
      {sql: setFenceState(short, ATTEMPT, 'released'), when: UNDECIDED},
      'COMMIT',
    ]),
  open: () => announce([BEGIN_LOCALLY, {sql: lockEpoch(short)}, {sql: openFence(short)}, 'COMMIT']),
  clean: (tables) =>
    announce(
      dropFenceTriggers(short, tables, ATTEMPT).flatMap((drop) =>
        ['BEGIN', lockTimeout(CLEAN_LOCK_TIMEOUT), drop, 'COMMIT'].map((sql) => ({sql, when: RELEASED})),
      ),
    ),
  remove: (tables) => announce(dropFenceTriggers(short, tables, ATTEMPT).map((sql) => ({sql, when: STANDING}))),
});

const IN_TIME = 'the row still says fenced, its deadline is far enough away, and no newer runner is at work';
const UNDECIDED = 'the row does not say committed';
const RELEASED = 'the attempt is over and released; a table that is busy keeps its trigger until the next time';
const STANDING = 'that attempt has a row here';

export const announcedClients = (announce: Announce): Statements['clients'] => ({
  end: () => announce([{sql: endTransactions('<blockers>')}]),
});

export const announcedTokens = (announce: Announce): Statements['tokens'] => ({
  allow: (role) => announce(['BEGIN', turn, ...tokenGrants(quoteName(role)), 'COMMIT'].map(whenLacking)),
});

const whenLacking = (line: Line): Line => ({...(typeof line === 'string' ? {sql: line} : line), when: 'that role does not have it yet'});
