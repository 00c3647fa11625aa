import {TerminalError} from '../../model/errors.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';

/** The row's lock is held until the transaction ends. */
export const lockEpoch = (short: string): string =>
  `SELECT epoch FROM ${CONTROL_SCHEMA_NAME}.lease WHERE migration = ${quoteValue(short)} LOCK IN SHARE MODE`;

/** K2: a runner that was replaced changes nothing. */
export const requireEpoch = async (session: MySession, short: string, epoch: number): Promise<void> => {
  const {rows} = await session.query(lockEpoch(short));
  const current = rows[0]?.['epoch'];
  if (Number(current) === epoch) return;
  throw new TerminalError(`epoch ${current ?? 'none'} is current here, not ${epoch}`, {code: 'CF-LEASE-002', next: 'crossfade status'});
};
