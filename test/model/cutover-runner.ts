/** What a runner of the cutover's world may do next. Every decision it takes is the product's. */
import {
  attemptNumber,
  type CutoverRules,
  type CutoverState,
  fenceRow,
  INDEXES,
  type Index,
  isDecided,
  isLockFree,
  type RunnerState,
  set,
  sourceRows,
  targetRows,
} from './cutover-state.ts';
import type {Act} from './cutover-world.ts';

const GUARD_MS = 2_000;

/** One runner at one state: `go` makes an act of it, `attempt` is what it works on. */
type Runner = {
  readonly rules: CutoverRules;
  readonly state: CutoverState;
  readonly index: Index;
  readonly attempt: Index;
  readonly go: (label: string, to: RunnerState, change?: Partial<CutoverState>) => Act;
};

export const runnerSteps = (rules: CutoverRules, state: CutoverState): Act[] =>
  INDEXES.flatMap((index) => {
    const at = state.runners[index];
    const go: Runner['go'] = (label, to, change = {}) => ({
      label: `runner ${index + 1} ${label}`,
      change: {...change, runners: set(state.runners, index, to)},
    });
    const runner = {rules, state, index, attempt: index === 1 ? state.job : index, go};
    return [...STEPS[at](runner), ...deaths(runner, at), ...monitor(runner, at)];
  });

const STEPS: Readonly<Record<RunnerState, (runner: Runner) => Act[]>> = {
  off: ({rules, state, index, go}) => {
    if (index === 0) return [go('arms', 'hold', {epoch: 1, targetEpoch: 1, ...armed(rules, state, 0)})];
    return rules.hasSuccessor && state.runners[0] !== 'off' ? [go('takes over the source', 'take-target', {epoch: 2})] : [];
  },
  'take-target': ({go}) => [go('takes over the target', 'look', {targetEpoch: 2})],
  look: (runner) => lookActs(runner),
  looked: ({rules, state, go}) => [
    go('stays aborted', 'aborted'),
    ...(state.rows[1] === undefined ? [go('begins its own attempt', 'hold', {job: 1, ...armed(rules, state, 1)})] : []),
  ],
  hold: (runner) => [...(runner.state.clientA === 2 ? [] : [runner.go('holds', first(runner.rules), {isPaused: true})]), ...giveUp(runner)],
  fence: (runner) => [...fenceActs(runner), ...giveUp(runner)],
  drain: (runner) => [runner.go('drains', afterDrain(runner.rules), {applied: runner.state.written}), ...giveUp(runner)],
  lock: (runner) => [...lockActs(runner), ...giveUp(runner)],
  wait: ({state, attempt, index, go}) => {
    if (!isLockFree(state, attempt)) return [];
    return state.rows[attempt] === 'fenced'
      ? [go('has the lock, without another look', 'commit', {locks: set(state.locks, attempt, index + 1)})]
      : [go('lost the decision', 'abort')];
  },
  commit: ({rules, state, attempt, go}) => {
    const unlocked = {locks: set(state.locks, attempt, 0)};
    const done = {...unlocked, rows: set(state.rows, attempt, 'committed')};
    return [
      go('COMMIT', rules.order === 'open-before-decide' ? 'route' : 'open', done),
      go('COMMIT, the answer is lost', 'abort', done),
      go('COMMIT never arrives', 'abort', unlocked),
    ];
  },
  open: ({rules, state, index, go}) => {
    if (state.targetEpoch !== index + 1) return [go('may not open: epoch', 'done')];
    return [go('opens the target', rules.order === 'open-before-decide' ? 'lock' : 'route', {isTargetOpen: true})];
  },
  route: ({go}) => [go('routes to the target and resumes', 'done', {route: 'target', isPaused: false})],
  abort: ({rules, state, attempt, go}) => {
    const decision = rules.release(fenceRow(rules, state, attempt));
    if (decision === 'committed') return [go('asks the row: committed', 'open')];
    return isLockFree(state, attempt) ? [go('releases the source', 'unhold', released(state, attempt, decision))] : [];
  },
  unhold: ({go}) => [go('resumes', 'aborted', {isPaused: false})],
  done: ({rules, index, go}) => restart(rules, index, go),
  aborted: ({rules, index, go}) => restart(rules, index, go),
  dead: ({rules, index, go}) => restart(rules, index, go),
};

