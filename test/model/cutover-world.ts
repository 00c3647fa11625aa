/** The cutover of hazards.md §3.3: who can do what next, and what must never happen. */
import type {Step, World} from './explore.ts';
import {
  type CutoverRules,
  type CutoverState,
  INDEXES,
  isDecided,
  isServing,
  isSourceOpen,
  keyOf,
  passFence,
  set,
  START,
} from './cutover-state.ts';
import {runnerSteps} from './cutover-runner.ts';
import {watchdogSteps} from './cutover-watchdog.ts';

/** What an actor may do: a label and the change it makes. */
export type Act = {readonly label: string; readonly change: Partial<CutoverState>};

export const cutoverWorld = (rules: CutoverRules): World<CutoverState, number> => ({
  start: START,
  keyOf,
  isGoal: isServing,
  next: (state) =>
    [...clientActs(rules, state), ...timeActs(state), ...runnerSteps(rules, state), ...watchdogSteps(rules, state)].map(({label, change}) =>
      checked(state, label, {...state, ...change}),
    ),
});

const checked = (before: CutoverState, label: string, after: CutoverState): Step<CutoverState> => {
  const violation = violationOf(before, after);
  return violation === undefined ? {label, state: after} : {label, violation};
};

const violationOf = (before: CutoverState, after: CutoverState): string | undefined => {
  if (after.isTargetOpen && !isDecided(after)) return 'I2: the target is open while nothing is decided';
  if (after.isTargetOpen && after.applied < after.written) return 'I1: the target is open without a write that the source acknowledged';
  if (after.isTargetWritten && !before.isTargetWritten && isSourceOpen(after)) return 'I2: a write on the target while the source is open';
  if (after.written > before.written && isDecided(before)) return 'I4: a write on the source after the decision';
  if (after.saidAborted && after.rows[0] === 'committed') return 'I4: reported as aborted, then committed';
  if (INDEXES.some((index) => before.rows[index] === 'committed' && after.rows[index] !== 'committed'))
    return 'I4: a commit was taken back';
  return undefined;
};

const clientActs = (rules: CutoverRules, state: CutoverState): Act[] => {
  const acts: Act[] = [];
  const add = (label: string, change: Partial<CutoverState>) => acts.push({label, change});
  const mayWrite = state.written < rules.writes;
  if (state.clientA === 0 && !state.isPaused) {
    const share = state.route === 'source' && mayWrite ? passFence(rules, state) : undefined;
    if (share !== undefined) add('A writes on the source', {clientA: 2, shareA: share});
    if (state.route === 'target' && state.isTargetOpen && !state.isTargetWritten) add('A writes on the target', {isTargetWritten: true});
  }
  if (state.clientA === 2) add('A commits on the source', {clientA: 0, shareA: 0, written: state.written + 1});
  if (state.clientB === 0 && mayWrite) add('B takes a snapshot', {clientB: 1, seenB: state.rows});
  if (state.clientB === 1) {
    const share = passFence(rules, state, state.seenB);
    if (share !== undefined) add('B writes on the source', {clientB: 2, shareB: share});
    add('B ends without a write', {clientB: 0, seenB: [undefined, undefined]});
  }
  if (state.clientB === 2)
    add('B commits on the source', {clientB: 0, seenB: [undefined, undefined], shareB: 0, written: state.written + 1});
  return acts;
};

const timeActs = (state: CutoverState): Act[] =>
  INDEXES.flatMap((index) => {
    const late = state.late[index];
    // A released row passes at once; nobody asks for its deadline.
    if (state.rows[index] === undefined || state.rows[index] === 'released' || late === 2) return [];
    const label = `deadline of attempt ${index + 1}: ${late === 0 ? 'inside the guard' : 'passed'}`;
    return [{label, change: {late: set(state.late, index, late + 1)}}];
  });
