/** Locks with a name, which live as long as their session and belong to the whole server. Names are short and fold case. */
import {createHash} from 'node:crypto';
import type {MigrationRef} from '../engine.ts';
import {getLock, releaseLock} from './mysql-control-statements.ts';
import type {MySession} from './mysql-session.ts';

/** One runner per migration; a name may be longer than the server takes. */
export const leaseLock = ({name}: MigrationRef): string => `crossfade ${createHash('sha256').update(name).digest('hex').slice(0, 40)}`;

/** By this a session of ours is known from outside, so that a runner that was replaced can be cut off. */
export const writerLock = ({short}: MigrationRef, session: number | string): string => `crossfade ${short} writer ${session}`;

export const INSTALL_LOCK = 'crossfade install';

/** Two runs that install or remove at the same moment take turns: seconds. */
export const INSTALL_TURN_S_MAX = 60;

/** False: another session has it. */
export const tryLock = async (session: MySession, name: string, seconds = 0): Promise<boolean> =>
  (await session.one(getLock(name, seconds)))['got'] === '1';

/** The session that holds it. */
export const lockHolder = async (session: MySession, name: string): Promise<number | undefined> => {
  const {holder} = await session.one('SELECT IS_USED_LOCK(?) AS holder', [name]);
  return typeof holder === 'string' ? Number(holder) : undefined;
};

export const inTurn = async <T>(session: MySession, act: () => Promise<T>): Promise<T> => {
  if (!(await tryLock(session, INSTALL_LOCK, INSTALL_TURN_S_MAX)))
    throw new Error('another run installs or removes the schema crossfade and does not end');
  try {
    return await act();
  } finally {
    await session.query(releaseLock(INSTALL_LOCK));
  }
};

export type ServerSession = {readonly id: number; readonly address: string; readonly isIdle: boolean; readonly state: string};

/** Those of our own account, or all of them where the account may see them. */
export const serverSessions = async (session: MySession, label?: string): Promise<readonly ServerSession[]> => {
  const {rows} = await session.query('SHOW PROCESSLIST', [], label);
  return rows.map((row) => ({
    id: Number(row['Id']),
    address: (row['Host'] ?? '').replace(/:\d+$/, '') || 'a socket of the server',
    isIdle: row['Command'] === 'Sleep',
    state: row['State'] ?? '',
  }));
};
