/** The durable place in the log: publication first, then slot, then the barrier that makes it a starting point (R1). */
import {errorText, TerminalError, TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {installDdlWatch, removeDdlWatch} from './postgres-ddl-watch.ts';
import {codeOf} from './postgres-errors.ts';
import {HISTORY} from './postgres-history.ts';
import {keptSlotName, publicationName, slotName} from './postgres-names.ts';
import {comparePositions, toPosition} from './postgres-position.ts';
import {publishedSchema, schemaChanged} from './postgres-published-schema.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {
  alterPublication,
  createPublication,
  createSlot,
  dropPublication,
  dropSlot,
  endSender,
  endSlotWait,
  limitSlotWait,
  OPEN_TRANSACTIONS_WAIT,
} from './postgres-stream-statements.ts';

const BARRIER_POLL_MS = 50;
const BARRIER_POLLS_MAX = 1200;

export const createStream = async (
  sessions: PgSessions,
  migration: MigrationRef,
  direction: Direction,
  tables: readonly Table[],
  signal: AbortSignal,
): Promise<Position> => {
  requireKeys(tables);
  const session = await sessions.open('stream setup');
  try {
    const known = await recorded(session, migration, direction);
    if (known) return await unlessFaulty(sessions, migration, direction, known.createdAt);
    await ensurePublication(session, migration, tables);
    await installDdlWatch(session, migration, tables);
    const position = await makeSlot(session, migration, direction);
    await waitForVisibility(session, sessions, signal);
    await session.query(
      `INSERT INTO crossfade.stream (migration, lane, slot, created_at, system_id, history, fingerprint)
       VALUES ($1, $2, $3, $4, (SELECT system_identifier::text FROM pg_control_system()), ${HISTORY}, $5)`,
      [migration.short, direction, slotName(migration, direction), position, await publishedSchema(session, migration)],
    );
    return position;
  } finally {
    await session.close();
  }
};

/** Refuses tables the stream could not carry; a last look before they are published (H-2). */
const requireKeys = (tables: readonly Table[]): void => {
  const keyless = tables.filter((table) => !table.key.length).map((table) => nameOf(table.name));
  if (keyless.length)
    throw new TerminalError(`tables without a usable key: ${keyless.join(', ')}`, {
      code: 'CF-SCOPE-002',
      next: 'add a primary key, or exclude them from the scope',
    });
};

/** What was made before is used again only if it is still what it was: a slot is never made anew in silence. */
const unlessFaulty = async (
  sessions: PgSessions,
  migration: MigrationRef,
  direction: Direction,
  createdAt: Position,
): Promise<Position> => {
  await probeStream(sessions, migration, direction, undefined);
  return createdAt;
};

const ensurePublication = async (session: PgSession, migration: MigrationRef, tables: readonly Table[]): Promise<void> => {
  const name = publicationName(migration);
  const {isThere, isOurs} = await publicationState(session, name);
  if (isThere && !isOurs) throw notOurs('publication', name, dropPublication(migration));
  await session.query(isThere ? alterPublication(migration, tables) : createPublication(migration, tables));
};

/** One that a crash left behind has our tag table in it, as nobody else's has. */
const publicationState = async (session: PgSession, name: string): Promise<{readonly isThere: boolean; readonly isOurs: boolean}> => {
  const {rows} = await session.query(
    `SELECT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = to_regclass('crossfade.tag'))::text AS ours FROM pg_publication p WHERE pubname = $1`,
    [name],
  );
  return {isThere: rows.length > 0, isOurs: rows[0]?.['ours'] === 'true'};
};

const notOurs = (what: string, name: string, statement: string, cause?: unknown): TerminalError =>
  new TerminalError(`a ${what} ${name} exists already, and it is not ours`, {
    code: 'CF-SRC-003',
    cause,
    next: `ask who made it; if nobody needs it: ${statement}; then: crossfade resume`,
  });

