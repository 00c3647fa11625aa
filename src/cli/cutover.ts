/** `crossfade cutover`: the signal that opens `cutover: {start: manual}`. Refused while a gate is red. */
import {isOf} from '../journal/recorded.ts';
import type {Entry, Verdict} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {stallWords, windowWords} from './plan-numbers.ts';
import {readAgain, type Run} from './run-choice.ts';
import {signalCommand} from './signal-command.ts';

export const command = signalCommand({
  verb: 'cutover',
  severity: 'severe',
  reason: 'none',
  signal: () => ({type: 'cutover'}),
  consequences: (state) => [
    'The traffic moves to the target as soon as its last change has arrived.',
    `Writes stop for ${stallWords(state)} at most; if that is not enough the source goes on serving.`,
    `crossfade reverse moves it back without losing a write, ${windowWords(state)}.`,
  ],
  nothingToDo: ({signals}) => (signals.some(({signal}) => signal.type === 'cutover') ? 'cutover was asked for already' : undefined),
  ready: whenGatesAreGreen,
});

/** How long a verdict from before the newest approval may be outstanding; the runner measures every half second. */
const VERDICT_WAIT_MS_MAX = 10_000;
const LOOK_MS = 150;

/** Right after `approve` the verdict on record is still the one from before it, so that one is waited for. */
async function whenGatesAreGreen(chosen: Run): Promise<Run> {
  const began = systemEffects.clock.monotonicMs();
  for (let run = chosen; ; run = await readAgain(run)) {
    const red = redGates(run);
    if (red.length === 0) return run;
    const late = systemEffects.clock.monotonicMs() - began > VERDICT_WAIT_MS_MAX;
    if (late || red.some(({gate}) => !isOutdated(gate, run.state.visit))) throw refused(red);
    await systemEffects.clock.sleep(LOOK_MS);
  }
}

const redGates = ({state: {waitingFor}}: Run): readonly Verdict[] => (waitingFor?.kind === 'gates' ? waitingFor.red : []);

function isOutdated(gate: string, visit: readonly Entry[]): boolean {
  const measured = visit.findLast((entry) => isOf(entry, 'gate-verdict') && entry.fact.verdict.gate === gate)?.seq ?? 0;
  const approved =
    visit.findLast(({fact}) => fact.type === 'signal' && fact.signal.type === 'approve' && fact.signal.gate === gate)?.seq ?? 0;
  return approved > measured;
}

const refused = (red: readonly Verdict[]): TerminalError =>
  new TerminalError(`cutover is refused: ${red.map(({gate, evidence}) => `${gate} is red (${evidence})`).join(', ')}`, {
    code: 'CF-GATE-001',
    next: red.every(({gate}) => gate === 'approval')
      ? 'crossfade approve approval --reason TEXT'
      : 'crossfade status, and again when the gate is green',
  });
