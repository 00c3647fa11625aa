/**
 * A go/no-go question asked by the runner before a phase. It measures once and answers with evidence; it throws only
 * when it could not measure, which the runner treats as no-go. While a gate waits, the stream keeps applying and the
 * gate keeps measuring.
 */
import type {Verdict} from '../journal/journal.ts';
import type {Person} from '../model/person.ts';
import type {ReadTally} from '../model/read-tally.ts';
import type {RehearsalRecord, Surroundings} from '../model/rehearsal-record.ts';
import type {Side} from '../model/side.ts';
import type {ChangedSince} from '../verify/verifier.ts';

export interface Gate {
  /** What has to be so for a go, in words and with the limit in force; for `plan`, which measures nothing. */
  limits?(measures: Pick<Measures, 'settings' | 'approval'>): string;
  /** Asking takes long or costs others something: asked before those that do not, so that their answers are the newest. */
  readonly isCostly?: true;
  /** What it says comes and goes by itself, so approvals do not rest on it. */
  readonly isOfTheMoment?: true;
  check(measures: Measures): Promise<Answer>;
}

/**
 * `holdsMs`: for how long nobody asks again, of a gate that is costly. `isUnmeasured`: it is no-go only because something
 * is not known yet, which says nothing against what people have approved.
 */
export type Answer = Omit<Verdict, 'gate'> & {readonly holdsMs?: number; readonly isUnmeasured?: boolean};

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
  /** Transactions of others that a fence on the side that serves would have to wait for now. */
  longTransactions(): Promise<readonly {readonly words: string; readonly ageMs: number | undefined}[]>;
  /** Rows of every table on both sides, counted while the stream goes on; throws when they came and went too fast. */
  rowCounts(): Promise<{readonly tables: number; readonly rows: string; readonly differences: readonly string[]}>;
  /** What routers have reported of the application's reads since the route last changed, and what the plan wants of them. */
  reads(): Promise<{
    readonly routers: number;
    readonly readPercent: number;
    readonly tally: ReadTally;
    readonly enough: {readonly equal: number; readonly answered: number};
    readonly failuresMax: number;
  }>;
  /** What keeps the way back from working, one sentence each. */
  wayBackFaults(): Promise<readonly string[]>;
  /** The answer of a side to a question of the plan's: rows of texts, at most `rowsMax` of them. */
  ask(side: Side, query: string, limits: {readonly limitMs: number; readonly rowsMax: number}): Promise<readonly TextRow[]>;
  /** Runs an operator's program with these facts in its environment; what it prints, if it ends well. */
  program(run: readonly string[], facts: Readonly<Record<string, string>>, limitMs: number): Promise<string>;
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** The record of a rehearsal in that file, with who has signed it, if somebody has whom the plan knows. Throws where it is none, or was altered. */
  rehearsal(file: string): Promise<{readonly record: RehearsalRecord; readonly signer: string | undefined}>;
  /** The plan, both servers and the size of the source as they are now. */
  surroundings(): Promise<Surroundings>;
  /** What a reference of the plan stands for. */
  secret(reference: string): Promise<string>;
  readonly migration: {readonly id: string; readonly name: string; readonly planChecksum: string};
  /** Approvals that are valid now: bound to this plan and newer than `since`. */
  approvals(): Promise<readonly Approved[]>;
  /** Who started the migration's first runner. */
  starter(): Promise<string>;
  readonly approval: ApprovalRules;
  now(): Date;
}

/** `authenticated`: signed by a key that the plan knows. `account`: of the machine on which it was given. */
export type Approved = {readonly actor: string; readonly account: string; readonly authenticated: boolean; readonly at: string};

export type ApprovalRules = {
  readonly quorum: number;
  readonly starterMay: boolean;
  readonly expiresMs: number;
  /** Whom the plan knows; then nobody else counts. */
  readonly people?: readonly Person[];
};

export type TextRow = readonly (string | null)[];

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly limitMs: number;
};
/** Of the body only the beginning. */
export type HttpAnswer = {readonly status: number; readonly body: string};

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
