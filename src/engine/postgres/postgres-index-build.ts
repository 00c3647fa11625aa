/**
 * An index is built and dropped outside of transactions, while others read and write. A build that ended half-way leaves
 * an index that no query uses and every write pays for: it is dropped before anything else is done.
 */
import {errorText, TerminalError} from '../../model/errors.ts';
import {nameOf} from '../../model/table.ts';
import type {IndexWork} from './postgres-change.ts';
import {codeOf} from './postgres-errors.ts';
import {giveWay, type Turn} from './postgres-give-way.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable} from './postgres-sql.ts';

const UNIQUE_VIOLATION = '23505';
const CANCELLED = '57014';

/** `isOurs` is asked in the transaction that looks; nothing is done when it says no. */
export const workOnIndex = async (
  sessions: PgSessions,
  {index, create}: IndexWork,
  turn: Turn,
  isOurs: (session: PgSession) => Promise<boolean>,
): Promise<void> => {
  const state = await giveWay(
    sessions,
    () => sessions.open('alter'),
    turn,
    async (session) => {
      if (!(await isOurs(session))) return 'not ours';
      await session.query(lockIndexes(turn.table)); // a runner that was killed may have a server process that builds on
      const {rows} = await session.query(`SELECT indisvalid::text AS valid FROM pg_index WHERE indexrelid = to_regclass($1)`, [
        quoteTable(index),
      ]);
      return rows[0]?.['valid'] === undefined ? 'absent' : rows[0]['valid'] === 'true' ? 'whole' : 'broken';
    },
  );
  if (state === 'not ours' || (create !== undefined && state === 'whole')) return;
  if (state !== 'absent') await outside(sessions, dropIndex(index), turn);
  if (create !== undefined) await build(sessions, index, create, turn);
};

export const lockIndexes = (table: Turn['table']): string => `LOCK TABLE ${quoteTable(table)} IN SHARE UPDATE EXCLUSIVE MODE`;

export const dropIndex = (index: IndexWork['index']): string => `DROP INDEX CONCURRENTLY IF EXISTS ${quoteTable(index)}`;

const build = async (sessions: PgSessions, index: IndexWork['index'], create: string, turn: Turn): Promise<void> => {
  try {
    await outside(sessions, create, turn);
  } catch (error) {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
    await outside(sessions, dropIndex(index), turn);
    throw new TerminalError(`${nameOf(index)} cannot be unique: ${errorText(error)}`, {
      code: 'CF-VERIFY-001',
      cause: error,
      next: 'make those rows differ and crossfade resume, or crossfade abort',
    });
  }
};

/** It waits for transactions older than itself, and holds nobody up meanwhile; a run that is stopped ends it. */
const outside = async (sessions: PgSessions, sql: string, {signal, note, what}: Turn): Promise<void> => {
  const session = await sessions.open('index');
  const stop = (): void =>
    void sessions
      .use((other) => other.query('SELECT pg_cancel_backend($1)', [session.serverPid]))
      .catch((error: unknown) => note(`${what} goes on on the server: ${errorText(error)}`));
  signal.addEventListener('abort', stop, {once: true});
  try {
    signal.throwIfAborted();
    await session.query(SETTINGS);
    await session.query(sql);
  } catch (error) {
    if (codeOf(error) === CANCELLED) signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await session.close();
  }
};

export const SETTINGS = 'SET search_path = pg_catalog, public';
