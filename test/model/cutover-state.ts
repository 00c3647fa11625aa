/**
 * The state of the cutover's world and what the databases in it do by themselves. Two runners (the first may be dead
 * or a zombie when the second starts), a watchdog each, client A through the proxy, client B on the source directly
 * with a snapshot that may be older than everything.
 */
import type {decideCommit, decideRelease, decideTakeover, decideWatchdog} from '../../src/model/cutover-decision.ts';
import type {FenceRow, FenceState} from '../../src/model/fence-row.ts';

/** The product's, or one that is wrong on purpose. */
export type Decisions = {
  readonly takeover: typeof decideTakeover;
  readonly commit: typeof decideCommit;
  readonly release: typeof decideRelease;
  readonly watchdog: typeof decideWatchdog;
};

export type CutoverRules = Decisions & {
  /** A successor may take over; it may die and start again. */
  readonly hasSuccessor: boolean;
  readonly isSuccessorMortal: boolean;
  /** The successor keeps comparing the proxy with the decision. */
  readonly monitors: boolean;
  readonly hasWatchdogs: boolean;
  readonly areWatchdogsMortal: boolean;
  /** A watchdog that has resumed goes away at once. */
  readonly watchdogLeavesAfterUndo: boolean;
  /** A trigger per attempt | one trigger that reads a row | a fence that does not wait for open writers. */
  readonly fence: 'trigger' | 'state-row' | 'no-wait';
  /** The trigger locks the row FOR SHARE before it lets a write pass. */
  readonly locksShare: boolean;
  /** Where the deadline is tested. */
  readonly clock: 'under-lock' | 'before-lock';
  /** The fence transaction requires its epoch to be current. */
  readonly fenceAsksEpoch: boolean;
  readonly order: 'normal' | 'open-before-decide' | 'drain-before-fence';
  /** Writes on the source that are explored. */
  readonly writes: number;
  /** Both sides' rows before the first attempt; the attempts are numbered after the newest. */
  readonly history: {readonly source: readonly FenceRow[]; readonly target: readonly FenceRow[]};
};

export const RUNNER_STATES = [
  ...(['off', 'hold', 'fence', 'drain', 'lock', 'wait', 'commit', 'open', 'route', 'done'] as const),
  ...(['abort', 'unhold', 'aborted', 'dead', 'take-target', 'look', 'looked'] as const),
];
export type RunnerState = (typeof RUNNER_STATES)[number];
export const WATCHDOG_STATES = ['off', 'watch', 'release', 'undo', 'open', 'route', 'gone'] as const;
export type WatchdogState = (typeof WATCHDOG_STATES)[number];

/** Index 0 is the first attempt, of the first runner; 1 is the second. */
export type Pair<T> = readonly [T, T];
export const INDEXES = [0, 1] as const;
export type Index = (typeof INDEXES)[number];

export type CutoverState = {
  /** The source's row of each attempt; undefined before its fence. */
  readonly rows: Pair<FenceState | undefined>;
  /** Its deadline: 0 far, 1 inside the guard, 2 passed. */
  readonly late: Pair<number>;
  /** The runner that holds the row FOR UPDATE, plus one; 0 nobody. */
  readonly locks: Pair<number>;
  /** The current epoch on each side. */
  readonly epoch: number;
  readonly targetEpoch: number;
  readonly runners: Pair<RunnerState>;
  /** The attempt that the second runner finishes for the first, or its own. */
  readonly job: Index;
  readonly watchdogs: Pair<WatchdogState>;
  readonly isPaused: boolean;
  readonly route: 'source' | 'target';
  readonly isTargetOpen: boolean;
  /** 0 idle, 1 a snapshot is taken, 2 a write is open; with the rows it saw and the rows it locks. */
  readonly clientA: number;
  readonly shareA: number;
  readonly clientB: number;
  readonly seenB: Pair<FenceState | undefined>;
  readonly shareB: number;
  /** Writes committed on the source, and how many of them the target has. */
  readonly written: number;
  readonly applied: number;
  readonly isTargetWritten: boolean;
  /** The second runner has reported the first attempt as aborted. */
  readonly saidAborted: boolean;
};

export const START: CutoverState = {
  rows: [undefined, undefined],
  late: [0, 0],
  locks: [0, 0],
  epoch: 0,
  targetEpoch: 0,
  runners: ['off', 'off'],
  job: 1,
  watchdogs: ['off', 'off'],
  isPaused: false,
  route: 'source',
  isTargetOpen: false,
  clientA: 0,
  shareA: 0,
  clientB: 0,
  seenB: [undefined, undefined],
  shareB: 0,
  written: 0,
  applied: 0,
  isTargetWritten: false,
  saidAborted: false,
};

