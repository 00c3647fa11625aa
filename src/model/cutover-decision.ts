/**
 * Who may take writes, decided from the fence rows in the databases and from nothing else: no memory, no journal, no
 * clock but the databases' own (K1, K2, K4-K6). Called by takeover and the cutover phase, by an engine's fence under the
 * row's lock, and by the watchdog. `test/model/cutover-model.test.ts` runs every interleaving of runners, watchdogs and
 * clients through these functions.
 *
 * A fence row's `epoch` numbers the attempt. The numbers rise over both sides and both directions, so of two rows the
 * newer one was written later, whichever side it is on. The runner's own epoch, which a takeover raises, is told apart.
 */
import {unreachable} from './assert.ts';
import {InvariantViolation} from './errors.ts';
import type {FenceRow} from './fence-row.ts';
import {type Direction, origin, type Side} from './side.ts';

export type Takeover =
  /** Nothing is undecided. The caller sees to it that every switch is open and routes to `open`. */
  | {readonly action: 'none'; readonly open: Side}
  /** An attempt stopped before its decision: release that row by compare-and-set, then ask again. */
  | {readonly action: 'release'; readonly side: Side; readonly direction: Direction; readonly epoch: number}
  /** Decided, and the other side is still closed: open it and route to it. Never back. */
  | {readonly action: 'finish'; readonly direction: Direction; readonly epoch: number}
  /** No sound history leads here: OwnershipUnknownError, and a person. */
  | {readonly action: 'unknown'; readonly reason: string};

/**
 * What a new runner does first, from the rows of all epochs on both sides. One side's rows amount to: `bare` none,
 * `open` all released, `fenced`, `committed` or `closed` after the newest row that still refuses writes, `mixed` when
 * several do that cannot stand together. Rows are kept while the migration lives, so a side that was ever cut over is
 * not bare. `?` is `unknown`.
 *
 * | source \ target | bare   | open   | fenced                    | committed                 | closed          |
 * |-----------------|--------|--------|---------------------------|---------------------------|-----------------|
 * | bare            | source | ?      | ?                         | ?                         | source          |
 * | open            | ?      | ?      | ?                         | source                    | source          |
 * | fenced          | ?      | ?      | ?                         | release forward, if newer | release forward |
 * | committed       | ?      | target | release reverse, if newer | finish the newer one      | finish forward  |
 * | closed, mixed   | ?      | ?      | ?                         | ?                         | ?               |
 *
 * A closed source does not exist: only a target starts closed. A fence whose deadline has passed is released all the
 * same, so that it cannot be decided later.
 */
export const decideTakeover = (sourceRows: readonly FenceRow[], targetRows: readonly FenceRow[]): Takeover => {
  const source = postureOf(sourceRows);
  const target = postureOf(targetRows);
  switch (source.posture) {
    case 'bare':
      return target.posture === 'bare' || target.posture === 'closed' ? {action: 'none', open: 'source'} : unknown(source, target);
    case 'open':
      return target.posture === 'committed' || target.posture === 'closed' ? {action: 'none', open: 'source'} : unknown(source, target);
    case 'fenced':
      return besideFencedSource(source, target);
    case 'committed':
      return besideCommittedSource(source, target);
    case 'closed':
    case 'mixed':
      return unknown(source, target);
    default:
      return unreachable(source);
  }
};

/** Asked with the row locked, as the last thing before `committed` is written (C8, K2, K5). */
export const decideCommit = (facts: {
  /** The attempt's own row. */
  readonly row: FenceRow | undefined;
  /** The epoch that is current on this server, read in the same transaction. */
  readonly epochOnServer: number | undefined;
  readonly myEpoch: number;
  readonly guardMs: number;
}): 'commit' | {readonly refused: string} => {
  const {row, epochOnServer, myEpoch, guardMs} = facts;
  if (epochOnServer !== myEpoch) return {refused: `epoch ${epochOnServer ?? 'none'} is current here, this runner has ${myEpoch}`};
  if (row === undefined) return {refused: 'this attempt has no fence here'};
  if (row.state !== 'fenced') return {refused: `the fence is ${row.state}`};
  if (!(row.remainingMs > guardMs)) return {refused: `${row.remainingMs} ms to the deadline, more than ${guardMs} ms are needed`};
  return 'commit';
};

/**
 * Asked with the row locked. A missing row is inserted as `released`, so that no fence of that epoch can follow (K1);
 * a committed one is never taken back (K4).
 */
