/** What Crossfade's own schema, the fence and the canary's table send, line by line as the acts send it. */
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {Lock, Statements} from '../statements.ts';
import type {Announce, Line} from './mysql-announce.ts';
import {CONTROL_SCHEMA, SHADOW_PERCENT} from './mysql-control-schema.ts';
import {DROP_SCHEMA, endClient, endSession, getLock, releaseLock, TAKEOVER_LOCK_WAIT, takeOver} from './mysql-control-statements.ts';
import {attemptRow} from './mysql-fence-schema.ts';
import {
  closedAttempt,
  closedRow,
  dropTrigger,
  fencedRow,
  fenceTurn,
  lockFenceRow,
  lockWait,
  NO_TABLE_LOCK_WAIT,
  openFence,
  READ_LATEST,
  ROW_WAIT_S,
  setAttempt,
  setFenceState,
  TABLE_LOCK_S,
  TABLE_LOCK_WAIT,
  tryAttempt,
  TURN_S_MAX,
  WRITERS_WAIT_S,
} from './mysql-fence-statements.ts';
import type {FlavourName} from './mysql-flavour.ts';
import {armMs, fenceTriggers} from './mysql-fence-triggers.ts';
import {INSTALL_LOCK, INSTALL_TURN_S_MAX, leaseLock} from './mysql-lock.ts';
import {markOf} from './mysql-mark.ts';
import {lockEpoch} from './mysql-require-epoch.ts';
import {accountName} from './mysql-privileges.ts';
import {quoteTable} from './mysql-sql.ts';
import {grantRoute} from './mysql-route.ts';
import {grantTokens} from './mysql-token-table.ts';

const ATTEMPT = '<attempt>';
const BEGIN = 'START TRANSACTION';

/** Locks with names are of the whole server. */
const named = (name: string, seconds: number, waitsFor: string, heldUntil: Lock['heldUntil']): Line => ({
  sql: getLock(name, seconds),
  waits: {mode: 'advisory', on: [name], waitsFor, ...(seconds === 0 ? {} : {waitMsMax: seconds * 1000}), heldUntil},
});

const INSTALL_TURN = named(INSTALL_LOCK, INSTALL_TURN_S_MAX, 'another migration that installs or removes', 'the end of the session');
const INSTALLED = releaseLock(INSTALL_LOCK);

export const announcedControl = (announce: Announce, migration: MigrationRef): Statements['control'] => ({
  install: () =>
    announce([
      INSTALL_TURN,
      {sql: TABLE_LOCK_WAIT, when: OF_EARLIER},
      {sql: SHADOW_PERCENT, undo: DROP_SCHEMA, when: OF_EARLIER, waits: ROUTE_READERS},
      ...CONTROL_SCHEMA.map((sql) => ({sql, undo: DROP_SCHEMA, when: NOT_WHOLE})),
      INSTALLED,
    ]),
  lease: () =>
    announce([
      named(leaseLock(migration), 0, 'nobody: a second runner is refused', 'the end of the session'),
      TAKEOVER_LOCK_WAIT,
      {sql: endSession('<session>'), when: 'an earlier runner of this migration has left it, with a transaction that writes'},
      BEGIN,
      ...takeOver(migration.short, '<epoch>'),
      'COMMIT',
    ]),
  remove: () => announce([INSTALL_TURN, {sql: DROP_SCHEMA, when: 'no other migration is known on this server'}, INSTALLED]),
});

const OF_EARLIER = 'an earlier version made the schema crossfade, and routers were told less';
const ROUTE_READERS: Lock = {
  mode: 'EXCLUSIVE',
  on: ['crossfade.route'],
  waitsFor: 'transactions that have read the route and stay open',
  waitMsMax: TABLE_LOCK_S * 1000,
  heldUntil: 'the end of the statement',
};
const NOT_WHOLE = 'the schema crossfade is not there yet, from this or another migration, or an earlier version made it';

