/** What a MySQL or MariaDB server says of the sessions that wait for it. */
import type {OpenOptions} from '../engine.ts';
import {Pulse, type Suspects} from '../pulse.ts';
import {numberOf} from './mysql-errors.ts';
import {serverSessions} from './mysql-lock.ts';
import {isNotShown} from './mysql-server-tables.ts';
import type {MySession} from './mysql-session.ts';

/** A long question takes its time on a slow way, and no server tells how much of it has come: the slowest way that is waited for. */
const BYTES_PER_S_MIN = 64 * 1024;

/** It waits to be rid of rows: MySQL's word, and MariaDB's. */
const SENDS: ReadonlySet<string> = new Set(['Sending to client', 'Writing to net']);

/** Those of our own account are told to everybody. */
const seenBy = (pids: readonly number[]): string =>
  `SELECT id AS pid, command AS command, coalesce(state, '') AS state FROM information_schema.processlist WHERE id IN (${pids.join(', ')})`;

type Seen = {readonly isIdle: boolean; readonly sends: boolean};

export const mysqlPulse = (options: OpenOptions, all: ReadonlySet<MySession>, open: () => Promise<MySession>): Pulse<MySession> =>
  new Pulse(options, all, {
    open,
    suspects: (asker, waiting) => suspects(asker, waiting, options.effects.clock.monotonicMs()),
    isAnswer,
  });

const suspects = async (asker: MySession, waiting: readonly MySession[], nowMs: number): Promise<Suspects<MySession> | undefined> => {
  const all = await seen(
    asker,
    [...waiting, asker].map(({serverPid}) => serverPid),
  );
  // It is busy with this very question; where it does not know that, the numbers are not its own but a proxy's.
  if (all.get(asker.serverPid)?.isIdle !== false) return undefined;
  return new Map(waiting.flatMap((session) => suspicionOf(session, all.get(session.serverPid), nowMs) ?? []));
};

const seen = async (asker: MySession, pids: readonly number[]): Promise<ReadonlyMap<number, Seen>> => {
  const asked = asker
    .query(seenBy(pids), [], 'pulse')
    .then(({rows}) => rows.map(({pid, command, state}) => ({id: Number(pid), isIdle: command === 'Sleep', state: state ?? ''})));
  const all = await asked.catch((error: unknown) => {
    if (isNotShown(error)) return serverSessions(asker, 'pulse');
    throw error;
  });
  return new Map(all.map((one) => [one.id, {isIdle: one.isIdle, sends: SENDS.has(one.state)}]));
};

/** Undefined while the server is at work, or while it waits for us with reason. */
const suspicionOf = (session: MySession, seen: Seen | undefined, nowMs: number): readonly [readonly [MySession, string]] | undefined => {
  const {waiting} = session;
  if (!waiting || waiting.isUnread()) return undefined;
  if (seen && !seen.isIdle && !seen.sends) return undefined;
  const isOnItsWay = nowMs - waiting.sinceMs < (waiting.sentBytes / BYTES_PER_S_MIN) * 1000;
  return isOnItsWay ? undefined : [[session, `${session.bytesRead}`]];
};

const isAnswer = (error: unknown): boolean =>
  numberOf(error) !== undefined || (typeof error === 'object' && error !== null && 'cause' in error && isAnswer(error.cause));
