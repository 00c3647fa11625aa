/**
 * One attempt, C1 to C8. Whatever takes time is done before the hold; after it every wait has a limit, and any failure
 * before the decision takes everything back. The decision is one row's state in the closing side's own database.
 */
import type {SequenceState} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import {errorText, TransientError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import {mappedSequences} from '../pipeline/mapped-sequences.ts';
import type {Link} from '../pipeline/replication.ts';
import type {Watchdog} from '../watchdog/watchdog.ts';
import {isAstray, pauseFailover, requirePrimaries, resumeFailover} from './failover-pause.ts';
import {armBudgetMs} from './before-hold.ts';
import {fencePastBlockers, holdPastBlockers, type Held} from './blockers.ts';
import {finalCheck} from './final-check.ts';
import {cutoverCanary} from './cutover-canary.ts';
import {finishCutover, type Begun} from './cutover-finish.ts';
import type {PhaseContext, PhaseOutcome, Steps} from './phase.ts';
import {other} from './stream-roles.ts';
import {endHold, type Roles} from './roles.ts';

/** How long a fence stands at most: the stall budget, and so much more that the commit's guard still fits before it opens by itself. */
export const fenceMs = ({stallBudgetMs}: {readonly stallBudgetMs: number}): number => stallBudgetMs + 2000;
/** The attempt may take this long from the watchdog's start to the fence. */
const ARM_MS_MAX = 30_000;
/** What changed while the attempt was prepared is compared in this time; what is left then is compared in the hold. */
const COMPARE_MS_MAX = 10_000;
/** Numbers that sessions may hold in caches, and then some (H-10). */
const SEQUENCE_MARGIN = 10_000;

export const attemptCutover = async (context: PhaseContext, roles: Roles, link: Link): Promise<PhaseOutcome> => {
  const attempt = await nextAttempt(context, roles);
  await context.steps.each('arm-reverse-stream', () => armReverse(context, roles));
  const tables = await context.tables(roles.closingSide); // clients would wait for it; what was altered since, the last check refuses
  const watchdog = await startWatchdog(context, roles, attempt);
  await using canary = cutoverCanary(context, roles, attempt);
  const begun: Begun = {canary, heldFromMs: undefined};
  try {
    await context.steps.each('ask-switches', () => askSwitches(context, roles));
    await pauseFailover(context, attempt);
    await canary.start();
    await context.steps.each('compare-changed', () => context.verification.compareChanged(link, context.signal, COMPARE_MS_MAX));
    begun.heldFromMs = context.clock.monotonicMs();
    const over = new AbortController();
    const limit = limitOf(context, watchdog, over.signal);
    const held: Held = {context, roles, tables, sinceMs: begun.heldFromMs, limit};
    await closeAndDecide(held, link, attempt).finally(() => over.abort());
  } catch (error) {
    return await callOff(context, roles, attempt, watchdog, begun, error);
  }
  const outcome = await finishCutover(context, roles, attempt, begun);
  await watchdog.dismiss();
  return outcome;
};

/** Numbers rise with the runner's epoch, so that a row of an older runner is never newer than one of ours. */
const nextAttempt = async (context: PhaseContext, roles: Roles): Promise<number> => {
  const rows = [...(await roles.closing.fence.rows()), ...(await roles.opening.fence.rows())];
  return Math.max(context.epoch * 1000, ...rows.map((row) => row.epoch)) + 1;
};

/** C1: what can wait behind one long transaction, a slot (H-112) or many triggers of a fence, is never made inside the window. */
const armReverse = async (context: PhaseContext, roles: Roles): Promise<void> => {
  const direction = other(roles.direction);
  await roles.closing.fence.arm?.(await context.tables(roles.closingSide), armBudgetMs(context.plan.plan.cutover));
  await roles.opening.source.createStream(direction, await context.tables(roles.openingSide), context.signal);
  await context.replication.ensure(direction, 'drop', await context.mappings(direction), context.epoch);
};

/** What clients will notice is said before it happens; the switches learn here what they must not ask for in the hold. */
const askSwitches = async (context: PhaseContext, roles: Roles): Promise<{foreseen: readonly string[]}> => {
  const answers = await Promise.all(context.switches.map(async (one) => (await one.foresee?.(roles.openingSide)) ?? []));
  const foreseen = answers.flat();
  for (const line of foreseen) context.telemetry.note(`before the ${roles.direction} cutover: ${line}`);
  return {foreseen};
};

/** It says that it has its own connections to both sides before anything is held. */
const startWatchdog = async (context: PhaseContext, roles: Roles, attempt: number): Promise<Watchdog> => {
  const started: Watchdog[] = [];
  await context.steps.each('start-watchdog', async () => {
    const watchdog = await context.startWatchdog({
      epoch: context.epoch,
      attempt,
      direction: roles.direction,
      armMs: ARM_MS_MAX,
      holdMs: fenceMs(context.plan.plan.cutover),
    });
    started.push(watchdog);
    return {pid: watchdog.pid, attempt};
  });
  const [watchdog] = started;
  assert(watchdog, 'a watchdog was started');
  return watchdog;
};

const closeAndDecide = async (held: Held, link: Link, attempt: number): Promise<void> => {
  const {context, roles, limit} = held;
  const {steps, plan} = context;
  const budgetMs = plan.plan.cutover.stallBudgetMs;
  await steps.each('hold', () => holdPastBlockers(held, () => holdAll(context, attempt, budgetMs)));
  const marker = `fence ${attempt} ${context.effects.randomId()}`;
  const drained = link.untilMark(marker, limit);
  drained.catch(() => undefined); // awaited after the fence, which may fail first
  await steps.each('raise-fence', () => raiseFence(held, attempt, fenceMs(context.plan.plan.cutover), marker));
  const asPlanned = requirePrimaries(context, 'fenced', budgetMs);
  asPlanned.catch(() => undefined); // awaited before the decision; it takes its time beside the drain
  await steps.each('drain', () => drained);
  const timed = untilOver(steps, limit);
  await allOf(
    timed.each('final-check', () => finalCheck(context, roles, link)),
    timed
      .each('sequences', async () => roles.opening.target.setSequences(await sequences(held), SEQUENCE_MARGIN))
      .then(() => timed.each('mark-reverse', () => markReverse(context, roles, limit))),
  );
  await asPlanned;
  limit.throwIfAborted();
  const decision = await timed.each('decide', () => roles.closing.fence.commit(attempt, context.epoch));
  if (decision !== 'committed')
    throw new TransientError(`the decision was refused: ${decision.refused}`, {
      code: 'CF-CUT-001',
      next: 'nothing; the source serves and the cutover can be tried again',
    });
};

/** Beside each other, because clients wait. All have ended when it ends, with the first's error before the others'. */
const allOf = async (...works: readonly Promise<unknown>[]): Promise<void> => {
  for (const outcome of await Promise.allSettled(works)) if (outcome.status === 'rejected') throw outcome.reason;
};

/**
 * A server may keep a commit waiting for as long as its synchronous standby says nothing, and clients are held meanwhile.
 * What was left behind is settled by `callOff`: the decision by its row, and of anything else only the next attempt's counts.
 */
const untilOver = (steps: Steps, limit: AbortSignal): Pick<Steps, 'each'> => {
  limit.throwIfAborted();
  const over = new Promise<never>((_, reject) => limit.addEventListener('abort', () => reject(limit.reason), {once: true}));
  over.catch(() => undefined); // raced below
  return {each: (step, act, kept) => Promise.race([steps.each(step, act, kept), over])};
};

const sequences = async ({context, roles, tables}: Held): Promise<readonly SequenceState[]> =>
  mappedSequences(await roles.closing.source.readSequences(tables), await context.mappings(roles.direction));

/** Without its watchdog a hold could outlive us, so its end is the attempt's end as well. `over`: nobody waits for the limit any more. */
const limitOf = (context: PhaseContext, watchdog: Watchdog, over: AbortSignal): AbortSignal => {
  const ms = context.plan.plan.cutover.stallBudgetMs;
  const controller = new AbortController();
  const end = (reason: string, next: string): void => controller.abort(new TransientError(reason, {code: 'CF-CUT-001', next}));
  void context.clock
    .sleep(ms, AbortSignal.any([context.signal, over]))
    .then(
      () =>
        over.aborted || end(`the stall budget of ${ms} ms was used up`, 'look for long transactions and lag, then try the cutover again'),
    );
  void watchdog.gone.then((reason) => end(`the watchdog is gone: ${reason}`, 'nothing; the cutover can be tried again'));
  return AbortSignal.any([context.signal, controller.signal]);
};

const raiseFence = async (held: Held, attempt: number, budgetMs: number, marker: string): Promise<{position: Position}> => {
  const {context, roles, tables} = held;
  return fencePastBlockers(held, () => roles.closing.fence.raise({tables, attempt, epoch: context.epoch, budgetMs, marker}));
};

/** Every switch is asked to the end, so that none is still at it when the hold is asked for again. */
const holdAll = async (context: PhaseContext, attempt: number, budgetMs: number): Promise<void> => {
  await allOf(...context.switches.map((one) => one.hold({epoch: attempt, untilMs: budgetMs})));
};

/**
 * C7: from here on the opening side's log holds the application's writes only. The reader has to be gone before it. It is
 * a durable place: one that a crash took back could be written anew by clients, and the stream would begin behind them.
 */
const markReverse = async (context: PhaseContext, roles: Roles, limit: AbortSignal): Promise<{position: Position}> => {
  const direction = other(roles.direction);
  await context.replication.stop(direction);
  const position = await roles.opening.source.mark('way back');
  await roles.opening.source.probeStream(direction, position);
  limit.throwIfAborted(); // the next attempt has a mark of its own
  await roles.closing.target.setProgress(direction, position, context.epoch);
  return {position};
};

/** The row decides: if the decision's answer was lost on the way, there is no way back from it. */
const callOff = async (
  context: PhaseContext,
  roles: Roles,
  attempt: number,
  watchdog: Watchdog,
  begun: Begun,
  error: unknown,
): Promise<PhaseOutcome> => {
  const reason = errorText(error);
  context.telemetry.note(`the ${roles.direction} cutover was called off: ${reason}`);
  context.verification.calledOff(error);
  const outcome = await context.steps.each('release-fence', () => roles.closing.fence.release(attempt));
  if (outcome === 'committed') {
    const finished = await finishCutover(context, roles, attempt, begun);
    await watchdog.dismiss();
    return finished;
  }
  await context.steps.each('end-hold', () => endHold(context, roles, attempt));
  await resumeFailover(context, attempt);
  await watchdog.dismiss();
  context.signal.throwIfAborted();
  if (isAstray(error)) throw error;
  return {event: {type: 'back'}, evidence: {attempt, reason, canary: await begun.canary.calledOff()}};
};
