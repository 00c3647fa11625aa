/**
 * The log as it grows, read beside everybody else. The slot ends with its session, so a reader that is killed leaves nothing that
 * would keep the log; and it needs no publication, so nothing is made in the database.
 */
import type {Change} from '../../model/change.ts';
import {errorText, TerminalError} from '../../model/errors.ts';
import {passes} from '../../model/row-filter.ts';
import {nameOf, type Table, writtenColumns} from '../../model/table.ts';
import type {RecordedTransaction} from '../cloning.ts';
import {decodedChange, type DecodedChange} from './postgres-decoded-text.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {endSlotWait, limitSlotWait} from './postgres-stream-statements.ts';

const LOOK_MS = 500;
/** Of changes, in one answer; a transaction that was begun comes whole. */
const CHANGES_MAX = 5000;

const CREATE = `SELECT slot_name FROM pg_create_logical_replication_slot('crossfade_record_' || pg_backend_pid(), 'test_decoding', temporary => true)`;
const READ = `
  SELECT data FROM pg_logical_slot_get_changes('crossfade_record_' || pg_backend_pid(), NULL, ${CHANGES_MAX},
    'include-xids', '0', 'include-timestamp', '1', 'skip-empty-xacts', '1')`;

export async function* recordedLog(sessions: PgSessions, tables: readonly Table[], over: AbortSignal): AsyncGenerator<RecordedTransaction> {
  const session = await sessions.open('record');
  const {clock} = sessions.options.effects;
  const known = new Map(tables.flatMap((table) => [table.name, ...table.partitions].map((name) => [nameOf(name), table] as const)));
  try {
    await begin(session);
    for (let isLast = false; !isLast; ) {
      isLast = over.aborted; // one more look: what was committed before the end still counts
      const {rows} = await session.query(READ);
      yield* transactionsIn(
        rows.map((row) => row['data'] ?? ''),
        known,
      );
      if (rows.length === 0) await clock.sleep(LOOK_MS, over);
    }
  } finally {
    await session.close();
  }
}

async function begin(session: PgSession): Promise<void> {
  await session.query(limitSlotWait);
  try {
    await session.query(CREATE);
  } catch (cause) {
    throw new TerminalError(`the log of the source cannot be recorded: ${errorText(cause)}`, {
      code: 'CF-REHEARSE-008',
      next: 'crossfade doctor PLAN: it needs wal_level = logical, a free replication slot, and the output plug-in test_decoding',
      cause,
    });
  }
  await session.query(endSlotWait);
}

function* transactionsIn(lines: readonly string[], known: ReadonlyMap<string, Table>): Generator<RecordedTransaction> {
  let changes: Change[] = [];
  for (const line of lines)
    if (line === 'BEGIN') changes = [];
    else if (line.startsWith('COMMIT')) {
      if (changes.length > 0) yield {committedMs: committedMs(line), changes};
    } else {
      const decoded = line.startsWith('table ') ? decodedChange(line) : undefined;
      const change = decoded && changeIn(decoded, known);
      if (change) changes.push(change);
    }
}

/** `COMMIT (at 2026-11-22 20:51:34.123456+00)` */
const committedMs = (line: string): number => {
  const [, day, time] = /\(at (\S+) (\S+)\+00\)$/.exec(line) ?? [];
  return Date.parse(`${day}T${time}Z`);
};

/** Undefined for rows of others, and for such of which the log does not tell whose they are. */
function changeIn({kind, table: {schema, name}, old, row}: DecodedChange, known: ReadonlyMap<string, Table>): Change | undefined {
  const table = known.get(nameOf({schema, name}));
  const carried = row ?? old;
  if (!table || !carried || table.key.some((column) => carried[column] === undefined)) return undefined;
  if (table.only && passes(table.only, {...old, ...row}) !== true) return undefined;
  const place = {table: table.name, key: table.key.map((column) => carried[column] ?? null)};
  if (kind === 'delete') return {kind, ...place};
  const written = Object.fromEntries(
    writtenColumns(table).flatMap(({name}) => (carried[name] === undefined ? [] : [[name, carried[name]]])),
  );
  if (kind === 'insert') return {kind, ...place, row: written};
  const oldKey = table.key.map((column) => old?.[column] ?? carried[column] ?? null);
  const isMoved = oldKey.some((value, i) => value !== place.key[i]);
  return {kind, ...place, row: written, ...(isMoved ? {oldKey} : {})};
}
