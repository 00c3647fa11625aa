/** What a runner is given by the composition. */
import type {Gate, Measures} from '../gate/gate.ts';
import type {Journal, Verdict} from '../journal/journal.ts';
import type {VetoEvent} from '../model/hook.ts';
import type {Direction, Side} from '../model/side.ts';
import type {HookAnswers, Phase, PhaseContext} from '../phase/phase.ts';
import type {Workflow} from '../workflow/workflow.ts';
import type {Interruption} from './interruption.ts';
import type {Mirror} from './mirror.ts';
import type {SignalWatch} from './signal-watch.ts';

export type MeasuresOfSides = Pick<
  Measures,
  | 'schemaDifferences'
  | 'applicationRoleFaults'
  | 'headroom'
  | 'retention'
  | 'longTransactions'
  | 'rowCounts'
  | 'reads'
  | 'wayBackFaults'
  | 'ask'
  | 'program'
  | 'request'
  | 'secret'
  | 'rehearsal'
  | 'surroundings'
>;

export type RunnerOptions = {
  readonly journal: Journal;
  readonly mirror: Mirror;
  readonly workflow: Workflow;
  readonly phases: Readonly<Record<string, Phase>>;
  readonly gates: Readonly<Record<string, Gate>>;
  readonly signals: SignalWatch;
  readonly interruption: Interruption;
  /** The person, as approvals name people, and the machine. */
  readonly holder: string;
  readonly host: string;
  /** Everything of a phase's context that does not depend on the visit. */
  readonly context: Omit<
    PhaseContext,
    | 'steps'
    | 'askHooks'
    | 'record'
    | 'canaryFailure'
    | 'statements'
    | 'isFailoverPaused'
    | 'nextSignal'
    | 'reverseWindowEnd'
    | 'pausePoint'
    | 'pausable'
    | 'signal'
    | 'isResumed'
  >;
  /** Told each time the run is found waiting: the red gates before `phase`, or none when only a signal is missing. */
  readonly onWait?: (phase: string, red: readonly Verdict[]) => void;
  /** Goes on while a phase waits for its gates and for people, until `signal`. */
  readonly whileWaiting?: (openSide: Side, signal: AbortSignal) => Promise<void>;
  /** `moment`: the visit of the phase, which a crash does not change. */
  readonly askHooks?: (event: VetoEvent, moment: string) => Promise<HookAnswers>;
  /** What gates ask of the sides and not of the runner. */
  readonly measures: (now: {readonly openSide: Side; readonly signal: AbortSignal}) => MeasuresOfSides;
  /** Rejects when the run has to end before one of its servers does. */
  readonly guardian: {readonly failed: Promise<never>};
  /** Starts the streams that a run in this position has, if it has any. */
  readonly ensureStreams: (direction: Direction) => Promise<void>;
  /** Whether an error of the engine may pass by itself, so that the same may be tried again. */
  readonly isPassing: (error: unknown) => boolean;
};
