/**
 * One part of a workflow, run by the runner after its gates are green. Running it again after a crash is normal: each
 * act is a journaled step, and a step without an outcome is decided by asking the databases (invariant 6). A phase
 * returns what happened; the workflow decides where that leads.
 */
import type {Clock, Effects} from '../model/effects.ts';
import type {VetoEvent} from '../model/hook.ts';
import type {Direction, Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import type {MigrationMapping, TableMapping} from '../mapping/mapping.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {Database, Engine, MigrationRef} from '../engine/engine.ts';
import type {HeardSignal, JournalFact, Signal, StatementsOnRecord} from '../journal/journal.ts';
import type {Operation} from '../operation/operation.ts';
import type {Canary} from '../canary/canary.ts';
import type {Failover} from '../failover/failover.ts';
import type {Replication} from '../pipeline/replication.ts';
import type {TrafficSwitch} from '../switch/traffic-switch.ts';
import type {Throttle} from '../throttle/throttle.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import type {StandingReads} from './standing-reads.ts';
import type {StandingVerification} from './standing-verification.ts';
import type {WatchedFigure} from './watch-figures.ts';
import type {WorkflowEvent} from '../workflow/workflow.ts';
import type {RowVerifier, Verifier} from '../verify/verifier.ts';
import type {Watchdog, WatchdogRequest} from '../watchdog/watchdog.ts';

export interface Phase {
  run(context: PhaseContext): Promise<PhaseOutcome>;
  /** Removes what the phase left behind; called by abort for every phase that was started, newest first. Idempotent. */
  undo?(context: PhaseContext): Promise<void>;
}

export type PhaseOutcome = {readonly event: WorkflowEvent; readonly evidence: Readonly<Record<string, unknown>>};

export type PhaseContext = {
  readonly plan: PinnedPlan;
  readonly migration: MigrationRef;
  /** A change in place has one database: it is both sides. */
  readonly source: Database;
  readonly target: Database;
  readonly engines: Readonly<Record<Side, Pick<Engine, 'comparePositions'>>>;
  /** The phase was begun by a runner that is gone: what it held is stale, and its gates were green for that one only. */
  readonly isResumed: boolean;
  /** This runner's epoch, current on both databases when the run started. */
  readonly epoch: number;
  readonly replication: Replication;
  readonly switches: readonly TrafficSwitch[];
  readonly verifier: Verifier & RowVerifier;
  /** Keeps what was compared true until the switch. */
  readonly verification: StandingVerification;
  /** Brings the application's reads back when the target answers them otherwise, where the plan moves them. */
  readonly reads: StandingReads;
  /** What a change in place is made of, in the plan's order; none for a move. */
  readonly operations: readonly Operation[];
  /** Asked between pieces of work that can wait, through `lane.ts`. */
  readonly throttle: Throttle;
  readonly startWatchdog: (request: WatchdogRequest) => Promise<Watchdog>;
  /** Of one attempt, along the paths that the plan names; undefined where it names none. Rejects with CF-CANARY-003. */
  readonly startCanary: (attempt: number, direction: Direction) => Promise<Canary | undefined>;
  /** What is watched in the reverse window; none unless the plan names some. */
  readonly figures: readonly WatchedFigure[];
  /** Who is told about a cutover so that no other server becomes primary meanwhile; undefined where the plan names nobody. */
  readonly failover?: Failover;
  /** Whether an attempt has told it to wait and nobody has told it to go on since; the journal knows. */
  isFailoverPaused(): Promise<boolean>;
  /** What the canary of the newest cutover found wrong, if it did; the journal knows. */
  canaryFailure(): Promise<string | undefined>;
  /** What was remembered of statements before the newest cutover, and the newest comparison since; the journal knows. */
  statements(): Promise<StatementsOnRecord>;
  /** The migration's tables as the catalogue of a side shows them, the source's unless said; of the target those that exist. */
  tables(side?: Side): Promise<readonly Table[]>;
  /** How they become those of the other side; once the target has them all. */
  mappings(direction: Direction): Promise<readonly TableMapping[]>;
  mapping(): Promise<MigrationMapping>;
  readonly steps: Steps;
  /** What the plan's hooks say to an attempt that is about to begin; absent where nobody can be asked. */
  readonly askHooks?: (event: VetoEvent) => Promise<HookAnswers>;
  /** Durable facts that are not steps. */
  record(fact: JournalFact): Promise<void>;
  /**
   * Resolves at the next such signal after entry `after`; signals that came before the phase was entered, and those that
   * were refused, do not count.
   */
  nextSignal(types: readonly Signal['type'][], after?: number): Promise<HeardSignal>;
  /** Until when the way back has to be kept, RFC 3339; the journal knows when that began. */
  reverseWindowEnd(): Promise<string | undefined>;
  /** Returns at once, or waits here while the run is paused. Call it between chunks and between transactions. */
  pausePoint(where: string): Promise<void>;
  /** Waits for something that may take long; a pause meanwhile holds the streams between two transactions. */
  pausable<T>(where: string, work: Promise<T>): Promise<T>;
  readonly telemetry: Telemetry;
  readonly effects: Effects;
  readonly clock: Clock;
  /** Aborts when the run is to stop, for whatever reason. */
  readonly signal: AbortSignal;
};

/** `veto`: why it must not begin; undefined when every hook said yes. */
export type HookAnswers = {
  readonly hooks: readonly {readonly hook: string; readonly delivery: string; readonly says: string}[];
  readonly veto?: string;
};

export interface Steps {
  /**
   * Writes the intent, acts, writes the outcome. Run again after the outcome was recorded, it returns that and does
   * not act. `act` must therefore be safe to repeat after a crash in its middle.
   */
  once<T>(step: string, act: () => Promise<T>): Promise<T>;
  /** The same, but acts every time: for steps of one attempt, which a new attempt repeats. `kept`: what the journal keeps of the result. */
  each<T>(step: string, act: () => Promise<T>, kept?: (result: T) => unknown): Promise<T>;
}
