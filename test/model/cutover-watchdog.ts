/** What a watchdog of the cutover's world may do next. Between its decision and its act anything may happen. */
import {released} from './cutover-runner.ts';
import {type CutoverRules, type CutoverState, fenceRow, INDEXES, type Index, isLockFree, set, type WatchdogState} from './cutover-state.ts';
import type {Act} from './cutover-world.ts';

export const watchdogSteps = (rules: CutoverRules, state: CutoverState): Act[] =>
  INDEXES.flatMap((index) => {
    const at = state.watchdogs[index];
    if (at === 'off' || at === 'gone') return [];
    const go = (label: string, to: WatchdogState, change: Partial<CutoverState> = {}): Act => ({
      label: `watchdog ${index + 1} ${label}`,
      change: {...change, watchdogs: set(state.watchdogs, index, to)},
    });
    const acts = at === 'watch' ? decide(rules, state, index, go) : act(rules, state, index, at, go);
    return rules.areWatchdogsMortal ? [...acts, go('dies', 'gone')] : acts;
  });

type Go = (label: string, to: WatchdogState, change?: Partial<CutoverState>) => Act;

const decide = (rules: CutoverRules, state: CutoverState, index: Index, go: Go): Act[] => {
  const row = fenceRow(rules, state, index);
  // Without a row only its own clock tells it, at any moment.
  const deadlinePassed = row === undefined || state.late[index] === 2;
  const action = rules.watchdog({row, deadlinePassed, epochOnServer: state.epoch, myEpoch: index + 1, final: false});
  switch (action) {
    case 'wait':
      return [];
    case 'leave':
      return [go('leaves', 'gone')];
    case 'release':
    case 'insert-tombstone':
      return [go(`decides: ${action}`, 'release')];
    case 'undo':
      return state.isPaused ? [go('decides: undo', 'undo')] : [];
    case 'go-forward':
      return state.isTargetOpen && state.route === 'target' && !state.isPaused ? [] : [go('decides: forward', 'open')];
    default:
      return action satisfies never;
  }
};

const act = (rules: CutoverRules, state: CutoverState, index: Index, at: WatchdogState, go: Go): Act[] => {
  if (at === 'release') {
    const decision = rules.release(fenceRow(rules, state, index));
    return isLockFree(state, index) ? [go(`under the lock: ${decision}`, 'watch', released(state, index, decision))] : [];
  }
  if (at === 'undo') return [go('resumes', rules.watchdogLeavesAfterUndo ? 'gone' : 'watch', {isPaused: false})];
  if (at === 'open') {
    if (state.targetEpoch !== index + 1 && !state.isTargetOpen) return [go('may not open: epoch', 'watch')];
    return [go('opens the target', 'route', {isTargetOpen: true})];
  }
  return [go('routes to the target and resumes', 'watch', {route: 'target', isPaused: false})];
};
