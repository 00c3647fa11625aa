import type {Entry} from './journal.ts';
import {after, recorded} from './recorded.ts';

/** The failover automation was told to wait, and no runner has told it to go on since; its watchdog may have. */
export type FailoverOnRecord = {readonly phase: string; readonly at: string};

/** An intent counts: a runner that was killed in the middle of it may have paused one side. */
export function failoverPausedOf(entries: readonly Entry[]): FailoverOnRecord | undefined {
  const paused = recorded(entries, 'step-intent').findLast(({fact}) => fact.step === 'pause-failover');
  if (paused === undefined) return undefined;
  const isOver = recorded(after(entries, paused.seq), 'step-outcome').some(({fact}) => fact.step === 'resume-failover');
  return isOver ? undefined : {phase: paused.fact.phase, at: paused.at};
}
