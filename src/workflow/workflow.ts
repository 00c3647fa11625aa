/**
 * How a table of phases becomes a pure state machine (xstate, without actors): (state, event) gives the next state.
 * Called by the runner and by everything that shows where a run stands; it never waits, reads a clock or touches a
 * database. State is the fold of the journal's events through `initialTransition`/`transition`.
 */
export type PhaseRow<Name extends string> = {
  /** Where it goes when the phase is done. */
  readonly next: Name | 'completed';
  /** Where an attempt that was called off goes (`cutover` → `catch-up`). */
  readonly back?: Name;
  /** Where the signal `reverse` goes. */
  readonly reverse?: Name;
  /** Where the signal `abort` goes. */
  readonly abort?: 'aborted';
  /** Gates asked before the phase unless the plan names its own. */
  readonly gates?: readonly string[];
};

export type WorkflowEvent = {readonly type: 'done'} | {readonly type: 'back'} | {readonly type: 'reverse'} | {readonly type: 'abort'};

export interface Workflow {
  readonly name: string;
  readonly phases: readonly string[];
  readonly initial: string;
  /** Default gates of a phase. */
  gates(phase: string): readonly string[];
  /** The events that phase accepts. */
  accepts(phase: string): readonly WorkflowEvent['type'][];
  /** Pure; throws InvariantViolation for an event the state does not accept. `completed` and `aborted` are final. */
  next(state: string, event: WorkflowEvent): string;
  isFinal(state: string): boolean;
  /** The state after these events from the start. */
  fold(events: readonly WorkflowEvent[]): string;
  /** Mermaid text. */
  graph(): string;
}
