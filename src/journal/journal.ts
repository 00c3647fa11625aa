/**
 * The append-only, hash-chained record of one migration's facts: audit log, resume point, event list and the report's
 * only source. Written by the runner and by signals; the workflow's state is a fold of it. An entry keeps its meaning
 * for ever: new facts are new members, none is ever changed.
 */
import type {RehearsedOn} from '../model/rehearsal-record.ts';
import type {RepairedRows} from '../model/repair-cause.ts';
import type {Side} from '../model/side.ts';
import type {StatementComparison} from '../model/statement-comparison.ts';
import type {Setting, SettingValue, Tuning} from '../model/tuning.ts';
import type {Forecast} from '../model/forecast.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import type {AccessToken} from './access-token.ts';

export type {StatementsOnRecord} from './statements-record.ts';

export type Verdict = {
  readonly gate: string;
  readonly go: boolean;
  /** What was measured, for people: `lag 40 ms (limit 1000 ms)`. */
  readonly evidence: string;
  /** What a rehearsal let expect of this run. */
  readonly forecast?: Forecast;
};

/** Who did it: a person by uid or key, or the runner. `authenticated`: it is signed. */
export type Actor = {
  readonly kind: 'runner' | 'person';
  readonly name: string;
  readonly authenticated: boolean;
  /** Of somebody whom the plan knows: the account of the machine, which anybody may have. */
  readonly account?: string;
  /** Of somebody who asked by the API: which access token let them in. The journal has nobody's word for it but the server's. */
  readonly token?: string;
};

export type JournalFact =
  | {
      readonly type: 'migration-created';
      readonly name: string;
      readonly planFile: string;
      readonly planChecksum: string;
      readonly plan: unknown;
      readonly workflow: string;
      readonly version: string;
      /** Absent: it is carried out on the databases that the plan names. */
      readonly rehearsal?: RehearsedOn;
    }
  | {readonly type: 'runner-started'; readonly epoch: number; readonly holder: string; readonly host?: string; readonly pid: number}
  | {readonly type: 'runner-stopped'; readonly reason: string}
  | {readonly type: 'phase-started'; readonly phase: string}
  | {readonly type: 'phase-ended'; readonly phase: string; readonly outcome: string; readonly evidence: Readonly<Record<string, unknown>>}
  /** Intent before the act, outcome after it. `attempt` tells repeated visits of a phase apart. */
  | {readonly type: 'step-intent'; readonly phase: string; readonly step: string; readonly attempt: number}
  | {readonly type: 'step-outcome'; readonly phase: string; readonly step: string; readonly attempt: number; readonly evidence: unknown}
  | {
      readonly type: 'step-failed';
      readonly phase: string;
      readonly step: string;
      readonly attempt: number;
      readonly error: string;
      readonly code: string | undefined;
    }
  /** `place`: in the phase's list; absent in entries of before it was kept. `isOfTheMoment`: no approval rests on it. */
  | {
      readonly type: 'gate-verdict';
      readonly phase: string;
      readonly verdict: Verdict;
      readonly place?: number;
      readonly isOfTheMoment?: true;
    }
  | {readonly type: 'gates-passed'; readonly phase: string; readonly verdicts: readonly Verdict[]}
  | {readonly type: 'signal'; readonly signal: Signal; readonly actor: Actor; readonly reason: string | undefined}
  /** The runner's answer to the signal of that entry: it came at a moment when it must not count, and never will. */
  | {readonly type: 'signal-refused'; readonly seq: number; readonly code: string; readonly reason: string}
  /** A comparison outside the phases, asked for by an operator; `repaired` rows were read again and compared anew. */
  | {
      readonly type: 'verified';
      /** Nobody asked: the comparison was renewed, or rows that changed since were found to differ. */
      readonly by?: 'runner';
      readonly evidence: Readonly<Record<string, unknown>>;
      readonly repaired: number;
      /** Of each row that was repaired, why it differed; absent in entries of before it was told, and where nothing was. */
      readonly causes?: readonly RepairedRows[];
      readonly error: string | undefined;
    }
  /** Before rows are repaired: which, and why they differed. A repair that was killed has left this, and no `verified`. */
  | {readonly type: 'repairing'; readonly causes: readonly RepairedRows[]}
  /** The runner has taken up what an operator set; `signal` is the number of that entry. */
  | {readonly type: 'tuned'; readonly signal: number; readonly tuning: Tuning}
  /** A runner that could not be asked any more: its sessions were ended, and nobody has taken its place yet. */
  | {
      readonly type: 'unlocked';
      /** As the databases knew it. */
      readonly holder: string;
      readonly since: string;
      /** Whatever the runner still sends is refused from this epoch on. */
      readonly epoch: number;
      /** The code that was overridden, when the holder seemed to be alive. */
      readonly override: string | undefined;
      readonly actor: Actor;
      readonly reason: string | undefined;
    }
  /**
   * The local journal was lost and rebuilt from what the databases knew; `head` is the lost journal's last known digest.
   * `planFile`: where the plan lies here. `from`: whose copy a person chose to believe, where they did not agree.
   */
  | {
      readonly type: 'adopted';
      readonly planFile?: string;
      readonly from?: string;
      readonly head: {readonly seq: number; readonly hash: string};
      readonly entries: number;
      readonly reason: string | undefined;
      readonly actor?: Actor;
    }
  | {
      readonly type: 'plan-amended';
      readonly planFile?: string;
      readonly checksum: string;
      readonly plan: unknown;
      readonly diff: string;
      readonly reason: string;
      /** Absent in entries of before it was kept, and where nobody was asked. */
      readonly actor?: Actor;
    }
  | {readonly type: 'decision'; readonly what: string; readonly side: Side | undefined; readonly epoch: number; readonly evidence: unknown}
  | {readonly type: 'paused'; readonly where: string}
  | {readonly type: 'resumed'; readonly where: string}
  /** `next`: what the error said comes next; absent in entries of before it was kept, and where it said nothing. */
  | {readonly type: 'failed'; readonly code: string | undefined; readonly error: string; readonly next?: string}
  /**
   * A hook was told of what entry `of` says, or could not be. Without this entry it may have been told: it is told again,
   * with the same `delivery`.
   */
  | {
      readonly type: 'hook';
      readonly event: string;
      readonly of: number;
      readonly hook: string;
      readonly delivery: string;
      readonly ok: boolean;
      readonly says: string;
    }
  /** In the reverse window: what statements cost on the target, beside what they cost on the source; each time it has news. */
  | {readonly type: 'statements-compared'; readonly comparison: StatementComparison}
  | {readonly type: 'note'; readonly text: string};

