/**
 * The four kinds of errors and what the runner does with each. A refused gate is an answer and a cancelled run is an
 * abort signal; neither is an error.
 */

/** The codes a person may meet. `src/cli/explain.ts` carries the page of each: what it means, when it is normal, what to do. */
export type ErrorCode =
  | 'CF-PLAN-001' // the plan file is not valid
  | 'CF-PLAN-002' // the plan was edited while its migration is running
  | 'CF-PLAN-003' // a secret reference could not be resolved
  | 'CF-PLAN-004' // no plan file of that name
  | 'CF-PLAN-005' // an address is of another engine than the plan says
  | 'CF-CONN-001' // a database could not be reached
  | 'CF-CONN-002' // user or password refused
  | 'CF-CONN-003' // the server's certificate could not be verified
  | 'CF-CONN-004' // the connection was lost while it was needed
  | 'CF-SRC-001' // the log does not carry what a change stream needs
  | 'CF-SRC-002' // no free replication slot or sender
  | 'CF-SRC-003' // publication or slot exists already and is not ours
  | 'CF-SRC-004' // the slot was lost, dropped or moved by somebody else
  | 'CF-SRC-005' // the source is another server than when the run started
  | 'CF-SRC-006' // transactions that are open hold up the start of the stream
  | 'CF-SRC-007' // a side is a standby
  | 'CF-SRC-008' // something that uses the source is not moved with it
  | 'CF-SCOPE-001' // no table matches the plan's scope
  | 'CF-SCOPE-002' // a table has no usable key
  | 'CF-SCOPE-003' // a table's replica identity does not carry its key
  | 'CF-SCOPE-004' // an object the engine cannot move
  | 'CF-MAP-001' // the mapping does not fit the tables
  | 'CF-MAP-002' // the way back would lose values
  | 'CF-MAP-003' // a value cannot go through the mapping
  | 'CF-TGT-001' // the target is not empty
  | 'CF-TGT-002' // the target is older than the source
  | 'CF-TGT-003' // the target was written by somebody else
  | 'CF-TGT-004' // the schema files failed on the target
  | 'CF-DDL-001' // the source's schema changed while the run was going on
  | 'CF-DDL-002' // a table was too busy to be changed without holding up its users
  | 'CF-DDL-003' // something still uses what a change in place takes away
  | 'CF-GRANT-001' // a grant is missing
  | 'CF-LEASE-001' // another runner holds the migration
  | 'CF-LEASE-002' // a newer runner took over
  | 'CF-APPLY-001' // the target met a row it should not, or missed one it should have
  | 'CF-APPLY-002' // the target refused a row for good
  | 'CF-APPLY-003' // one value is larger than the plan allows
  | 'CF-PARK-001' // rows that the source cannot hold keep the way back closed
  | 'CF-PARK-002' // too many rows cannot go back
  | 'CF-VERIFY-001' // the data differ
  | 'CF-VERIFY-002' // the data could not be compared
  | 'CF-CUT-001' // the cutover attempt was abandoned; the source serves
  | 'CF-CUT-002' // ownership unknown
  | 'CF-SWITCH-001' // clients will notice the switch
  | 'CF-CANARY-001' // a path of the application does not reach the side that serves
  | 'CF-CANARY-002' // the tokens of the canary do not add up
  | 'CF-CANARY-003' // the canary could not write before the hold
  | 'CF-CANARY-004' // what users see of the cutover is measured in part or not at all
  | 'CF-FAILOVER-001' // the failover automation could not be paused, resumed or asked
  | 'CF-FAILOVER-002' // another server is primary than planned
  | 'CF-FAILOVER-003' // nobody tells the failover automation about a cutover
  | 'CF-RELAY-001' // Kafka or Kafka Connect could not be reached, or gave no answer
  | 'CF-RELAY-002' // the Kafka cluster does not fit
  | 'CF-RELAY-003' // messages that are needed are gone
  | 'CF-RELAY-004' // a message cannot be understood
  | 'CF-RELAY-005' // the connector failed
  | 'CF-RELAY-006' // the connector's settings hold a password
  | 'CF-RELAY-007' // a row does not fit into a message
  | 'CF-READ-001' // reads have another answer on the target
  | 'CF-READ-002' // reads failed on the target
  | 'CF-READ-003' // the outbox of dual writes does not fit
  | 'CF-GATE-001' // a gate is red
  | 'CF-ENV-001' // the project's file cannot be used
  | 'CF-ENV-002' // nothing stands for a reference of the plan
  | 'CF-ENV-003' // a server of an environment could be one of the plan's own
  | 'CF-ENV-004' // an environment has another schema than the plan's databases
  | 'CF-REHEARSE-001' // a place for a clone could be somebody's database
  | 'CF-REHEARSE-002' // it is not clear what becomes of a column in the clone
  | 'CF-REHEARSE-003' // the clone could not be made
  | 'CF-REHEARSE-004' // values of people are readable in the clone
  | 'CF-REHEARSE-005' // the rehearsal did not go through
  | 'CF-REHEARSE-006' // the record of a rehearsal cannot be used
  | 'CF-REHEARSE-007' // the peak of the source could not be measured
  | 'CF-REHEARSE-008' // the log of the source could not be recorded
  | 'CF-REHEARSE-009' // a recording cannot be used
  | 'CF-APPROVE-001' // who approves is not somebody whom the plan knows and lets
  | 'CF-APPROVE-002' // the signature is not one for this
  | 'CF-APPROVE-003' // this very approval was given already
  | 'CF-APPROVE-004' // it was given for a plan or for verdicts of before
  | 'CF-APPROVE-005' // who started the run approves
  | 'CF-API-001' // nobody is let in with this access token
  | 'CF-API-002' // the access token is not for this
  | 'CF-API-003' // too many calls
  | 'CF-STATE-001' // the local state is missing or damaged
  | 'CF-STATE-002' // the journal's chain is broken
  | 'CF-STATE-003' // a database has lost what it had confirmed
  | 'CF-VERB-001' // the verb does not fit the state of the run
  | 'CF-VERB-002' // the reverse window is not over
  | 'CF-VERB-003' // the plan gives whoever asks another role
  | 'CF-USAGE-001' // wrong flags or arguments
  | 'CF-DISK-001' // not enough room
  | 'CF-DISK-002' // a disk ran full, or was about to, while the run was at work
  | 'CF-SLOT-001' // the log kept for the stream is about to reach its limit
  | 'CF-SLOT-002'; // the stream was given up so that the server does not run full

type Options = {readonly code: ErrorCode; readonly next?: string; readonly cause?: unknown};

abstract class CrossfadeError extends Error {
  readonly code: ErrorCode;
  /** What the person should do next, in one sentence. */
  readonly next: string | undefined;
  constructor(message: string, options: Options) {
    super(message, {cause: options.cause});
    this.name = new.target.name;
    this.code = options.code;
    this.next = options.next;
  }
}

/** The world may be better in a moment: retried within the plan's limit. */
export class TransientError extends CrossfadeError {}

/** This cannot succeed as planned: the run stops and keeps everything resumable. */
export class TerminalError extends CrossfadeError {}

/** We cannot prove which side takes writes: stops, never retries by itself, calls a person. */
export class OwnershipUnknownError extends CrossfadeError {}

/** Our own code is wrong: stops at once. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

export const isCoded = (error: unknown): error is TransientError | TerminalError | OwnershipUnknownError => error instanceof CrossfadeError;

/** What whatever was thrown says of itself; of several that came together without a word of their own, the first one. */
export const errorText = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '' && error.errors.length) return errorText(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
};
