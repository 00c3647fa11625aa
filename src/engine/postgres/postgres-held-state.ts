/** One state of a side's rows, and which transactions it holds. */
import type {Key, Row} from '../../model/change.ts';
import {TransientError} from '../../model/errors.ts';
import type {Table} from '../../model/table.ts';
import type {HeldState} from '../engine.ts';
import {BEGIN_READING, rowsByKey} from './postgres-copy-statements.ts';
import {keyArrays} from './postgres-fitting-keys.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {type Snapshot, snapshotOf} from './postgres-snapshot.ts';

/** Another snapshot is taken until it sees every delivered transaction; each try is a round trip. */
const SNAPSHOT_ATTEMPTS_MAX = 2000;

/** Commits reach the stream a moment before they can be seen, and long before it where a standby has to answer. */
export async function holdRows(sessions: PgSessions, delivered: ReadonlySet<string>): Promise<HeldState> {
  const session = await sessions.open('reread');
  try {
    const snapshot = await seeing(session, [...delivered]);
    if (snapshot) return held(session, snapshot);
  } catch (error) {
    await session.close();
    throw error;
  }
  await session.close();
  throw new TransientError(`transactions that the stream has delivered are still not visible on ${sessions.options.side}`, {
    code: 'CF-SRC-006',
    next: 'look for a synchronous standby that withholds its acknowledgement',
  });
}

/** Leaves the transaction open whose snapshot it answers with. */
async function seeing(session: PgSession, delivered: readonly string[]): Promise<Snapshot | undefined> {
  for (let attempt = 0; attempt < SNAPSHOT_ATTEMPTS_MAX; attempt++) {
    await session.query(BEGIN_READING);
    const snapshot = await snapshotOf(session);
    if (delivered.every((xid) => snapshot.sees(xid))) return snapshot;
    await session.query('COMMIT');
  }
  return undefined;
}

const held = (session: PgSession, snapshot: Snapshot): HeldState => ({
  sees: (transaction) => snapshot.sees(transaction),
  rows: (table, keys) => readByKey(session, table, keys),
  close: async () => {
    try {
      await session.query('COMMIT');
    } finally {
      await session.close();
    }
  },
});

/** Rows by key, written columns only; absent rows are absent. Values in the server's output form, as the stream sends them. */
export const readByKey = async (session: PgSession, table: Table, keys: readonly Key[]): Promise<Row[]> => {
  const {rows} = await session.query(rowsByKey(table), keyArrays(table, keys));
  return rows as Row[];
};
