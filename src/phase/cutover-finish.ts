/** C9 to C12, forward only: the decision stands. Each act is idempotent, because the watchdog may be doing the same. */
import {TransientError} from '../model/errors.ts';
import {unmeasured, type CutoverCanary} from './cutover-canary.ts';
import {leftOnClosedSide} from './application-roles.ts';
import {requirePrimaries, resumeFailover} from './failover-pause.ts';
import type {PhaseContext, PhaseOutcome} from './phase.ts';
import {other} from './stream-roles.ts';
import type {Roles} from './roles.ts';

/** What the runner that has begun an attempt knows of it; its successor does not. */
export type Begun = {readonly canary: CutoverCanary; heldFromMs: number | undefined};

export const finishCutover = async (context: PhaseContext, roles: Roles, attempt: number, begun?: Begun): Promise<PhaseOutcome> => {
  const {steps, epoch} = context;
  await requirePrimaries(context, 'decided');
  await steps.each('open', () => roles.opening.fence.open(epoch));
  await steps.each('route', () => Promise.all(context.switches.map((one) => one.route({epoch: attempt, side: roles.openingSide}))));
  const heldMs = begun?.heldFromMs === undefined ? {} : {heldMs: Math.round(context.clock.monotonicMs() - begun.heldFromMs)};
  await context.record({type: 'decision', what: `cutover ${roles.direction}`, side: roles.openingSide, epoch: attempt, evidence: {}});
  await steps.each('start-way-back', () => startWayBack(context, roles));
  await resumeFailover(context, attempt);
  const proof = await steps.each('prove', async () => ({
    switches: await prove(context, roles),
    canary: begun ? await begun.canary.proven() : unmeasured(context),
    leftOnClosedSide: await leftOnClosedSide(context, roles),
  }));
  return {event: {type: 'done'}, evidence: {attempt, open: roles.openingSide, ...proof, ...heldMs}};
};

/** C11: the stream that follows the open side applies from its mark; the other one only watches from now on. */
const startWayBack = async (context: PhaseContext, roles: Roles): Promise<void> => {
  await context.replication.stop(roles.direction);
  const mappings = await context.mappings(other(roles.direction));
  const link = await context.replication.ensure(other(roles.direction), 'apply', mappings, context.epoch);
  context.verification.carryOver(link); // before anything else is awaited, so that it has brought nothing yet
  await context.replication.ensure(roles.direction, 'drop', await context.mappings(roles.direction), context.epoch);
};

const prove = async (context: PhaseContext, roles: Roles): Promise<Record<string, string>> => {
  const observed: Record<string, string> = {};
  for (const one of context.switches) {
    const {side, held, why} = await one.observe();
    observed[one.name] = held ? `${side}, held` : side;
    if (side !== roles.openingSide || held)
      throw new TransientError(
        `switch ${one.name} answers ${observed[one.name]} after the decision for ${roles.openingSide}${why ? `: ${why}` : ''}`,
        {
          code: 'CF-CONN-004',
          next: 'crossfade resume, which routes it again',
        },
      );
  }
  return observed;
};
