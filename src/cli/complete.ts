/** `crossfade complete`: ends the way back, once the plan's reverse window is over. There is no undo. */
import {systemEffects} from '../runner/system-effects.ts';
import {signalCommand} from './signal-command.ts';
import {requireWindowOver} from './verb-guard.ts';

export const command = signalCommand({
  verb: 'complete',
  severity: 'severe',
  reason: 'none',
  signal: () => ({type: 'complete'}),
  ready: async (run) => {
    requireWindowOver(run.state, systemEffects.clock.now());
    return run;
  },
  consequences: () => [
    'The way back ends now: the target serves for good.',
    'Slots and publications are dropped on both sides. The source keeps its rows and stays closed, so a forgotten client gets an error there.',
    'This cannot be undone. Until you say so, crossfade reverse still works.',
  ],
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'complete') ? 'complete was asked for already' : undefined),
});
