/** The way of a rehearsal: the runner carries out the plan on the clone, and here is who asks it to go, to go back, and to go again. */
import type {Entry, Journal, JournalStore, Signal} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {Load} from '../rehearsal/load.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {currentPerson} from './actor.ts';
import {openSides, refOf} from './compose.ts';
import type {Output} from './output.ts';
import {type RunRequest, runToEnd} from './run-to-end.ts';

export type Course = {readonly entries: readonly Entry[]; readonly keptLogBytes: number | null};

export type CourseRequest = {
  readonly store: JournalStore;
  readonly journal: Journal;
  readonly pinned: PinnedPlan;
  readonly standIn: StandIn;
  readonly load: Load;
  readonly effects: Effects;
  readonly output: Output;
  readonly global: RunRequest['global'];
  /** A gate that is red for so long ends the rehearsal. */
  readonly timeoutMs: number;
};

const LOOK_MS = 250;
/** So many writes have to reach the side that has been opened before the traffic moves on. */
const WRITES_MIN = 25;
const WRITES_MS_MAX = 120_000;
/** Attempts that are called off are made again, as a person would. */
const ATTEMPTS_MAX = 12;

/** Ends when the traffic has moved forward, back and forward, and the load has written there. */
export async function goThere(request: CourseRequest): Promise<Course> {
  const {journal, effects, output, load, standIn} = request;
  const over = new AbortController();
  const words: Output = {...output, isJson: false, data: (line) => output.say(line), document: () => {}};
  const running = runToEnd({
    ...request,
    output: words,
    standIn: standIn.plan,
    stop: over.signal,
    patience: {leave: false, timeoutMs: request.timeoutMs},
  });
  const ended = running.then(
    (code) => Promise.reject(failed(`the run on the clone ended by itself, with exit code ${code}`)),
    (error: unknown) => Promise.reject(failed('the run on the clone failed', error)),
  );
  ended.catch(() => undefined); // raced below; after the last turn its end is asked for
  const probe = await openSides(standIn.plan, refOf(journal.migration, standIn.plan.name), effects);
  let keptLogBytes: number | null = null;
  try {
    await Promise.race([ended, ask()]);
  } finally {
    over.abort('the rehearsal has seen what it wanted');
    await Promise.all([probe.source.close(), probe.target.close()]);
    await running.catch(() => undefined); // told by `ended`
  }
  return {entries: await journal.entries(), keptLogBytes};

  async function ask(): Promise<void> {
    const send = (signal: Signal): Promise<unknown> =>
      journal.append({type: 'signal', signal, actor: currentPerson(), reason: 'the rehearsal'});
    for (let windows = 0, attempts = 0; ; ) {
      await effects.clock.sleep(LOOK_MS, over.signal);
      over.signal.throwIfAborted();
      const {waitingFor, phase, isPhaseOpen} = runState(await journal.entries());
      if (isPhaseOpen && phase !== 'prepare-target') await lookAtLog();
      if (attempts > ATTEMPTS_MAX) throw failed(`the traffic did not move in ${ATTEMPTS_MAX} attempts`);
      if (waitingFor?.kind === 'signal') {
        attempts += 1;
        await send({type: 'cutover'});
      }
      if (waitingFor?.kind !== 'window') continue;
      windows += 1;
      await untilWritten('target');
      if (windows === 2) return;
      output.say('the target takes the writes; going back …');
      await send({type: 'reverse'});
      if (await isBack()) await untilWritten('source');
      else [windows, attempts] = [windows - 1, attempts + 1];
    }
  }

  async function lookAtLog(): Promise<void> {
    // Only a number for people: a server that does not answer ends the run by itself.
    const kept = await probe.source.source.keptLog?.('forward').catch(() => undefined);
    if (kept) keptLogBytes = Math.max(keptLogBytes ?? 0, kept.keptBytes);
  }

  /** False: the way back was called off, and the target serves on. */
  async function isBack(): Promise<boolean> {
    for (;;) {
      const {openSide, phase, waitingFor} = runState(await journal.entries());
      if (openSide === 'source' && phase !== 'reverse-cutover') return true;
      if (waitingFor?.kind === 'window') return false;
      await effects.clock.sleep(LOOK_MS, over.signal);
      over.signal.throwIfAborted();
    }
  }

  async function untilWritten(side: 'source' | 'target'): Promise<void> {
    const [from, began] = [load.taken(side), effects.clock.monotonicMs()];
    while (load.hasRows && load.taken(side) < from + WRITES_MIN) {
      if (effects.clock.monotonicMs() - began > WRITES_MS_MAX) throw failed(`the ${side} took no writes of the load`);
      await effects.clock.sleep(LOOK_MS, over.signal);
      over.signal.throwIfAborted();
    }
  }
}

const failed = (what: string, cause?: unknown): TerminalError =>
  new TerminalError(cause instanceof Error ? `${what}: ${cause.message}` : what, {
    code: 'CF-REHEARSE-005',
    next: 'read what the run has said; the clones are as it left them',
    cause,
  });
