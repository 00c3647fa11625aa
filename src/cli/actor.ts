/** Who runs this command, as far as the machine knows. */
import {userInfo} from 'node:os';
import type {Actor} from '../journal/journal.ts';

/**
 * By the process's uid, never by `$USER`, which anybody may set. A bare uid proves little, so it counts as
 * unauthenticated. Written into signals, and compared with the starter of the run.
 */
export function currentPerson(): Actor {
  const uid = process.getuid?.();
  return {kind: 'person', name: uid === undefined ? accountName() : `${accountName()} (uid ${uid})`, authenticated: false};
}

/** A container's uid may have no account. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