/** An operator's request. Recorded at once by the command, taken up by the runner. */
export type Signal =
  | {readonly type: 'pause'}
  | {readonly type: 'resume'}
  /** `evidence`: the digest of the verdicts that it was given for; absent in entries of before it was kept. */
  | {
      readonly type: 'approve';
      readonly gate: string;
      readonly planChecksum: string;
      readonly evidence?: string;
      readonly signed?: Signature;
    }
  | {readonly type: 'reject'; readonly gate: string}
  | {readonly type: 'cutover'}
  | {readonly type: 'reverse'}
  | {readonly type: 'complete'}
  | {readonly type: 'abort'}
  /** `seeded`: hashed keys of rows that a drill has changed on purpose. */
  | {readonly type: 'verify'; readonly repair: boolean; readonly seeded?: readonly string[]}
  /** `percent` of the time no copying and no comparing is begun. */
  | {readonly type: 'throttle'; readonly percent: number}
  | {readonly type: 'unthrottle'}
  | {readonly type: 'set'; readonly key: Setting; readonly value: SettingValue};

/** By whom, when, over which journal; Ed25519 over the rest of the fact, base64url. */
export type Signature = {
  readonly by: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly head: {readonly seq: number; readonly hash: string};
  readonly signature: string;
};

/** A signal with its place in the journal. */
export type HeardSignal = {readonly seq: number; readonly at: string; readonly signal: Signal};

export type Entry = {
  /** 1, 2, 3 … without gaps, per migration. */
  readonly seq: number;
  /** RFC 3339 UTC, for people. */
  readonly at: string;
  readonly fact: JournalFact;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** SHA-256 over the RFC 8785 form of `{migration, seq, at, fact, previous}`. */
  readonly hash: string;
};

export type MigrationSummary = {readonly id: string; readonly name: string; readonly createdAt: string};

/** Where journals are kept. SQLite by default, PostgreSQL with `--state postgres://…`; one schema, one conformance suite. */
export interface JournalStore {
  migrations(): Promise<readonly MigrationSummary[]>;
  create(id: string, name: string): Promise<Journal>;
  /**
   * Makes a journal of entries as they were once written, for `adopt`. One of that id that is here already has to be
   * their beginning, and is completed; anything else is CF-STATE-002, because nothing written is ever changed.
   */
  restore(id: string, name: string, entries: readonly Entry[]): Promise<Journal>;
  open(id: string): Promise<Journal>;
  /**
   * What the runner of a migration last said of its numbers, for those who look on. No part of the chain, nothing is
   * decided by it, and a crash may lose the newest.
   */
  report(id: string): Promise<LiveReport | undefined>;
  /** Replaces it. Waits for nobody: an appender that is at work is an error here, and the next second will do. */
  keepReport(id: string, report: LiveReport): Promise<void>;
  /** Every one that was ever given out for the API, in any order. */
  accessTokens(): Promise<readonly AccessToken[]>;
  /** A new one, or in the place of the one with its id. Durable when it returns. */
  keepAccessToken(token: AccessToken): Promise<void>;
  close(): Promise<void>;
}

export interface Journal {
  readonly migration: string;
  /** Durable when it returns. Writers of several processes are serialised; the chain never forks. */
  append(fact: JournalFact): Promise<Entry>;
  /** Entries after `seq`, in order. */
  entries(after?: number): Promise<readonly Entry[]>;
}

export type ChainFault = {
  readonly seq: number;
  readonly what: 'changed' | 'missing' | 'reordered' | 'unknown-head';
  readonly detail: string;
};
