import {TerminalError} from '../../model/errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {Sql} from './postgres-statement.ts';

/** K2: a runner that was replaced changes nothing. The row's lock is held until the transaction ends. */
export const requireEpoch = async (session: PgSession, short: string, epoch: number): Promise<void> => {
  const {rows} = await session.send(lockEpoch(short));
  if (Number(rows[0]?.['epoch']) === epoch) return;
  throw new TerminalError(`epoch ${rows[0]?.['epoch'] ?? 'none'} is current here, not ${epoch}`, {
    code: 'CF-LEASE-002',
    next: 'crossfade status',
  });
};

export const lockEpoch = (short: string): Sql => ({
  text: `SELECT epoch::text FROM crossfade.lease WHERE migration = $1 FOR UPDATE`,
  values: [short],
});
