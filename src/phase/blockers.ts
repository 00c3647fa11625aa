/**
 * Transactions that stand in the way of a hold or of the fence, and what the plan says is done about them
 * (`cutover.onBlockers`): they are named, or those that have kept the cutover waiting for a second are ended. Never
 * those that cannot be ended, a prepared transaction for one: then the attempt is called off.
 */
import {AttemptOver, type Blocker} from '../engine/engine.ts';
import {errorText, TransientError} from '../model/errors.ts';
import type {Table} from '../model/table.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';

/** A transaction is given this long, from the begin of the hold, to end by itself. */
const PATIENCE_MS = 1000;
/** In a row that ended nobody. */
const TRIES_MAX = 3;

/** One hold of one attempt. */
export type Held = {
  readonly context: PhaseContext;
  readonly roles: Roles;
  /** Of the closing side, read before the hold. */
  readonly tables: readonly Table[];
  /** Monotonic. */
  readonly sinceMs: number;
  /** Of the whole attempt: the stall budget. */
  readonly limit: AbortSignal;
};

/** Holds at every switch, and again when what kept one of them waiting was ended. */
export const holdPastBlockers = (held: Held, hold: () => Promise<void>): Promise<void> =>
  pastBlockers(held, {act: hold, triesMax: 1, find: () => behindSwitches(held)});

/** Raises the fence, which tries again by itself: its locks may be free a moment later. */
export const fencePastBlockers = <T>(held: Held, raise: () => Promise<T>): Promise<T> =>
  pastBlockers(held, {act: raise, triesMax: TRIES_MAX, find: () => behindLocks(held)});

type Passage<T> = {readonly act: () => Promise<T>; readonly triesMax: number; readonly find: () => Promise<readonly Blocker[]>};

const pastBlockers = async <T>(held: Held, passage: Passage<T>): Promise<T> => {
  const mayEnd = held.context.plan.plan.cutover.onBlockers === 'terminate';
  const triesMax = mayEnd ? TRIES_MAX : passage.triesMax;
  for (let tries = 1; ; ) {
    try {
      return await passage.act();
    } catch (error) {
      if (!(error instanceof TransientError) || error instanceof AttemptOver) throw error;
      const blockers = await passage.find().catch((cause: unknown) => Promise.reject(unasked(error, cause)));
      if (held.limit.aborted || (tries >= triesMax && !(mayEnd && hasOld(blockers)))) throw named(error, blockers, mayEnd);
      tries = mayEnd && (await endOld(held, error, blockers)) ? 1 : tries + 1;
    }
  }
};

const behindLocks = ({roles, tables}: Held): Promise<readonly Blocker[]> => roles.closing.clients.blockers(tables, []);

/** What a switch waits for it tells as server processes; most have nothing to wait for. */
const behindSwitches = async ({context, roles}: Held): Promise<readonly Blocker[]> => {
  const processes = await Promise.all(context.switches.map(async (one) => (await one.heldUpBy?.()) ?? []));
  return processes.flat().length ? roles.closing.clients.blockers([], processes.flat()) : [];
};

const isOld = ({ageMs}: Blocker): boolean => ageMs === undefined || ageMs >= PATIENCE_MS;
const hasOld = (blockers: readonly Blocker[]): boolean => blockers.some(isOld);

/** True when somebody was ended. One that cannot be ended makes ending the others useless. */
const endOld = async (held: Held, error: TransientError, blockers: readonly Blocker[]): Promise<boolean> => {
  const {context, roles, sinceMs} = held;
  if (context.clock.monotonicMs() - sinceMs < PATIENCE_MS) return false;
  const old = blockers.filter(isOld);
  if (old.some(({cannotEnd}) => cannotEnd !== undefined)) throw named(error, old, true);
  if (!old.length) return false;
  const {ended} = await context.steps.each('end-blockers', async () => ({ended: await roles.closing.clients.end(old)}));
  for (const blocker of ended) context.telemetry.note(`ended, because it kept the cutover waiting: ${words(blocker)}`);
  return ended.length > 0;
};

const named = (error: TransientError, blockers: readonly Blocker[], mayEnd: boolean): TransientError =>
  blockers.length
    ? new TransientError(`${error.message}; in the way: ${blockers.map(words).join('; ')}`, {
        code: error.code,
        cause: error,
        next: mayEnd
          ? 'end them, or wait for their end; then cut over again'
          : 'end them, or set cutover.onBlockers: terminate; then cut over again',
      })
    : error;

/** The answer is missing, not empty. */
const unasked = ({message, code}: TransientError, cause: unknown): TransientError =>
  new TransientError(`${message}; who stands in the way could not be asked: ${errorText(cause)}`, {
    code,
    cause,
    next: 'crossfade doctor PLAN, then cut over again',
  });

/** One transaction, for people. */
export const words = ({process, transaction, role, application, ageMs, state, waitsIn, cannotEnd}: Blocker): string =>
  [
    process === undefined
      ? `prepared transaction ${transaction} of ${role}`
      : `process ${process} of ${role || 'the server'}${application && ` (${application})`}`,
    ageMs === undefined ? 'for an unknown time' : `for ${(ageMs / 1000).toFixed(1)} s`,
    ...(process === undefined || !state ? [] : [state]),
    ...(waitsIn ? [`waits in ${waitsIn}`] : []),
    ...(cannotEnd === undefined ? [] : [cannotEnd]),
  ].join(', ');
