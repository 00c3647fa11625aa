/** What a snapshot sees, told by the 32-bit transaction ids that the stream carries. */
import type {PgSession} from './postgres-session.ts';

export type Snapshot = {
  /** Whether a transaction that the stream delivered as committed is visible in this snapshot. */
  sees(xid: string): boolean;
};

const WRAP = 1n << 32n;

/** `xmin:xmax:xip,…` of `pg_current_snapshot()`, 64-bit; the stream's ids are the same modulo 2^32, and younger than half of that. */
export const parseSnapshot = (text: string): Snapshot => {
  const [, xmax = '0', running = ''] = text.split(':');
  const open = new Set(running ? running.split(',').map((xid) => (BigInt(xid) % WRAP).toString()) : []);
  const end = BigInt(xmax);
  return {
    sees: (xid) => {
      const behind = (((end - BigInt(xid)) % WRAP) + WRAP) % WRAP; // 0 < behind < 2^31: the id is below xmax
      return behind > 0n && behind < WRAP / 2n && !open.has(BigInt(xid).toString());
    },
  };
};

export const SNAPSHOT = 'SELECT pg_current_snapshot()::text AS snapshot';

/** The snapshot of the transaction that is open in this session. */
export const snapshotOf = async (session: PgSession): Promise<Snapshot> => {
  const row = await session.one(SNAPSHOT);
  return parseSnapshot(row['snapshot'] ?? '');
};
