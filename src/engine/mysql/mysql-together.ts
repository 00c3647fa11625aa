/**
 * Several statements of DDL as one moment. The session has the table to itself, so whoever reads or writes it waits and meets
 * all of them or none; and they are one call of a program on the server, which goes on to its end when the runner is killed.
 * Only a server that dies in it leaves a part, which its catalogue tells.
 */
import {createHash} from 'node:crypto';
import {TransientError} from '../../model/errors.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {Change, Ddl} from './mysql-change.ts';
import {getLock, releaseLock} from './mysql-control-statements.ts';
import {endIdleHolder} from './mysql-end-session.ts';
import {tryLock} from './mysql-lock.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';

/** A call waits for nobody: the table is had before it. */
const TURN_S_MAX = 60;

const turnOf = ({short}: MigrationRef): string => `crossfade ${short} step`;

/** Each act looks first whether something that a runner before it has sent is under way: the server does not give it up. */
export const turns = (migration: MigrationRef): readonly string[] => [
  getLock(turnOf(migration), TURN_S_MAX),
  releaseLock(turnOf(migration)),
];

const program = ({short}: MigrationRef, {name}: Pick<Change, 'name'>): string =>
  `${CONTROL_SCHEMA_NAME}.${quoteName(`step_${short}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`)}`;

export const runTogether = async (session: MySession, migration: MigrationRef, change: Change, pieces: readonly Ddl[]): Promise<void> => {
  const left: Ddl[] = [];
  for (const piece of pieces) if (!(await session.query(piece.isDone)).rows.length) left.push(piece);
  for (const sql of together(migration, change, left)) await session.query(sql);
};

/** What is sent; locks end with the session where one of them is refused. */
export const together = (migration: MigrationRef, change: Pick<Change, 'name' | 'table'>, pieces: readonly Ddl[]): readonly string[] => {
  const called = program(migration, change);
  const drop = dropProgram(migration, change);
  if (pieces.length === 0) return [drop];
  const body = pieces.map(({sql}) => `  ${sql(change.table, '')};\n`).join('');
  return [
    drop,
    `CREATE PROCEDURE ${called}() MODIFIES SQL DATA\nBEGIN\n${body}END`,
    lockTable(change.table),
    `CALL ${called}()`,
    'UNLOCK TABLES',
    drop,
  ];
};

export const dropProgram = (migration: MigrationRef, change: Pick<Change, 'name'>): string =>
  `DROP PROCEDURE IF EXISTS ${program(migration, change)}`;

const lockTable = (table: TableName): string => `LOCK TABLES ${quoteTable(table)} WRITE`;

/** Returns when nothing of a runner before is under way. */
export const settled = async (session: MySession, migration: MigrationRef): Promise<void> => {
  await takeTurn(session, migration);
  await session.query(releaseLock(turnOf(migration)));
};

/** Until the session ends, which it does not before its statement has. */
export const takeTurn = async (session: MySession, migration: MigrationRef, waitS = TURN_S_MAX): Promise<void> => {
  const turn = turnOf(migration);
  if (await tryLock(session, turn, waitS)) return;
  // No statement of ours takes so long to the next; whoever has a newer epoch takes over.
  if ((await endIdleHolder(session, turn)) && (await tryLock(session, turn, waitS))) return;
  throw new TransientError('statements of a runner before this one do not come to their end', {
    code: 'CF-DDL-002',
    next: 'see what the server is at (SHOW PROCESSLIST), then crossfade resume',
  });
};