/** What a release makes of the row. */
export const released = (state: CutoverState, attempt: Index, decision: ReturnType<CutoverRules['release']>): Partial<CutoverState> =>
  decision === 'release' || decision === 'insert-tombstone'
    ? {rows: set(state.rows, attempt, 'released'), late: set(state.late, attempt, 0)}
    : {};

const armed = (rules: CutoverRules, state: CutoverState, index: Index): Partial<CutoverState> =>
  rules.hasWatchdogs && state.watchdogs[index] === 'off' ? {watchdogs: set(state.watchdogs, index, 'watch')} : {};

/** A restart rests on the databases alone. */
const lookActs = ({rules, state, go}: Runner): Act[] => {
  const takeover = rules.takeover(sourceRows(rules, state), targetRows(rules, state));
  if (takeover.action === 'unknown') return [go(`calls a person: ${takeover.reason}`, 'aborted')];
  if (takeover.action === 'none') {
    if (takeover.open === 'target') return [go('finds the target open', 'route')];
    return [go('finds nothing decided, resumes and says so', 'looked', {isPaused: false, saidAborted: true})];
  }
  const attempt = INDEXES.find((index) => attemptNumber(rules, index) === takeover.epoch);
  if (attempt === undefined) return [];
  if (takeover.action === 'finish') return [go(`finds attempt ${attempt + 1} committed`, 'open', {job: attempt})];
  const decision = rules.release(fenceRow(rules, state, attempt));
  return isLockFree(state, attempt) ? [go(`releases attempt ${attempt + 1}`, 'look', released(state, attempt, decision))] : [];
};

const first = (rules: CutoverRules): RunnerState => (rules.order === 'drain-before-fence' ? 'drain' : 'fence');
const afterDrain = (rules: CutoverRules): RunnerState =>
  (({normal: 'lock', 'drain-before-fence': 'fence', 'open-before-decide': 'open'}) as const)[rules.order];

const fenceActs = ({rules, state, index, attempt, go}: Runner): Act[] => {
  if (rules.fenceAsksEpoch && state.epoch !== index + 1) return [go('may not fence: epoch', 'abort')];
  if (state.rows[attempt] !== undefined) return [go('may not fence: this attempt is over', 'abort')];
  const waits = rules.fence === 'trigger' && (state.clientA === 2 || state.clientB === 2);
  const rows = set(state.rows, attempt, 'fenced');
  return waits
    ? []
    : [go('fences the source', rules.order === 'drain-before-fence' ? 'lock' : 'drain', {rows, late: set(state.late, attempt, 0)})];
};

const lockActs = ({rules, state, index, attempt, go}: Runner): Act[] => {
  const decide = () =>
    rules.commit({row: fenceRow(rules, state, attempt), epochOnServer: state.epoch, myEpoch: index + 1, guardMs: GUARD_MS});
  if (rules.clock === 'before-lock')
    return [decide() === 'commit' ? go('tests the deadline, then waits for the lock', 'wait') : go('is too late', 'abort')];
  if (!isLockFree(state, attempt)) return [];
  return [
    decide() === 'commit'
      ? go('has the lock, may commit', 'commit', {locks: set(state.locks, attempt, index + 1)})
      : go('lost the decision', 'abort'),
  ];
};

const giveUp = ({go}: Runner): Act[] => [go('gives up', 'abort')];

const restart = (rules: CutoverRules, index: Index, go: Runner['go']): Act[] =>
  index === 1 && rules.isSuccessorMortal ? [go('starts again, takes over the source', 'take-target', {job: 1})] : [];

/** Holds nothing and does nothing by itself: dead or not is the same. */
const IDLE: readonly RunnerState[] = ['off', 'dead', 'done', 'aborted'];

/** The server frees what a dead session had locked. */
const deaths = ({rules, state, index, go}: Runner, at: RunnerState): Act[] => {
  if (IDLE.includes(at) || (index === 1 && !rules.isSuccessorMortal)) return [];
  const [a, b] = state.locks;
  const mine = index + 1;
  return [go('dies', 'dead', {locks: [a === mine ? 0 : a, b === mine ? 0 : b]})];
};

const monitor = ({rules, state, index, go}: Runner, at: RunnerState): Act[] => {
  if (index !== 1 || !rules.monitors) return [];
  if (at === 'done' && isDecided(state) && (state.isPaused || state.route === 'source')) return [go('sees the proxy astray', 'route')];
  if (at === 'aborted' && !isDecided(state) && state.isPaused) return [go('sees the proxy paused', 'unhold')];
  return [];
};
