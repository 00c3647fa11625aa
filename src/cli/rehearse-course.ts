/** The way of a rehearsal: forward, back, and forward again, under its load. */
import type {Entry} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {RehearsalLoad} from '../rehearsal/load.ts';
import {closeSides} from './clones.ts';
import {type Asking, type CloneRun, failed, runOnClones} from './clone-run.ts';
import {openSides, refOf} from './compose.ts';

export type Course = {readonly entries: readonly Entry[]; readonly keptLogBytes: number | null};

export type CourseRequest = CloneRun & {readonly load: RehearsalLoad};

/** Attempts that are called off are made again, as a person would. */
const ATTEMPTS_MAX = 12;

/** Ends when the traffic has moved forward, back and forward, and the load has written there. */
export async function goThere(request: CourseRequest): Promise<Course> {
  const {journal, effects, output, load, standIn} = request;
  const probe = await openSides(standIn.plan, refOf(journal.migration, standIn.plan.name), effects);
  let keptLogBytes: number | null = null;
  try {
    const entries = await runOnClones(request, 'the rehearsal', ask);
    return {entries, keptLogBytes};
  } finally {
    await closeSides(probe);
  }

  async function ask(run: Asking): Promise<void> {
    for (let windows = 0, attempts = 0; ; ) {
      const {waitingFor, phase, isPhaseOpen, isFinal} = await run.next();
      if (isFinal) throw failed(`the run is ${phase} already`);
      if (isPhaseOpen && phase !== 'prepare-target') await lookAtLog();
      if (attempts > ATTEMPTS_MAX) throw failed(`the traffic did not move in ${ATTEMPTS_MAX} attempts`);
      if (waitingFor?.kind === 'signal') {
        attempts += 1;
        await run.send({type: 'cutover'});
      }
      if (waitingFor?.kind !== 'window') continue;
      windows += 1;
      await untilWritten('target', run);
      if (windows === 2) return;
      output.say('the target takes the writes; going back …');
      await run.send({type: 'reverse'});
      if (await isBack(run)) await untilWritten('source', run);
      else [windows, attempts] = [windows - 1, attempts + 1];
    }
  }

  async function lookAtLog(): Promise<void> {
    // Only a number for people: a server that does not answer ends the run by itself.
    const kept = await probe.source.source.keptLog?.('forward').catch(() => undefined);
    if (kept) keptLogBytes = Math.max(keptLogBytes ?? 0, kept.keptBytes);
  }

  /** False: the way back was called off, and the target serves on. */
  async function isBack(run: Asking): Promise<boolean> {
    for (let state = runState(await journal.entries()); ; state = await run.next()) {
      const {openSide, phase, waitingFor} = state;
      if (openSide === 'source' && phase !== 'reverse-cutover') return true;
      if (waitingFor?.kind === 'window') return false;
    }
  }

  async function untilWritten(side: 'source' | 'target', run: Asking): Promise<void> {
    const [from, began] = [load.taken(side), effects.clock.monotonicMs()];
    while (load.hasRows && load.taken(side) < from + load.enough) {
      if (effects.clock.monotonicMs() - began > load.patienceMs) throw failed(`the ${side} took no writes of the load`);
      const {waitingFor} = await run.next();
      // A plan whose cutover starts by itself waits for no load: the target serves again.
      if (side === 'source' && waitingFor?.kind === 'window') return;
    }
  }
}
