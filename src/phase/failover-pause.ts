/**
 * The automation of the clusters around an attempt: told to wait before the hold (C1), looked at before anything rests on
 * a server's rows, and told to go on when the attempt is over. What a runner that died has paused is known from the
 * journal, so its successor resumes it; the watchdog does so meanwhile.
 */
import {astray, pausedSides} from '../failover/failover.ts';
import {isCoded, OwnershipUnknownError, TerminalError, TransientError} from '../model/errors.ts';
import type {PhaseContext} from './phase.ts';

/** Between two tries to resume, and between two questions after the decision. */
const RESUME_AGAIN_MS = 5_000;
const ASK_AGAIN_MS = 500;
const ASKED_MAX = 3;

/** Rejects while anything may still be called off. */
export const pauseFailover = async (context: PhaseContext, attempt: number): Promise<void> => {
  const {failover, steps} = context;
  if (!failover) return;
  await steps.each('pause-failover', () => failover.pause(attempt));
  await requirePrimaries(context, 'pausing');
};

/**
 * The primaries are those of the plan, by the automation's own word. `looking`: before fence rows are trusted. From
 * `pausing` on the automation has to wait as well. After the decision a wrong server, or no answer, leaves it unknown who
 * takes writes; before it nothing is lost by stopping.
 */
export const requirePrimaries = async (
  context: PhaseContext,
  stage: 'looking' | 'pausing' | 'fenced' | 'decided',
  limitMs?: number,
): Promise<void> => {
  const {failover, steps} = context;
  if (!failover) return;
  await steps.each('observe-failover', async () => {
    const isDecided = stage === 'decided';
    const seen = await (isDecided ? askedAgain(context, () => failover.observe()) : failover.observe(limitMs));
    const wrong = astray(seen);
    if (wrong !== undefined) throw isDecided || context.isResumed ? unknownOwner(wrong) : otherPrimary(wrong);
    if ((stage === 'pausing' || stage === 'fenced') && pausedSides(seen).length < 2) throw notPaused();
    return seen;
  });
};

/** Nothing further rests on the servers that were found: the attempt is taken back, and the run stops. */
export const isAstray = (error: unknown): error is Error => isCoded(error) && error.code === 'CF-FAILOVER-002';

/**
 * Returns when the automation goes on. A clusters' automation that cannot be resumed is waited for, because nobody would
 * stand in for a primary that fails; an undo, which cannot wait, fails instead.
 */
export const resumeFailover = async (context: PhaseContext, attempt: number, patience: 'patient' | 'once' = 'patient'): Promise<void> => {
  const {failover, steps} = context;
  if (!failover || !(await context.isFailoverPaused())) return;
  await steps.each('resume-failover', () =>
    patience === 'once' ? failover.resume(attempt) : untilResumed(context, () => failover.resume(attempt)),
  );
};

const untilResumed = async ({clock, signal, telemetry}: PhaseContext, resume: () => Promise<void>): Promise<void> => {
  const since = clock.now().toISOString();
  for (;;) {
    try {
      await resume();
      return telemetry.wait('failover', undefined);
    } catch (error) {
      if (signal.aborted || !isCoded(error)) throw error;
      const cause = `the failover automation is still paused: ${error.message}`;
      const next = {command: 'crossfade explain CF-FAILOVER-001', why: error.next ?? 'says how to resume it'};
      telemetry.note(cause);
      telemetry.wait('failover', {cause, since, owner: 'whoever runs the clusters', next});
      await clock.sleep(RESUME_AGAIN_MS, signal);
      signal.throwIfAborted();
    }
  }
};

const askedAgain = async <T>({clock}: PhaseContext, ask: () => Promise<T>): Promise<T> => {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isCoded(error)) throw error;
      if (asked === ASKED_MAX) throw unknownOwner(`the automation cannot be asked: ${error.message}`, error);
      await clock.sleep(ASK_AGAIN_MS);
    }
  }
};

const otherPrimary = (wrong: string): TerminalError =>
  new TerminalError(`another server is primary than planned: ${wrong}`, {
    code: 'CF-FAILOVER-002',
    next: 'nothing is held; make the planned server primary again, or correct failover.primary in the plan (crossfade amend), then crossfade resume',
  });

const unknownOwner = (wrong: string, cause?: unknown): OwnershipUnknownError =>
  new OwnershipUnknownError(`it cannot be proven which server takes writes: ${wrong}`, {
    code: 'CF-FAILOVER-002',
    next: 'look at crossfade.fence on every server of both clusters; docs/runbook/failover.md',
    cause,
  });

const notPaused = (): TransientError =>
  new TransientError('the failover automation goes on although it was paused', {
    code: 'CF-FAILOVER-001',
    next: 'find out who resumed it, then try the cutover again',
  });
