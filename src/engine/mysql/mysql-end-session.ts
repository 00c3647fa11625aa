/** Ends sessions of ours from outside: of the holder of the lock, and of a runner that was replaced. */
import {isCoded} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {endSession} from './mysql-control-statements.ts';
import {numberOf} from './mysql-errors.ts';
import {lockHolder, serverSessions, writerLock} from './mysql-lock.ts';
import type {MySession} from './mysql-session.ts';

/** The server gives up what a session held once it has rolled back; one that hangs in the kernel is not ended at all. */
const LOOKS_MAX = 100;
const LOOK_EVERY_S = 0.1;
const NO_SUCH_SESSION = 1094;
/** It is another account's, or one of those that keep the server. */
const MAY_NOT: ReadonlySet<number> = new Set([1095, 1227]);

/** Whether it held the lock and is gone. Numbers of sessions are not used again, so nobody is ended who came later. */
export const endHolder = async (session: MySession, lock: string, id: number): Promise<boolean> => {
  if ((await lockHolder(session, lock)) !== id) return false;
  await kill(session, id);
  for (let look = 0; look < LOOKS_MAX; look++) {
    if ((await lockHolder(session, lock)) !== id) return true;
    await session.query('DO SLEEP(?)', [LOOK_EVERY_S]);
  }
  return false;
};

/** A runner that was suspended, or whose host is gone, keeps a lock between two statements. True when nobody has it any more. */
export const endIdleHolder = async (session: MySession, lock: string): Promise<boolean> => {
  const holder = await lockHolder(session, lock);
  if (holder === undefined) return true;
  const isIdle = (await serverSessions(session)).some(({id, isIdle}) => id === holder && isIdle);
  return isIdle && endHolder(session, lock, holder);
};

/** They may hold row locks: of the tag, or of rows of the tables. `own`: numbers that stay. */
export const endOldWriters = async (session: MySession, migration: MigrationRef, own: ReadonlySet<number>): Promise<void> => {
  const others = (await serverSessions(session)).filter(({id}) => !own.has(id));
  for (const {id} of others) if ((await lockHolder(session, writerLock(migration, id))) === id) await kill(session, id);
};

/** Whoever else is connected to a server that nobody depends on; those whom the account may not see or end stay. */
export const endOthers = async (session: MySession, own: ReadonlySet<number>): Promise<void> => {
  const {rows} = await session.query('SHOW PROCESSLIST');
  const clients = rows.filter((row) => !/^(system user|event_scheduler)$/.test(row['User'] ?? '') && !own.has(Number(row['Id'])));
  for (const row of clients)
    await kill(session, Number(row['Id'])).catch((error: unknown) => {
      if (!MAY_NOT.has(numberOf(isCoded(error) ? error.cause : error) ?? 0)) throw error;
    });
};

const kill = async (session: MySession, id: number): Promise<void> => {
  try {
    await session.query(endSession(id));
  } catch (error) {
    if (numberOf(error) !== NO_SUCH_SESSION) throw error; // it has ended by itself
  }
};
