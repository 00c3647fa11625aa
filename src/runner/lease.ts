/** One runner per migration, enforced where the data is (design §2): a lock on both servers, then a new epoch on both. */
import type {Database} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';

export type Lease = {readonly epoch: number};

/** Source first, then target (K3), once each where they are one database; a runner that dies between the two leaves nothing that its successor does not redo. */
export const takeLease = async (source: Database, target: Database, migrationId: string, holder: string): Promise<Lease> => {
  const sides = new Set([source, target]);
  for (const side of sides) await side.identity(); // an address that is wrong is found before anything is left anywhere
  const epochs: number[] = [];
  for (const side of sides) {
    await side.control.install();
    const answer = await side.control.lock(holder);
    if (!answer.ok) throw held(side, answer);
    if (answer.migration && answer.migration !== migrationId) throw elsewhere(side, answer.migration);
    epochs.push(answer.epoch);
  }
  const epoch = Math.max(...epochs) + 1;
  for (const side of sides) await side.control.raiseEpoch(epoch, holder);
  return {epoch};
};

const held = (side: Database, {holder, since}: {readonly holder: string; readonly since: string}): TerminalError =>
  new TerminalError(`another runner holds this migration: ${holder}, since ${since} (says the ${side.side})`, {
    code: 'CF-LEASE-001',
    next: 'watch it with crossfade status, or stop it there; if it hangs or its machine is gone: crossfade unlock',
  });

const elsewhere = (side: Database, migration: string): TerminalError =>
  new TerminalError(`the ${side.side} knows this migration as ${migration}, which is not in this state folder`, {
    code: 'CF-STATE-001',
    next: 'run it from the state folder it was started from; if that is lost: crossfade adopt PLAN',
  });
