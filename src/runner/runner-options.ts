/** What a runner is given by the composition. */
import type {Gate} from '../gate/gate.ts';
import type {Journal} from '../journal/journal.ts';
import type {Direction} from '../model/side.ts';
import type {Phase, PhaseContext} from '../phase/phase.ts';
import type {Workflow} from '../workflow/workflow.ts';
import type {Interruption} from './interruption.ts';
import type {SignalWatch} from './signal-watch.ts';

export type RunnerOptions = {
  readonly journal: Journal;
  readonly workflow: Workflow;
  readonly phases: Readonly<Record<string, Phase>>;
  readonly gates: Readonly<Record<string, Gate>>;
  readonly signals: SignalWatch;
  readonly interruption: Interruption;
  /** The person, as approvals name people, and the machine. */
  readonly holder: string;
  readonly host: string;
  /** Everything of a phase's context that does not depend on the visit. */
  readonly context: Omit<PhaseContext, 'steps' | 'record' | 'nextSignal' | 'pausePoint' | 'pausable' | 'signal' | 'isResumed'>;
  /** What the two catalogues disagree on, one sentence each. */
  readonly schemaDifferences: () => Promise<readonly string[]>;
  /** Starts the streams that a run in this position has, if it has any. */
  readonly ensureStreams: (direction: Direction) => Promise<void>;
};
