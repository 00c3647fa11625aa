/**
 * The kept place of a stream that somebody else reads: a slot beside the stream's, which nobody reads and only we move. What
 * reads the stream may move its own slot past what never arrived whole; the copy of a slot stands where that one stands.
 */
import type {Keeping, MigrationRef} from '../engine.ts';
import {codeOf} from './postgres-errors.ts';
import {keptSlotName, slotName} from './postgres-names.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {removeSlot, slotState} from './postgres-slot.ts';
import {advanceSlot, copySlot} from './postgres-stream-statements.ts';

const IN_USE = '55006';

export const postgresKeeping = (sessions: PgSessions, migration: MigrationRef): Keeping => {
  const [read, kept] = [slotName(migration, 'forward'), keptSlotName(migration)];
  const isKept = async (session: PgSession): Promise<boolean> => {
    const state = await slotState(session, kept);
    if (state && state.status !== 'lost') return true;
    await removeSlot(session, kept);
    return false;
  };
  return {
    begin: () =>
      sessions.use(async (session) => {
        const isRead = (await slotState(session, read)) !== undefined;
        if (await isKept(session)) {
          // Of one that died while it went back.
          if (!isRead) await session.send(copySlot(kept, read));
        } else if (isRead) await session.send(copySlot(read, kept));
      }),
    upTo: (position) =>
      sessions.use(async (session) => {
        await session.send(advanceSlot(kept, position)).catch(unlessInUse);
      }),
    goBack: () =>
      sessions.use(async (session) => {
        if (!(await isKept(session))) return false;
        await removeSlot(session, read);
        await session.send(copySlot(kept, read));
        return true;
      }),
  };
};

/** By another process of ours, which moves it as well. */
const unlessInUse = (error: unknown): void => {
  if (codeOf(error) !== IN_USE) throw error;
};
