import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {Kysely} from 'kysely';
import type {Effects} from '../model/effects.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import type {JournalStore} from './journal.ts';
import {sqlJournalStore} from './sql-journal.ts';
import type {SqlState} from './sql-journal.ts';
import {createTables} from './sql-schema.ts';
import type {JournalTables} from './sql-schema.ts';
import {nodeSqliteDialect} from './sqlite-dialect.ts';

/** An append takes milliseconds; who holds the file longer than this was stopped in the middle of one. */
const BUSY_MS_MAX = 15_000;
/** How long one attempt may hold up this process: SQLite waits inside the call, and a cutover may be waiting behind it. */
const BUSY_BLOCK_MS = 50;
const BUSY_PAUSE_MS = 20;

/** The state in a folder: `journal.sqlite`, for the owner's eyes only. */
export async function openSqliteState(folder: string, effects: Effects): Promise<JournalStore> {
  const file = join(folder, 'journal.sqlite');
  const database = await translating(file, async () => {
    mkdirSync(folder, {recursive: true, mode: 0o700});
    return new DatabaseSync(file, {timeout: BUSY_BLOCK_MS, enableForeignKeyConstraints: true});
  });
  const state = sqliteState(file, database, effects);
  try {
    await untilFree(effects, () => translating(file, async () => database.exec('pragma journal_mode = wal; pragma synchronous = full')));
    await state.exclusively('', createTables);
  } catch (error) {
    await state.db.destroy();
    if (database.isOpen) database.close();
    throw error;
  }
  return sqlJournalStore(state, effects);
}

/** With all that is in it. Only of a state that nobody has open. */
export const removeSqliteState = (folder: string): void => rmSync(folder, {recursive: true, force: true});

function sqliteState(file: string, database: DatabaseSync, effects: Effects): SqlState {
  const db = new Kysely<JournalTables>({dialect: nodeSqliteDialect(database)});
  return {
    db,
    // One writer per file: BEGIN IMMEDIATE keeps out the writers of every migration.
    exclusively: (_migration, act) => untilFree(effects, () => translating(file, () => db.transaction().execute(act))),
    carelessly: (act) => translating(file, () => db.connection().execute((connection) => withoutSync(database, () => act(connection)))),
    reading: (act) => untilFree(effects, () => translating(file, act)),
    close: () => db.destroy(),
  };
}

/** The connection is the caller's alone meanwhile, so no entry is ever written without waiting for the disk. */
async function withoutSync<T>(database: DatabaseSync, act: () => Promise<T>): Promise<T> {
  database.exec('pragma synchronous = off; pragma busy_timeout = 0');
  try {
    return await act();
  } finally {
    database.exec(`pragma synchronous = full; pragma busy_timeout = ${BUSY_BLOCK_MS}`);
  }
}

/** Waits without blocking the process; the transaction was not begun, so it is safe to try again. */
async function untilFree<T>(effects: Effects, act: () => Promise<T>): Promise<T> {
  const since = effects.clock.monotonicMs();
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StateBusy) || effects.clock.monotonicMs() - since > BUSY_MS_MAX) throw error;
    }
    await effects.clock.sleep(BUSY_PAUSE_MS);
  }
}

class StateBusy extends TransientError {}

async function translating<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw translated(file, cause);
  }
}

/** SQLite's own codes: https://sqlite.org/rescode.html; the low byte is the primary one. */
function translated(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  if (cause.code === 'ENOSPC') return diskFull(file, cause);
  if (cause.code !== 'ERR_SQLITE_ERROR') return 'syscall' in cause ? unusable(file, cause) : cause;
  const primary = 'errcode' in cause && typeof cause.errcode === 'number' ? cause.errcode & 0xff : 0;
  if (primary === 13) return diskFull(file, cause);
  if (primary !== 5) return unusable(file, cause);
  const next = 'look for a crossfade process that was stopped, and continue or end it';
  return new StateBusy(`another process holds ${file}`, {code: 'CF-STATE-001', next, cause});
}

const diskFull = (file: string, cause: Error) =>
  new TransientError(`no room left to write ${file}`, {code: 'CF-DISK-001', next: 'make room, then resume', cause});

const unusable = (file: string, cause: Error) =>
  new TerminalError(`the state in ${file} cannot be used: ${cause.message}`, {
    code: 'CF-STATE-001',
    next: 'check the folder given with --state; if it is lost, crossfade adopt PLAN rebuilds it from the databases',
    cause,
  });
