/**
 * A go/no-go question asked by the runner before a phase. It measures once and answers with evidence; it throws only
 * when it could not measure, which the runner treats as no-go. While a gate waits, the stream keeps applying and the
 * gate keeps measuring.
 */
import type {Verdict} from '../journal/journal.ts';
import type {ChangedSince} from '../verify/verifier.ts';

export interface Gate {
  /** What has to be so for a go, in words and with the limit in force; for `plan`, which measures nothing. */
  limits?(measures: Pick<Measures, 'settings' | 'approval'>): string;
  check(measures: Measures): Promise<Omit<Verdict, 'gate'>>;
}

/** What gates can ask for; each answers now, or throws when it cannot be measured. */
export interface Measures {
  readonly phase: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Milliseconds between a commit on the sending side and its commit on the receiving side, by our own marks. */
  lagMs(): Promise<number>;
  /** The newest complete verification, if any. */
  lastVerification(): Promise<VerificationSummary | undefined>;
  /** Rows that were repaired although nobody knows why they differed, and that no operator has acknowledged. */
  unexplained(): Promise<{readonly rows: number; readonly tables: readonly string[]} | undefined>;
  /**
   * What has changed since that comparison, as far as this runner knows it. Who asks has it renewed: all rows are
   * compared again in the background where it is not known, or before the comparison is older than `freshnessMs`.
   */
  changedSince(freshnessMs: number): Promise<ChangedSince>;
  /** What the two catalogues disagree on, one sentence each. */
  schemaDifferences(): Promise<readonly string[]>;
  /** What keeps the plan's application roles from working on the target as they do on the source, one sentence each. */
  applicationRoleFaults(): Promise<readonly string[]>;
  /** The room that is still needed on the target, and what there is where it could be measured. */
  headroom(): Promise<{readonly neededBytes: number; readonly rooms: readonly Room[]}>;
  /** How long the log and the disks of both sides last, one for each thing that can run out. */
  retention(): Promise<readonly {readonly isWell: boolean; readonly words: string}[]>;
  /** Approvals that are valid now: bound to this plan and newer than `since`. */
  approvals(): Promise<readonly {readonly actor: string; readonly authenticated: boolean; readonly at: string}[]>;
  /** Who started the migration's first runner. */
  starter(): Promise<string>;
  readonly approval: {readonly quorum: number; readonly starterMay: boolean; readonly expiresMs: number};
  now(): Date;
}

/** One place that has to take something: `data on its disk`. */
export type Room = {readonly where: string; readonly neededBytes: number; readonly freeBytes: number};

export type VerificationSummary = {
  readonly at: string;
  readonly equal: boolean;
  readonly tables: number;
  readonly rows: string;
  readonly differing: number;
  readonly uncompared: number;
};
