/**
 * A go/no-go question asked by the runner before a phase. It measures once and answers with evidence; it throws only
 * when it could not measure, which the runner treats as no-go. While a gate waits, the stream keeps applying and the
 * gate keeps measuring.
 */
import type {Verdict} from '../journal/journal.ts';

export interface Gate {
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
  /** What the two catalogues disagree on, one sentence each. */
  schemaDifferences(): Promise<readonly string[]>;
  /** Approvals that are valid now: bound to this plan and newer than `since`. */
  approvals(): Promise<readonly {readonly actor: string; readonly authenticated: boolean; readonly at: string}[]>;
  /** Who started the migration's first runner. */
  starter(): Promise<string>;
  readonly approval: {readonly quorum: number; readonly starterMay: boolean; readonly expiresMs: number};
  now(): Date;
}

export type VerificationSummary = {
  readonly at: string;
  readonly equal: boolean;
  readonly tables: number;
  readonly rows: string;
  readonly differing: number;
  readonly uncompared: number;
};