/** A slot of ours without a record is what a crash between the two left: nothing rests on it, so it is made again. */
const makeSlot = async (session: PgSession, migration: MigrationRef, direction: Direction): Promise<Position> => {
  const name = slotName(migration, direction);
  await removeSlots(session, migration, direction);
  await session.query(limitSlotWait);
  try {
    const {rows} = await session.send(createSlot(migration, direction));
    return toPosition(rows[0]?.['lsn'] ?? '');
  } catch (error) {
    // Names are the server's; ours of this database was dropped a line above.
    if (codeOf(error) === '42710') throw notOurs('replication slot', name, `SELECT pg_drop_replication_slot('${name}')`, error);
    throw new TransientError(
      `the replication slot could not be created within ${OPEN_TRANSACTIONS_WAIT}: ${errorText(error)}; ${await blockers(session)}`,
      {code: 'CF-SRC-006', cause: error, next: 'end the transactions named above, then: crossfade resume'},
    );
  } finally {
    await session.query(endSlotWait);
  }
};

/** R1: whatever committed before the slot is visible to every later read once no older transaction is left running. */
export const waitForVisibility = async (session: PgSession, sessions: PgSessions, signal: AbortSignal): Promise<void> => {
  const own = await session.one(`SELECT pg_current_xact_id()::text AS xid`);
  const barrier = {transaction: own['xid'] ?? '', sinceMs: sessions.options.effects.clock.monotonicMs()};
  sessions.barriers.add(barrier);
  try {
    await untilPassed(session, sessions, barrier.transaction, signal);
  } finally {
    sessions.barriers.delete(barrier);
  }
};

const untilPassed = async (session: PgSession, sessions: PgSessions, transaction: string, signal: AbortSignal): Promise<void> => {
  for (let poll = 0; poll < BARRIER_POLLS_MAX; poll++) {
    const row = await session.one(`SELECT (pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8)::text AS passed`, [transaction]);
    if (row['passed'] === 'true') return;
    signal.throwIfAborted();
    await sessions.options.effects.clock.sleep(BARRIER_POLL_MS, signal);
  }
  throw new TransientError(`transactions that began before the stream are still running: ${await blockers(session)}`, {
    code: 'CF-SRC-006',
    next: 'end the transactions named above, then: crossfade resume',
  });
};

const blockers = async (session: PgSession): Promise<string> => {
  const {rows} = await session.query(
    `SELECT format('pid %s (%s, %s, open since %s)', pid, usename, coalesce(nullif(application_name, ''), 'no name'), date_trunc('second', xact_start)) AS who
     FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL) AND xact_start < now() - interval '1s'
     UNION ALL SELECT format('prepared transaction %L (%s)', gid, owner) FROM pg_prepared_xacts LIMIT 10`,
  );
  return rows.map((row) => row['who']).join('; ') || 'no open transaction is visible to this role';
};

type SlotRecord = {readonly createdAt: Position; readonly systemId: string; readonly history: string; readonly fingerprint: string};
const recorded = async (session: PgSession, migration: MigrationRef, direction: Direction): Promise<SlotRecord | undefined> => {
  const {rows} = await session.query(
    `SELECT created_at::text, system_id, history, fingerprint FROM crossfade.stream WHERE migration = $1 AND lane = $2`,
    [migration.short, direction],
  );
  const [row] = rows;
  if (!row) return undefined;
  const {system_id: systemId, history, fingerprint} = row;
  return {createdAt: toPosition(row['created_at'] ?? ''), systemId: systemId ?? '', history: history ?? '', fingerprint: fingerprint ?? ''};
};

export type SlotState = {readonly plugin: string; readonly status: string; readonly confirmed: Position; readonly keptBytes: number};
/** Undefined where it is not there. */
export const slotState = async (session: PgSession, slot: string): Promise<SlotState | undefined> => {
  const {rows} = await session.query(
    `SELECT plugin::text, wal_status, confirmed_flush_lsn::text AS confirmed, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS kept
     FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()`,
    [slot],
  );
  const row = rows[0];
  return (
    row && {
      plugin: row['plugin'] ?? '',
      status: row['wal_status'] ?? '',
      confirmed: toPosition(row['confirmed'] ?? '0/0'),
      keptBytes: Number(row['kept'] ?? 0),
    }
  );
};

