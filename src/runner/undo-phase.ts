import type {Phase, PhaseContext} from '../phase/phase.ts';
import {errorText} from '../model/errors.ts';

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 1_000;

/**
 * What was cut short, a comparison or a gate, may be at work in the databases for another moment: a server that finds both
 * waiting for each other makes one of them give way. Each undo may be repeated.
 */
export const undoPhase = async (phase: Phase | undefined, context: PhaseContext, isPassing: (error: unknown) => boolean): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await phase?.undo?.(context);
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !isPassing(error)) throw error;
      context.telemetry.note(`tried again, because it may pass: ${errorText(error)}`);
      await context.clock.sleep(PAUSE_MS);
    }
  }
};