export const set = <T>(pair: Pair<T>, index: Index, value: T): Pair<T> => (index === 0 ? [value, pair[1]] : [pair[0], value]);

const REMAINING_MS = [5_000, 1_000, -1];
/** Attempt `index` as its row is read by the product. */
export const fenceRow = (rules: CutoverRules, state: CutoverState, index: Index): FenceRow | undefined => {
  const row = state.rows[index];
  if (row === undefined) return undefined;
  return {epoch: attemptNumber(rules, index), state: row, remainingMs: REMAINING_MS[state.late[index]] ?? 0};
};

export const attemptNumber = (rules: CutoverRules, index: Index): number => {
  const {source, target} = rules.history;
  return 1 + index + Math.max(0, ...source.map((row) => row.epoch), ...target.map((row) => row.epoch));
};

export const sourceRows = (rules: CutoverRules, state: CutoverState): FenceRow[] => [
  ...rules.history.source,
  ...INDEXES.flatMap((index) => fenceRow(rules, state, index) ?? []),
];
export const targetRows = (rules: CutoverRules, state: CutoverState): FenceRow[] =>
  rules.history.target.map((row) => (state.isTargetOpen ? {...row, state: 'released'} : row));

export const isDecided = (state: CutoverState): boolean => state.rows.includes('committed');
const isPassable = (state: CutoverState, row: FenceState | undefined, index: Index): boolean =>
  row === 'released' || (row === 'fenced' && state.late[index] === 2);
export const isSourceOpen = (state: CutoverState): boolean =>
  INDEXES.every((index) => state.rows[index] === undefined || isPassable(state, state.rows[index], index));

/** Service as it should be: the proxy runs, towards the one open side. */
export const isServing = (state: CutoverState): boolean => {
  if (state.isPaused) return false;
  return state.route === 'source' ? isSourceOpen(state) && !state.isTargetOpen : state.isTargetOpen && isDecided(state);
};

/** What the source's triggers answer to a write: refused or waiting (undefined), or the rows they locked FOR SHARE. */
export const passFence = (rules: CutoverRules, state: CutoverState, snapshot?: Pair<FenceState | undefined>): number | undefined => {
  let share = 0;
  for (const index of INDEXES) {
    const row = state.rows[index];
    if (row === undefined) continue; // no trigger of this attempt
    const seen = snapshot ? snapshot[index] : row;
    if (rules.fence === 'state-row') {
      if (seen === undefined || seen === 'released') continue; // reads the caller's snapshot
      return undefined;
    }
    if (!isPassable(state, seen, index)) return undefined; // an old snapshot finds no row, and is refused
    if (!rules.locksShare) continue;
    if (state.locks[index] !== 0) return undefined;
    if (row !== seen) return undefined; // 40001
    share |= 1 << index;
  }
  return share;
};

/** Nobody holds a lock that a FOR UPDATE would wait for. */
export const isLockFree = (state: CutoverState, index: Index): boolean => {
  const shared = (state.clientA === 2 ? state.shareA : 0) | (state.clientB === 2 ? state.shareB : 0);
  return state.locks[index] === 0 && ((shared >> index) & 1) === 0;
};

const ROWS: readonly (FenceState | undefined)[] = [undefined, 'closed', 'fenced', 'committed', 'released'];
const rowsCode = ([a, b]: Pair<FenceState | undefined>): number => ROWS.indexOf(a) * 5 + ROWS.indexOf(b);
/** Mixed radix, below 2^53: most of the explorer's work is looking states up. */
export const keyOf = (s: CutoverState): number => {
  const locks = ((rowsCode(s.rows) * 9 + s.late[0] * 3 + s.late[1]) * 9 + s.locks[0] * 3 + s.locks[1]) * 9 + s.epoch * 3 + s.targetEpoch;
  const runners = (RUNNER_STATES.indexOf(s.runners[0]) * 17 + RUNNER_STATES.indexOf(s.runners[1])) * 2 + s.job;
  const watchdogs = WATCHDOG_STATES.indexOf(s.watchdogs[0]) * 7 + WATCHDOG_STATES.indexOf(s.watchdogs[1]);
  const clients = ((s.clientA * 4 + s.shareA) * 12 + s.clientB * 4 + s.shareB) * 25 + rowsCode(s.seenB);
  const writes = (s.written * 4 + s.applied) * 32 + flags(s);
  return (((locks * 578 + runners) * 49 + watchdogs) * 3600 + clients) * 512 + writes;
};

const flags = (s: CutoverState): number =>
  Number(s.isPaused) +
  2 * Number(s.route === 'target') +
  4 * Number(s.isTargetOpen) +
  8 * Number(s.isTargetWritten) +
  16 * Number(s.saidAborted);