export const decideRelease = (row: FenceRow | undefined): 'release' | 'insert-tombstone' | 'already-released' | 'committed' => {
  if (row === undefined) return 'insert-tombstone';
  switch (row.state) {
    case 'fenced':
      return 'release';
    case 'released':
      return 'already-released';
    case 'committed':
      return 'committed';
    case 'closed':
      // Releasing it would open a side that no decision has opened.
      return assertNotClosed(row);
    default:
      return unreachable(row.state);
  }
};

export type WatchdogAction =
  | 'wait'
  /** By `decideRelease`, under the row's lock. */
  | 'release'
  | 'insert-tombstone'
  /** Open the other side and route to it, as far as that is still to be done. */
  | 'go-forward'
  /** Resume what is held; never write a route. */
  | 'undo'
  /** A newer runner is in charge, or the run is final. */
  | 'leave';

/**
 * Asked again and again until the answer is `leave`: a runner that was thought dead may hold once more (K6). A runner
 * that tries again under the same epoch dismisses the watchdog of the attempt before, which would undo the new hold.
 */
export const decideWatchdog = (facts: {
  /** The closing side's row of this watchdog's attempt. */
  readonly row: FenceRow | undefined;
  /** By the row's own deadline, or the same time measured by the watchdog; without a row, by the time since it was started. */
  readonly deadlinePassed: boolean;
  readonly epochOnServer: number | undefined;
  readonly myEpoch: number;
  readonly final: boolean;
}): WatchdogAction => {
  const {row, deadlinePassed, epochOnServer, myEpoch, final} = facts;
  if (final || (epochOnServer !== undefined && epochOnServer > myEpoch)) return 'leave';
  if (row?.state === 'released') return 'undo';
  if (!deadlinePassed) return 'wait';
  if (row === undefined) return 'insert-tombstone';
  switch (row.state) {
    case 'fenced':
      return 'release';
    case 'committed':
      return 'go-forward';
    case 'closed':
      return assertNotClosed(row);
    default:
      return unreachable(row.state);
  }
};

/** `epoch`: of the newest such row. */
type Fenced = {readonly posture: 'fenced'; readonly epoch: number};
type Committed = {readonly posture: 'committed'; readonly epoch: number};
type Posture = {readonly posture: 'bare' | 'open' | 'closed' | 'mixed'} | Fenced | Committed;

const postureOf = (rows: readonly FenceRow[]): Posture => {
  if (rows.length === 0) return {posture: 'bare'};
  const [newest, ...older] = rows.filter((row) => row.state !== 'released').sort((a, b) => b.epoch - a.epoch);
  if (newest === undefined) return {posture: 'open'};
  // A replaced runner may have left a fence behind. It opens by itself and can no longer be decided; anything else that
  // still refuses writes must be alone, because a side is opened between two decisions.
  if (older.some((row) => row.state !== 'fenced')) return {posture: 'mixed'};
  const {state: posture, epoch} = newest;
  return posture === 'fenced' ? {posture, epoch} : posture === 'committed' ? {posture, epoch} : {posture: 'closed'};
};

const besideFencedSource = (source: Fenced, target: Posture): Takeover => {
  const isForward = target.posture === 'closed' || (target.posture === 'committed' && source.epoch > target.epoch);
  return isForward ? release('forward', source) : unknown(source, target);
};

const besideCommittedSource = (source: Committed, target: Posture): Takeover => {
  switch (target.posture) {
    case 'open':
      return {action: 'none', open: 'target'};
    case 'closed':
      return {action: 'finish', direction: 'forward', epoch: source.epoch};
    case 'fenced':
      return target.epoch > source.epoch ? release('reverse', target) : unknown(source, target);
    case 'committed':
      if (source.epoch > target.epoch) return {action: 'finish', direction: 'forward', epoch: source.epoch};
      return target.epoch > source.epoch ? {action: 'finish', direction: 'reverse', epoch: target.epoch} : unknown(source, target);
    case 'bare':
    case 'mixed':
      return unknown(source, target);
    default:
      return unreachable(target);
  }
};

const release = (direction: Direction, {epoch}: Fenced): Takeover => ({action: 'release', side: origin(direction), direction, epoch});

const inWords = (posture: Posture): string => ('epoch' in posture ? `${posture.posture} in attempt ${posture.epoch}` : posture.posture);
const unknown = (source: Posture, target: Posture): Takeover => ({
  action: 'unknown',
  reason: `the source is ${inWords(source)} and the target is ${inWords(target)}`,
});

const assertNotClosed = (row: FenceRow): never => {
  throw new InvariantViolation(`attempt ${row.epoch} starts closed: it is opened by a decision, never released`);
};
