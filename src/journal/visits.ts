/**
 * Which way the run has gone. A *visit* is the time from entering a phase until it ends with a workflow event; a crash
 * and a restart belong to the same visit, and the attempt's number counts visits.
 */
import {assert} from '../model/assert.ts';
import type {Workflow, WorkflowEvent} from '../workflow/workflow.ts';
import type {Entry} from './journal.ts';
import {after, isOf, recorded} from './recorded.ts';
import type {EntryOf} from './recorded.ts';

export type Way = {
  readonly events: readonly WorkflowEvent[];
  /** Where the run stands: a phase, `completed` or `aborted`. */
  readonly phase: string;
  /** The phase has been started and has not ended. */
  readonly isPhaseOpen: boolean;
  /** The number of the visit that is open, or that the next start begins; 0 in a final state. */
  readonly attempt: number;
  /** Visits started so far, by phase. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Everything since the phase was entered: its gates, its signals, its steps. */
  readonly visit: readonly Entry[];
};

export function wayOf(entries: readonly Entry[], workflow: Workflow): Way {
  const ends = recorded(entries, 'phase-ended').filter((entry) => eventOf(entry) !== undefined);
  const events = ends.flatMap((entry) => eventOf(entry) ?? []);
  assertInOrder(ends, workflow);
  const phase = workflow.fold(events);
  const visit = after(entries, ends.at(-1)?.seq ?? 0);
  const isPhaseOpen = recorded(visit, 'phase-started').some(({fact}) => fact.phase === phase);
  const attempts = countVisits(entries);
  const attempt = workflow.isFinal(phase) ? 0 : (attempts[phase] ?? 0) + (isPhaseOpen ? 0 : 1);
  return {events, phase, isPhaseOpen, attempt, attempts, visit};
}

/** The runner writes the workflow event's type as the outcome; any other outcome leads nowhere. */
function eventOf({fact}: EntryOf<'phase-ended'>): WorkflowEvent | undefined {
  const {outcome} = fact;
  return outcome === 'done' || outcome === 'back' || outcome === 'reverse' || outcome === 'abort' ? {type: outcome} : undefined;
}

function assertInOrder(ends: readonly EntryOf<'phase-ended'>[], workflow: Workflow): void {
  let state = workflow.initial;
  for (const end of ends) {
    assert(end.fact.phase === state, `entry ${end.seq} ends ${end.fact.phase} while the run is in ${state}`);
    const event = eventOf(end);
    if (event !== undefined) state = workflow.next(state, event);
  }
}

function countVisits(entries: readonly Entry[]): Record<string, number> {
  const attempts: Record<string, number> = {};
  let open: string | undefined;
  for (const entry of entries) {
    if (isOf(entry, 'phase-ended') && eventOf(entry) !== undefined) open = undefined;
    if (!isOf(entry, 'phase-started') || entry.fact.phase === open) continue;
    open = entry.fact.phase;
    attempts[open] = (attempts[open] ?? 0) + 1;
  }
  return attempts;
}
