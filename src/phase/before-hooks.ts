/** The operator's own programs are asked before an attempt begins; nothing has been touched then, so a no costs nothing. */
import {TransientError} from '../model/errors.ts';
import type {VetoEvent} from '../model/hook.ts';
import type {Direction} from '../model/side.ts';
import type {PhaseContext, PhaseOutcome} from './phase.ts';

const EVENTS: Readonly<Record<Direction, VetoEvent>> = {forward: 'before-cutover', reverse: 'before-reverse'};

/** How the phase ends when one of them said no. */
export const refusedByHooks = async (context: PhaseContext, direction: Direction): Promise<PhaseOutcome | undefined> => {
  const event = EVENTS[direction];
  const {plan, askHooks, steps, telemetry, verification, signal} = context;
  if (!askHooks || !plan.plan.hooks?.some(({on}) => on.includes(event))) return undefined;
  const {hooks, veto} = await steps.each('ask-hooks', () => askHooks(event));
  signal.throwIfAborted();
  if (veto === undefined) return undefined;
  telemetry.note(`the ${direction} cutover was not begun: ${veto}`);
  verification.calledOff(new TransientError(veto, {code: 'CF-CUT-001', next: 'settle what the hook says, then ask for the cutover again'}));
  return {event: {type: 'back'}, evidence: {reason: veto, hooks}};
};
