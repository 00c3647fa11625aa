/**
 * Which verb fits which state: abort only before the switch, reverse and complete only after it, cutover only in front
 * of it. Pure; asked before a signal is recorded, and once more when a person took time to answer. The runner decides
 * again: what is refused here only spares a person a signal that would be ignored.
 */
import type {RunState} from '../journal/run-state.ts';
import type {Signal} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import type {Workflow} from '../workflow/workflow.ts';
import {remaining} from './spans.ts';

export type Verb = Exclude<Signal['type'], 'resume' | 'verify'>;

/** Throws CF-VERB-001 that says which state the run is in and which verbs fit it. `gate` for approve and reject. */
export function requireFit(verb: Verb, state: RunState, workflow: Workflow, gate?: string): void {
  if (!fits(verb, state, workflow)) throw misfit(verb, state, workflow);
  if (gate === undefined) return;
  const gates = gatesOf(state, workflow);
  if (gates.includes(gate)) return;
  throw new TerminalError(`${verb} ${gate} does not fit: the run stands before ${state.phase}, whose gates are ${gates.join(', ')}`, {
    code: 'CF-VERB-001',
    next: `crossfade ${verb} ${gates.includes('approval') ? 'approval' : (gates[0] ?? 'GATE')}`,
  });
}

/** Throws CF-VERB-002 while the plan keeps the way back. `now` is wall clock, as the times on record are. */
export function requireWindowOver({reverseWindow, plan}: RunState, now: Date): void {
  const until = reverseWindow?.until;
  if (until === undefined || now.getTime() >= Date.parse(until)) return;
  throw new TerminalError(`complete does not fit yet: the way back is kept until ${until}, another ${remaining(until, now)}`, {
    code: 'CF-VERB-002',
    next: `wait until then; or stop the runner, crossfade amend the plan with a shorter reverse.window, and crossfade resume; or crossfade reverse --confirm ${plan.name}`,
  });
}

export const fittingVerbs = (state: RunState, workflow: Workflow): Verb[] => VERBS.filter((verb) => fits(verb, state, workflow));

/** Where the plan names gates for the phase, those; else the workflow's own. */
export function gatesOf({plan, phase}: RunState, workflow: Workflow): readonly string[] {
  const planned = field(field(plan.content, 'gates'), phase);
  if (!Array.isArray(planned)) return workflow.gates(phase);
  return planned.map((gate: unknown) => field(gate, 'name')).filter((name) => typeof name === 'string');
}

/** What a refusal offers: the verbs that lead on. Those that only change the pace fit always. */
const VERBS: readonly Verb[] = ['pause', 'approve', 'reject', 'cutover', 'reverse', 'complete', 'abort'];

function fits(verb: Verb, state: RunState, workflow: Workflow): boolean {
  if (state.isFinal) return false;
  switch (verb) {
    case 'pause':
    case 'throttle':
    case 'unthrottle':
    case 'set':
      return true;
    case 'approve':
    case 'reject':
      return !state.isPhaseOpen && gatesOf(state, workflow).length > 0;
    case 'cutover':
      return state.phase === 'cutover' && !state.isPhaseOpen;
    case 'reverse':
    case 'complete':
      // The window's own phase: it waits for one of the two, and hears them only once it has begun.
      return state.isPhaseOpen && workflow.accepts(state.phase).includes('reverse');
    case 'abort':
      return state.openSide === 'source' && workflow.accepts(state.phase).includes('abort');
  }
}

/** When a verb fits, in the words of a refusal. */
const WHEN: Record<Verb, string> = {
  pause: 'pause fits until the run is final',
  throttle: 'throttle fits until the run is final',
  unthrottle: 'unthrottle fits until the run is final',
  set: 'set fits until the run is final',
  approve: 'approve fits while the run waits at the gates of a phase',
  reject: 'reject fits while the run waits at the gates of a phase',
  cutover: 'cutover fits when the run stands before its cutover',
  reverse: 'reverse fits after a cutover, while the way back is kept',
  complete: 'complete fits after a cutover, when the reverse window is over',
  abort: 'abort fits before the cutover only; after it, reverse moves the traffic back',
};

function misfit(verb: Verb, state: RunState, workflow: Workflow): TerminalError {
  const fitting = fittingVerbs(state, workflow);
  const which = fitting.length > 0 ? `; what fits now: ${fitting.join(', ')}` : '';
  const message = `${verb} does not fit: the run is ${whereWords(state)}; ${WHEN[verb]}${which}`;
  return new TerminalError(message, {code: 'CF-VERB-001', next: 'crossfade status says what the run is waiting for'});
}

function whereWords({isFinal, phase, isPhaseOpen}: RunState): string {
  if (isFinal) return phase;
  return isPhaseOpen ? `in ${phase}` : `about to begin ${phase}`;
}

/** The journal keeps the plan as data. */
const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
