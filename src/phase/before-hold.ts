/**
 * Compares what changed, round after round, until so little is left that a hold has time for it. How quickly rows change
 * and how quickly a hold would compare them is measured in each round, never assumed. Where writers are quicker nothing is
 * held, and the reason has the numbers.
 */
import type {Clock} from '../model/effects.ts';
import {TransientError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import type {Link} from '../pipeline/replication.ts';

/** Of the stall budget: half a second of the five that are usual. What changed last is compared in it, in the hold. */
const SHARE_MAX = 0.1;
export const compareBudgetMs = ({stallBudgetMs}: {readonly stallBudgetMs: number}): number => stallBudgetMs * SHARE_MAX;

/** As much may be spent in the hold on making what a fence needs and does not have yet; what takes longer is made before. */
export const armBudgetMs = compareBudgetMs;

/** Rounds in a row after which a hold would have to wait hardly less than before: more of them lead nowhere. */
const ROUNDS_IN_VAIN_MAX = 3;
const HARDLY_LESS = 0.9;

/** `rows` were compared; `read`: some of them once more, as a hold reads them, and how long that took. */
export type Round = {readonly rows: number; readonly read: {readonly rows: number; readonly ms: number}};

export type BeforeHold = {
  readonly changed: Pick<Link['changed'], 'size' | 'whole'>;
  /** What a hold has for the rows that are left. */
  readonly budgetMs: number;
  /** No round begins after it. */
  readonly limitMs: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Hears after each round in vain how far it is from that. */
  readonly tell: (words: string) => void;
  /** Compares all that waits, once. Throws when rows differ. */
  readonly round: () => Promise<Round>;
};

/** `foreseenMs`: what comparing the rest will take in the hold. */
export type LittleLeft = {readonly rows: number; readonly rounds: number; readonly left: number; readonly foreseenMs: number};

/** Throws CF-VERIFY-002 when that does not come about. */
export const untilLittleIsLeft = async (request: BeforeHold): Promise<LittleLeft> => {
  const {changed, clock, budgetMs, limitMs, tell} = request;
  const beganMs = clock.monotonicMs();
  let rows = 0;
  for (let [rounds, best, inVain] = [1, Infinity, 0]; ; rounds++) {
    const foreseen = await foresee(request);
    rows += foreseen.compared;
    if (foreseen.ms <= budgetMs) return {rows, rounds, left: foreseen.left, foreseenMs: Math.round(foreseen.ms)};
    inVain = foreseen.ms < best * HARDLY_LESS ? 0 : inVain + 1;
    best = Math.min(best, foreseen.ms);
    const isOver = changed.whole.length > 0 || inVain >= ROUNDS_IN_VAIN_MAX || clock.monotonicMs() - beganMs >= limitMs;
    if (isOver) throw tooMuchLeft(request, foreseen, rounds);
    tell(`round ${rounds + 1} of comparing what changed; after the last one ${leftWords(foreseen, budgetMs)}`);
  }
};

type Foreseen = {
  readonly ms: number;
  readonly compared: number;
  readonly left: number;
  /** In the hold. */
  readonly expected: number;
  readonly changedPerS: number;
  readonly comparedPerS: number;
};

/** A round compares all that waited, so what is left changed in it; as much may change again until the fence is up. */
const foresee = async ({changed, clock, round}: BeforeHold): Promise<Foreseen> => {
  const beganMs = clock.monotonicMs();
  const {rows, read} = await round();
  const roundMs = Math.max(1, clock.monotonicMs() - beganMs);
  const left = changed.size;
  const expected = 2 * left;
  const readMs = left === 0 ? 0 : read.rows === 0 ? Infinity : read.ms * Math.max(1, expected / read.rows);
  return {
    ms: changed.whole.length === 0 ? readMs : Infinity,
    compared: rows,
    left,
    expected,
    changedPerS: Math.round((left / roundMs) * 1000),
    comparedPerS: Math.round((read.rows / Math.max(1, read.ms)) * 1000),
  };
};

const leftWords = ({expected, ms}: Foreseen, budgetMs: number): string =>
  `about ${expected} rows would be left for the hold, which take ${Math.round(ms)} ms, and it has ${Math.round(budgetMs)} ms for them`;

const tooMuchLeft = ({changed, budgetMs}: BeforeHold, foreseen: Foreseen, rounds: number): TransientError => {
  const {changedPerS, comparedPerS} = foreseen;
  const why = changed.whole.length
    ? `more rows of ${changed.whole.map(nameOf).join(', ')} change than are kept account of`
    : `${leftWords(foreseen, budgetMs)}; ${changedPerS} rows change in a second, ${comparedPerS} can be compared`;
  return new TransientError(`nothing was held, because rows change too quickly: after ${rounds} rounds of comparing ${why}`, {
    code: 'CF-VERIFY-002',
    next: 'cut over when there is less load, or give the hold more time: cutover.stallBudget, a tenth of which is for this',
  });
};
