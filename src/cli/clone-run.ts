/** A run on clones, or in an environment: the runner carries out the plan, and whoever is here stands in for the people who ask it to move. */
import type {Entry, Signal} from '../journal/journal.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {currentPerson} from './actor.ts';
import type {OwnJournal} from './own-journal.ts';
import {EXIT} from './exit-codes.ts';
import type {Output} from './output.ts';
import {type RunRequest, runToEnd} from './run-to-end.ts';

export type CloneRun = OwnJournal & {
  readonly pinned: PinnedPlan;
  readonly standIn: StandIn;
  readonly effects: Effects;
  readonly output: Output;
  readonly global: RunRequest['global'];
  /** A gate that is red for so long ends the run. */
  readonly timeoutMs: number;
};

export type Asking = {
  /** Where the run stands a moment later. */
  next(): Promise<RunState>;
  /** `why`: stands in the journal beside it. */
  send(signal: Signal): Promise<void>;
};

const LOOK_MS = 250;

/** Ends when `ask` does, which is then stopped at its next safe point, or when the run fails. Answers with all that is on record. */
export async function runOnClones(request: CloneRun, why: string, ask: (asking: Asking) => Promise<void>): Promise<readonly Entry[]> {
  const {journal, effects, output, standIn} = request;
  const over = new AbortController();
  const running = runToEnd({
    ...request,
    output: {...output, isJson: false, data: (line) => output.say(line), document: () => {}},
    standIn: standIn.plan,
    stop: over.signal,
    patience: {leave: false, timeoutMs: request.timeoutMs},
  });
  const failing = running.then(
    // A run that is completed or aborted is seen in its journal.
    (code) =>
      code === EXIT.done || code === EXIT.calledOff
        ? new Promise<never>(() => {})
        : Promise.reject(failed(`the run ended by itself, with exit code ${code}`)),
    (error: unknown) => Promise.reject(failed('the run failed', error)),
  );
  failing.catch(() => undefined); // raced below; after the last question its end is asked for
  const asking: Asking = {
    async next() {
      await effects.clock.sleep(LOOK_MS, over.signal);
      over.signal.throwIfAborted();
      return runState(await journal.entries());
    },
    send: async (signal) => void (await journal.append({type: 'signal', signal, actor: currentPerson(), reason: why})),
  };
  try {
    await Promise.race([failing, ask(asking)]);
  } finally {
    over.abort('nothing more is asked of it');
    await running.catch(() => undefined); // told by `failing`
  }
  return journal.entries();
}

export const failed = (what: string, cause?: unknown): TerminalError =>
  new TerminalError(cause instanceof Error ? `${what}: ${cause.message}` : what, {
    code: 'CF-REHEARSE-005',
    next: 'read what the run has said; the databases that it went on are as it left them',
    cause,
  });
