/**
 * The kept place of a stream that somebody else reads: a slot beside the stream's, which nobody reads and only we move. What
 * reads the stream may move its own slot past what never arrived whole; the copy of a slot stands where that one stands.
 */
import {errorText, TransientError} from '../../model/errors.ts';
import type {Keeping, MigrationRef} from '../engine.ts';
import {codeOf} from './postgres-errors.ts';
import {keptSlotName, slotName} from './postgres-names.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {removeSlot, type SlotState, slotState} from './postgres-slot.ts';
import {advanceSlot, copySlot, slotAnew} from './postgres-stream-statements.ts';

/** Of the log. A place that would keep more is made anew at the stream's own: what the relay spares the source is not kept for this. */
const KEPT_BYTES_MAX = 8 * 1024 ** 3;
const IN_USE = '55006';
/** A reader that was told to stop leaves within moments. */
const READER_POLL_MS = 100;
const READER_POLLS_MAX = 100;

export const postgresKeeping = (sessions: PgSessions, migration: MigrationRef, bytesMax = KEPT_BYTES_MAX): Keeping => {
  const [read, kept] = [slotName(migration, 'forward'), keptSlotName(migration)];
  return {
    begin: () =>
      sessions.use(async (session) => {
        const stream = await slotState(session, read);
        // Of one that died while it went back.
        if (await keptState(session, kept)) {
          if (!stream) await made(session.send(copySlot(migration, kept, read)));
        } else if (isSound(stream)) await made(session.send(copySlot(migration, read, kept)));
      }),
    upTo: (position) =>
      sessions.use(async (session) => {
        await session.send(advanceSlot(kept, position)).catch(unlessInUse);
        const state = await slotState(session, kept);
        if (isSound(state) && state.keptBytes <= bytesMax) return true;
        await removeSlot(session, kept);
        return false;
      }),
    goBack: () =>
      sessions.use(async (session) => {
        const state = await keptState(session, kept);
        if (!state) return undefined;
        for (let poll = 0; poll < READER_POLLS_MAX; poll++) {
          if (await isAnew(session, read, kept)) return state.confirmed;
          await sessions.options.effects.clock.sleep(READER_POLL_MS);
        }
        throw new TransientError(`the slot ${read} is still being read`, {
          code: 'CF-SRC-006',
          next: 'see who reads it (pg_replication_slots.active_pid); it is tried again',
        });
      }),
  };
};

const isSound = (state: SlotState | undefined): state is SlotState => state !== undefined && state.status !== 'lost';

/** One that is of no use any more goes. */
const keptState = async (session: PgSession, kept: string): Promise<SlotState | undefined> => {
  const state = await slotState(session, kept);
  if (isSound(state)) return state;
  await removeSlot(session, kept);
  return undefined;
};

/** False while somebody reads it. */
const isAnew = async (session: PgSession, read: string, kept: string): Promise<boolean> => {
  const {rows} = await made(session.send(slotAnew(read, kept)));
  return rows.length > 0;
};

const made = async <T>(copy: Promise<T>): Promise<T> => {
  try {
    return await copy;
  } catch (error) {
    if (!COPY_FAILED.has(codeOf(error) ?? '')) throw error;
    throw new TransientError(`the second slot of the stream could not be made: ${errorText(error)}`, {
      code: 'CF-SRC-002',
      cause: error,
      next: 'raise max_replication_slots (restart needed), or drop a slot that nobody uses; then: crossfade resume',
    });
  }
};

/** All are in use, one is in use, or is there already because another process has made it. */
const COPY_FAILED = new Set(['53400', IN_USE, '42710', '55000']);

/** By another process of ours, which moves it as well. */
const unlessInUse = (error: unknown): void => {
  if (codeOf(error) !== IN_USE) throw error;
};
