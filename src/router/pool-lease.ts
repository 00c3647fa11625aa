/** One connection at a time for one statement or transaction, and as many as will be needed on a new side. */
import type {Side} from '../model/side.ts';
import {NotConnected} from './outcome.ts';
import type {SideConnection, SidePool} from './router-side.ts';
import {errorText} from '../model/errors.ts';

/** Throws NotConnected: whatever was to be sent was certainly not sent. */
export async function takeConnection<S>(pool: SidePool<S>, side: Side): Promise<SideConnection<S>> {
  try {
    return await pool.take();
  } catch (error) {
    throw new NotConnected(`no connection to the ${side}: ${errorText(error)}`, {cause: error});
  }
}

/**
 * Opens as many connections as the other side has, while statements are held anyway: logging in is the slowest part of
 * the first statement on a new side. A failure here is met again, and reported, by the statement that needs it.
 */
export async function warm(pool: SidePool<unknown>, like: SidePool<unknown>): Promise<void> {
  const missing = Math.max(like.size - pool.size, 0);
  const results = await Promise.allSettled(Array.from({length: missing}, () => pool.take()));
  for (const result of results) if (result.status === 'fulfilled') result.value.release();
}