export const announcedFence = (announce: Announce, migration: MigrationRef, flavour: FlavourName): Statements['fence'] => {
  const {short} = migration;
  const by: By = {short, flavour};
  const turn: readonly Line[] = [
    READ_LATEST,
    named(fenceTurn(short), TURN_S_MAX, 'another runner of this migration at its triggers', 'the end of the session'),
  ];
  const decision: readonly Line[] = [READ_LATEST, lockWait(ROW_WAIT_S), BEGIN];
  return {
    closeFromStart: (tables) =>
      announce([...turn, BEGIN, closedRow(short), attemptRow(short), closedAttempt(short), 'COMMIT', ...triggers(by, tables)]),
    arm: (tables, holdMs) => announce(armMs(short, tables) > holdMs ? [...turn, attemptRow(short), ...triggers(by, tables)] : []),
    raise: (tables, budgetMs) =>
      announce([
        ...turn,
        attemptRow(short),
        ...triggers(by, tables),
        lockWait(WRITERS_WAIT_S),
        BEGIN,
        lockEpoch(short),
        fencedRow(short, ATTEMPT, budgetMs),
        {sql: setAttempt(short, ATTEMPT), waits: writers(tables)},
        markOf(migration, '<marker>'),
        'COMMIT',
        {sql: lockWait(WRITERS_WAIT_S), when: BUSY},
        {sql: tryAttempt(short), when: BUSY, waits: writers(tables)},
      ]),
    commit: () =>
      announce([
        ...decision,
        lockFenceRow(short, ATTEMPT),
        lockEpoch(short),
        {sql: setFenceState(short, ATTEMPT, 'committed'), when: IN_TIME},
        'COMMIT',
      ]),
    release: () =>
      announce([...decision, lockFenceRow(short, ATTEMPT), {sql: setFenceState(short, ATTEMPT, 'released'), when: UNDECIDED}, 'COMMIT']),
    open: () => announce([...decision, lockEpoch(short), openFence(short), 'COMMIT']),
    clean: (tables) => announce([...turn, ...dropped(by, tables, RELEASED)]),
    remove: (tables) => announce([...turn, ...dropped(by, tables, STANDING)]),
  };
};

const IN_TIME = 'the row still says fenced, its deadline is far enough away, and no newer runner is at work';
const UNDECIDED = 'the row does not say committed';
const RELEASED = 'it stands, and every attempt is over and released; a table that is busy keeps its triggers until the next time';
const STANDING = 'it stands';
const BUSY = 'it could not be raised: who is in the way is found by waiting once more';

/** Each writer holds the row until its transaction ends. */
const writers = (tables: readonly Table[]): Lock => ({
  mode: 'X',
  on: ['the row of crossfade.fence_attempt'],
  waitsFor: `open transactions that have written to ${tables.length === 1 ? 'this table' : 'one of these tables'}`,
  waitMsMax: WRITERS_WAIT_S * 1000,
  heldUntil: 'COMMIT',
});

type By = {readonly short: string; readonly flavour: FlavourName};

const triggers = ({short, flavour}: By, tables: readonly Table[]): Line[] => {
  const all = fenceTriggers(short, tables);
  return [
    ...(all.length ? tableWaits(flavour, MISSING) : []),
    ...all.map(({name, sql}) => ({sql, undo: dropTrigger(quoteTable(name)), when: MISSING})),
  ];
};

/** First a moment is looked for in which nobody has the table. */
const tableWaits = (flavour: FlavourName, when: string): Line[] => [
  ...(flavour === 'mariadb' ? [{sql: NO_TABLE_LOCK_WAIT, when}] : []),
  {sql: TABLE_LOCK_WAIT, when},
];

const MISSING = 'it does not stand yet';

const dropped = ({short, flavour}: By, tables: readonly Table[], when: string): Line[] => {
  const all = fenceTriggers(short, tables);
  return [
    ...(all.length ? tableWaits(flavour, when) : []),
    ...all.map(({name, on}) => ({sql: dropTrigger(quoteTable(name)), when, waits: ofTable(on)})),
  ];
};

const ofTable = (name: TableName): Lock => ({
  mode: 'EXCLUSIVE',
  on: [nameOf(name)],
  waitsFor: 'open transactions that have used the table, also those that read',
  waitMsMax: TABLE_LOCK_S * 1000,
  heldUntil: 'the end of the statement',
});

export const announcedClients = (announce: Announce): Statements['clients'] => ({
  end: () => announce([{sql: endClient('<process>'), when: 'it is in the same transaction still'}]),
});

export const announcedTokens = (announce: Announce): Statements['tokens'] => ({
  allow: (role) =>
    announce([
      {sql: grantTokens(accountName(role)), when: 'that account may not write them yet'},
      {sql: grantRoute(accountName(role)), when: 'that account may not read the route yet'},
    ]),
});
