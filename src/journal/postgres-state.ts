import {Kysely, PostgresDialect, sql} from 'kysely';
import type {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import {AnsweringPool} from './answering-pool.ts';
import type {JournalStore} from './journal.ts';
import {sqlJournalStore} from './sql-journal.ts';
import type {SqlState} from './sql-journal.ts';
import {createTables, TABLES} from './sql-schema.ts';
import type {JournalTables} from './sql-schema.ts';

const SCHEMA = 'crossfade_state';
/** One to append, one to read beside it. */
const CONNECTIONS_MAX = 2;
const CONNECT_MS_MAX = 10_000;

/** The state that a team shares, in a schema of its own. */
export async function openPostgresState(url: DatabaseUrl, effects: Effects): Promise<JournalStore> {
  const state = postgresState(url, effects);
  try {
    await state.reading(() => createSchema(state.db));
  } catch (error) {
    await state.close();
    throw error;
  }
  return sqlJournalStore(state, effects);
}

function postgresState(url: DatabaseUrl, {clock}: Effects): SqlState {
  const answering = new AnsweringPool(
    {
      connectionString: url.reveal(),
      max: CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      application_name: 'crossfade',
      // Verified unless the address says otherwise.
      ...(url.isLocal || url.parameter('sslmode') !== undefined ? {} : {ssl: true}),
    },
    clock,
  );
  const db = new Kysely<JournalTables>({dialect: new PostgresDialect({pool: answering.pool})}).withSchema(SCHEMA);
  const answered = <T>(act: () => Promise<T>): Promise<T> => translating(url, () => answering.limited(act));
  return {
    db,
    exclusively: (migration, act) =>
      answered(() =>
        db.transaction().execute(async (transaction) => {
          // Whatever the server's default is, an entry is durable when its append returns.
          await sql`set local synchronous_commit = on`.execute(transaction);
          await transaction.selectFrom('migration').select('id').where('id', '=', migration).forUpdate().execute();
          return act(transaction);
        }),
      ),
    carelessly: (act) =>
      answered(() =>
        db.transaction().execute(async (transaction) => {
          await sql`set local synchronous_commit = off`.execute(transaction);
          return act(transaction);
        }),
      ),
    reading: answered,
    close: () => answering.close(() => db.destroy()),
  };
}

/** `if not exists` is no protection against a second opener in the same moment; the lock is. */
async function createSchema(db: Kysely<JournalTables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtext(${SCHEMA}))`.execute(transaction);
    const found =
      await sql`select from pg_catalog.pg_tables where schemaname = ${SCHEMA} and tablename in (${sql.join([...TABLES])})`.execute(
        transaction,
      );
    // A user who may only read and append, once somebody has created the schema, needs no right to create one.
    if (found.rows.length === TABLES.length) return;
    await transaction.schema.createSchema(SCHEMA).ifNotExists().execute();
    await createTables(transaction);
  });
}

async function translating<T>(url: DatabaseUrl, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw translated(url, cause);
  }
}

/** SQLSTATE classes 28 (who are you), 42 (may you), 53 (no room), 08 and 57 (the connection); Node's own codes for sockets. */
function translated(url: DatabaseUrl, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const where = `the state at ${url.toString()}`;
  if (code.startsWith('28')) return new TerminalError(`${where} refused the user`, {code: 'CF-CONN-002', next: 'check --state', cause});
  if (code === '42501')
    return new TerminalError(`${where} needs a grant`, {
      code: 'CF-GRANT-001',
      next: `grant create on the database, or usage on schema ${SCHEMA}`,
      cause,
    });
  if (code.startsWith('53'))
    return new TransientError(`${where} has no room`, {code: 'CF-DISK-001', next: 'make room, then resume', cause});
  if (/^(ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|3D000)$/.test(code)) {
    return new TransientError(`${where} could not be reached`, {code: 'CF-CONN-001', next: 'check --state and the server', cause});
  }
  const isLost =
    /^(08|57)|^ECONNRESET$|^EPIPE$/.test(code) ||
    (cause instanceof Error && /connection (terminated|timeout)|timeout exceeded/i.test(cause.message));
  return isLost ? new TransientError(`the connection to ${where} was lost`, {code: 'CF-CONN-004', next: 'resume', cause}) : cause;
}
