/**
 * The cutover in either direction. It begins by asking both databases who is open, because a runner may have died
 * anywhere in here: an attempt without a decision is taken back, a decision is carried out, and only a clear answer
 * lets a new attempt begin (invariants 5 and 6).
 */
import {decideTakeover, type Takeover} from '../model/cutover-decision.ts';
import {isCoded, OwnershipUnknownError} from '../model/errors.ts';
import type {Direction} from '../model/side.ts';
import type {Link} from '../pipeline/replication.ts';
import {attemptCutover} from './cutover-attempt.ts';
import {rememberStatements} from './compare-statements.ts';
import {refusedByHooks} from './before-hooks.ts';
import {finishCutover} from './cutover-finish.ts';
import {requirePrimaries, resumeFailover} from './failover-pause.ts';
import type {PhaseContext, PhaseOutcome} from './phase.ts';
import {refreshViews} from './refresh-views.ts';
import {endHold, rolesOf, type Roles} from './roles.ts';

export const switchSides = async (context: PhaseContext, direction: Direction, ensureLink: () => Promise<Link>): Promise<PhaseOutcome> => {
  const roles = rolesOf(context, direction);
  if (context.isResumed) await requirePrimaries(context, 'looking');
  const found = await context.steps.each('look-who-is-open', () => lookWhoIsOpen(context));
  if (found.action === 'finish' && found.direction === direction) return finishCutover(context, roles, found.epoch);
  if (found.action === 'release' && found.direction === direction) return takeBack(context, roles, found.epoch);
  if (found.action === 'none' && found.open === roles.openingSide) return finishCutover(context, roles, await newestAttempt(roles));
  if (found.action !== 'none') throw unknownOwner(found);
  if (context.isResumed) return startOver(context, roles);
  const refused = await refusedByHooks(context, direction);
  if (refused) return refused;
  const link = await ensureLink();
  return context.verification.whileStill(() => compareAndAttempt(context, roles, link));
};

/** What takes time is done while nobody is held yet: what statements cost, views, and rows that changed since they were compared. */
const compareAndAttempt = async (context: PhaseContext, roles: Roles, link: Link): Promise<PhaseOutcome> => {
  if (roles.direction === 'forward')
    await context.steps.each('remember-statements', () => rememberStatements(context.source, context.target, context.clock));
  try {
    await context.steps.each('refresh-views', () => refreshViews(context, roles));
    await context.steps.each('compare-changed', () => context.verification.compareChanged(link, context.signal));
  } catch (error) {
    if (!isCoded(error)) throw error;
    context.telemetry.note(`the ${roles.direction} cutover was not begun: ${error.message}`);
    context.verification.calledOff(error);
    return {event: {type: 'back'}, evidence: {reason: error.message}};
  }
  return attemptCutover(context, roles, link);
};

export const lookWhoIsOpen = async (context: Pick<PhaseContext, 'source' | 'target'>): Promise<Takeover> => {
  const [source, target] = await Promise.all([context.source.fence.rows(), context.target.fence.rows()]);
  return decideTakeover(source, target);
};

const unknownOwner = (found: Takeover): OwnershipUnknownError =>
  new OwnershipUnknownError(
    `it cannot be proven which side takes writes: ${found.action === 'unknown' ? found.reason : `the databases say ${found.action}, which does not fit this phase`}`,
    {
      code: 'CF-CUT-002',
      next: 'look at crossfade.fence on both sides; crossfade explain CF-CUT-002',
    },
  );

/** A runner died before it had raised the fence: whatever it held is let go, and the gates are asked anew. */
const startOver = async (context: PhaseContext, roles: Roles): Promise<PhaseOutcome> => {
  await context.steps.each('end-hold', () => endHold(context, roles, context.epoch * 1000));
  await resumeFailover(context, context.epoch * 1000);
  return {event: {type: 'back'}, evidence: {reason: 'the runner was gone before it had begun'}};
};

/** An attempt that a dead runner left undecided: never continued, its hold is stale. */
const takeBack = async (context: PhaseContext, roles: Roles, attempt: number): Promise<PhaseOutcome> => {
  const outcome = await context.steps.each('release-fence', () => roles.closing.fence.release(attempt));
  if (outcome === 'committed') return finishCutover(context, roles, attempt);
  await context.steps.each('end-hold', () => endHold(context, roles, attempt));
  await resumeFailover(context, attempt);
  return {event: {type: 'back'}, evidence: {attempt, reason: 'the runner of this attempt was gone before it was decided'}};
};

export const newestAttempt = async (roles: Roles): Promise<number> => (await roles.closing.fence.rows()).at(-1)?.epoch ?? 0;
