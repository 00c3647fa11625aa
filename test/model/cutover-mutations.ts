/** The known bugs of the cutover (copy-model.md §5, K1-K7), each as a change of the rules. */
import {decideCommit, decideRelease, decideTakeover, decideWatchdog} from '../../src/model/cutover-decision.ts';
import type {CutoverRules, Decisions} from './cutover-state.ts';

type Mutation = Partial<CutoverRules> & {readonly name: string; readonly finds: RegExp};

const LOST_WRITE = /^I1/;
const TWO_SIDES = /^I2/;
const TWO_DECISIONS = /^I4/;
const NO_SERVICE = /^live/;

/** No successor ever comes, so that only the watchdog can help. */
export const ALONE = {hasSuccessor: false, areWatchdogsMortal: false} as const;
/** From some moment on a successor is there for good. */
export const ATTENDED = {isSuccessorMortal: false, areWatchdogsMortal: false} as const;

export const withoutEpochInCommit: Decisions['commit'] = (facts) => decideCommit({...facts, epochOnServer: facts.myEpoch});

const withoutDeadline: Decisions['commit'] = (facts) => decideCommit({...facts, guardMs: Number.NEGATIVE_INFINITY});
const withoutState: Decisions['commit'] = (facts) =>
  decideCommit({...facts, ...(facts.row === undefined ? {} : {row: {...facts.row, state: 'fenced'}})});
const releaseBlindly: Decisions['release'] = (row) => (row === undefined ? 'insert-tombstone' : 'release');
const believeJournal: Decisions['takeover'] = (source, target) => {
  const takeover = decideTakeover(source, target);
  return takeover.action === 'finish' ? {action: 'none', open: 'source'} : takeover;
};
const overlookFence: Decisions['takeover'] = (source, target) => {
  const takeover = decideTakeover(source, target);
  return takeover.action === 'release' ? {action: 'none', open: 'source'} : takeover;
};
const leaveNoTombstone: Decisions['watchdog'] = (facts) => {
  const action = decideWatchdog(facts);
  return action === 'insert-tombstone' ? 'undo' : action;
};
const neverGoForward: Decisions['watchdog'] = (facts) => {
  const action = decideWatchdog(facts);
  return action === 'go-forward' ? 'undo' : action;
};

export const cutoverMutations: readonly Mutation[] = [
  // Release and takeover.
  {name: 'release blind', release: releaseBlindly, finds: TWO_DECISIONS},
  {name: 'a takeover that believes its journal: no outcome, so nothing was decided', takeover: believeJournal, finds: TWO_DECISIONS},
  {name: 'a takeover that leaves a fence standing', takeover: overlookFence, finds: TWO_DECISIONS},
  // The decision.
  {name: 'commit without a deadline test', commit: withoutDeadline, hasSuccessor: false, finds: LOST_WRITE},
  {name: 'commit of a row that was released', commit: withoutState, hasSuccessor: false, finds: LOST_WRITE},
  {name: 'the deadline tested before the lock', clock: 'before-lock', ...ALONE, finds: LOST_WRITE},
  {name: 'no epoch in the fence and none in the decision', fenceAsksEpoch: false, commit: withoutEpochInCommit, finds: TWO_DECISIONS},
  {name: 'the target opened before the decision', order: 'open-before-decide', hasSuccessor: false, finds: TWO_SIDES},
  // The fence.
  {name: 'drained before the fence', order: 'drain-before-fence', hasSuccessor: false, finds: LOST_WRITE},
  {name: 'one trigger that reads a row of state', fence: 'state-row', hasSuccessor: false, finds: TWO_DECISIONS},
  {name: 'a fence that does not wait for open writers', fence: 'no-wait', hasSuccessor: false, finds: TWO_DECISIONS},
  {name: 'a late writer passes without locking the row', locksShare: false, hasSuccessor: false, finds: TWO_DECISIONS},
  // The watchdog.
  {name: 'no tombstone, and the watchdog leaves', watchdog: leaveNoTombstone, ...ALONE, watchdogLeavesAfterUndo: true, finds: NO_SERVICE},
  {name: 'a watchdog that does not go forward', watchdog: neverGoForward, ...ALONE, finds: NO_SERVICE},
  {name: 'no watchdog', hasWatchdogs: false, hasSuccessor: false, finds: NO_SERVICE},
  {name: 'nobody watches the proxy once all is done', ...ATTENDED, finds: NO_SERVICE},
  // Not a bug but the limit (K7): service then waits for the next start.
  {name: 'runner and watchdog both die, and nobody starts anew', hasSuccessor: false, finds: NO_SERVICE},
];

/** Looks like a mutation, and is sound. */
export const cutoverVariants: readonly (Partial<CutoverRules> & {readonly name: string})[] = [
  {name: 'the epoch asked only by the decision', fenceAsksEpoch: false, hasWatchdogs: false},
  {name: 'the epoch asked only by the fence', commit: withoutEpochInCommit, hasWatchdogs: false},
  {name: 'a watchdog that leaves after its undo, but with a tombstone', ...ALONE, watchdogLeavesAfterUndo: true},
];

export const PRODUCT_DECISIONS: Decisions = {
  takeover: decideTakeover,
  commit: decideCommit,
  release: decideRelease,
  watchdog: decideWatchdog,
};
