/**
 * The cutover in either direction. It begins by asking both databases who is open, because a runner may have died
 * anywhere in here: an attempt without a decision is taken back, a decision is carried out, and only a clear answer
 * lets a new attempt begin (invariants 5 and 6).
 */
import type {Database} from '../engine/engine.ts';
import {decideTakeover, type Takeover} from '../model/cutover-decision.ts';
import {OwnershipUnknownError} from '../model/errors.ts';
import {opposite, origin, type Direction, type Side} from '../model/side.ts';
import type {Link} from '../pipeline/replication.ts';
import {attemptCutover} from './cutover-attempt.ts';
import {finishCutover} from './cutover-finish.ts';
import type {PhaseContext, PhaseOutcome} from './phase.ts';

/** Who plays which part in one direction. */
export type Roles = {
  readonly direction: Direction;
  readonly closing: Database;
  readonly opening: Database;
  readonly closingSide: Side;
  readonly openingSide: Side;
};

export const rolesOf = (context: Pick<PhaseContext, 'source' | 'target'>, direction: Direction): Roles => {
  const closingSide = origin(direction);
  const openingSide = opposite(closingSide);
  return {direction, closingSide, openingSide, closing: context[closingSide], opening: context[openingSide]};
};

export const switchSides = async (context: PhaseContext, direction: Direction, ensureLink: () => Promise<Link>): Promise<PhaseOutcome> => {
  const roles = rolesOf(context, direction);
  const found = await context.steps.each('look-who-is-open', () => lookWhoIsOpen(context));
  if (found.action === 'finish' && found.direction === direction) return finishCutover(context, roles, found.epoch);
  if (found.action === 'release' && found.direction === direction) return takeBack(context, roles, found.epoch);
  if (found.action === 'none' && found.open === roles.openingSide) return finishCutover(context, roles, await newestAttempt(roles));
  if (found.action !== 'none') throw unknownOwner(found);
  return attemptCutover(context, roles, await ensureLink());
};

export const lookWhoIsOpen = async (context: Pick<PhaseContext, 'source' | 'target'>): Promise<Takeover> => {
  const [source, target] = await Promise.all([context.source.fence.rows(), context.target.fence.rows()]);
  return decideTakeover(source, target);
};

const unknownOwner = (found: Takeover): OwnershipUnknownError =>
  new OwnershipUnknownError(`it cannot be proven which side takes writes: ${found.action === 'unknown' ? found.reason : `the databases say ${found.action}, which does not fit this phase`}`, {
    code: 'CF-CUT-002',
    next: 'look at crossfade.fence on both sides; crossfade explain CF-CUT-002',
  });

/** An attempt that a dead runner left undecided: never continued, its hold is stale. */
const takeBack = async (context: PhaseContext, roles: Roles, attempt: number): Promise<PhaseOutcome> => {
  const outcome = await context.steps.each('release-fence', () => roles.closing.fence.release(attempt));
  if (outcome === 'committed') return finishCutover(context, roles, attempt);
  await context.steps.each('end-hold', () => endHold(context, roles, attempt));
  return {event: {type: 'back'}, evidence: {attempt, reason: 'the runner of this attempt was gone before it was decided'}};
};

export const endHold = async (context: PhaseContext, roles: Roles, attempt: number): Promise<void> => {
  await Promise.all(context.switches.map((one) => one.resume({epoch: attempt, side: roles.closingSide})));
};

const newestAttempt = async (roles: Roles): Promise<number> => (await roles.closing.fence.rows()).at(-1)?.epoch ?? 0;