type ServerNow = {readonly systemId: string; readonly history: string; readonly end: Position};
const serverNow = async (session: PgSession): Promise<ServerNow> => {
  const row = await session.one(
    `SELECT system_identifier::text AS id, ${HISTORY} AS history, pg_current_wal_flush_lsn()::text AS wal_end FROM pg_control_system()`,
  );
  return {systemId: row['id'] ?? '', history: row['history'] ?? '', end: toPosition(row['wal_end'] ?? '')};
};

/** H-61 to H-63: a slot that was dropped, made again, moved or lost has a gap that nothing would ever mention. */
export const probeStream = (
  sessions: PgSessions,
  migration: MigrationRef,
  direction: Direction,
  applied: Position | undefined,
): Promise<void> =>
  sessions.use(async (session) => {
    const known = await recorded(session, migration, direction);
    const slot = await slotState(session, slotName(migration, direction));
    const fault = slotFault(known, slot, await serverNow(session), applied);
    if (fault)
      throw new TerminalError(`the change stream of ${sessions.options.side} has a gap: ${fault}`, {
        code: 'CF-SRC-004',
        next: 'crossfade abort, then start the migration again; a stream with a gap cannot be mended',
      });
    const [was, is] = [known?.fingerprint ?? '', await publishedSchema(session, migration)];
    if (was !== is) throw await schemaChanged(session, migration, sessions.options.side, was, is);
  });

export const goesOnAt = (sessions: PgSessions, migration: MigrationRef, direction: Direction): Promise<Position | undefined> =>
  sessions.use(async (session) => (await slotState(session, slotName(migration, direction)))?.confirmed);

const slotFault = (
  known: SlotRecord | undefined,
  slot: SlotState | undefined,
  server: ServerNow,
  applied: Position | undefined,
): string | undefined => {
  if (!known) return 'no slot was recorded';
  if (known.systemId !== server.systemId) return 'another server answers at this address';
  if (known.history === '')
    return 'an earlier version made it and did not note the timeline, so nobody knows whether a standby was promoted since';
  if (known.history !== server.history)
    return `a standby was promoted (${known.history} when the stream was made, ${server.history} now), and what the old server had confirmed may be missing on it`;
  if (!slot) return 'the slot does not exist any more';
  if (slot.plugin !== 'pgoutput') return `the slot uses ${slot.plugin}`;
  if (slot.status === 'lost') return 'the server has removed log that the slot still needed (max_slot_wal_keep_size)';
  if (applied && comparePositions(slot.confirmed, applied) > 0)
    return `the slot stands at ${slot.confirmed}, past ${applied}: somebody moved it, or the other side has lost what it had confirmed`;
  if (applied && comparePositions(applied, server.end) > 0)
    return `the server's log ends at ${server.end}, before ${applied}, which was applied: it was set back to an earlier state`;
  return undefined;
};

/** A sender that has not noticed yet that its reader is gone would hold the slot; nobody else reads one of ours. */
export const removeSlot = async (session: PgSession, slot: string): Promise<void> => {
  if (!(await slotState(session, slot))) return;
  await session.send(endSender(slot));
  await session.send(dropSlot(slot));
};

const removeSlots = async (session: PgSession, migration: MigrationRef, direction: Direction): Promise<void> => {
  // First, because it keeps more of the log.
  if (direction === 'forward') await removeSlot(session, keptSlotName(migration));
  await removeSlot(session, slotName(migration, direction));
};

export const dropStream = (sessions: PgSessions, migration: MigrationRef, direction: Direction): Promise<void> =>
  sessions.use(async (session) => {
    const publication = publicationName(migration);
    // First, because what it describes is gone with the next statement, and somebody may be looking.
    await session.query(`DELETE FROM crossfade.stream WHERE migration = $1 AND lane = $2`, [migration.short, direction]);
    await removeSlots(session, migration, direction);
    await removeDdlWatch(session, migration);
    if ((await publicationState(session, publication)).isOurs) await session.query(dropPublication(migration));
  });
