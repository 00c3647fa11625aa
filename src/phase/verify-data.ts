/**
 * Compares both sides while both are in use. A difference, or a row that could not be compared, stops the run. After an
 * attempt at the cutover that came to nothing there is only a rest, where the comparison before it still tells all.
 */
import {TerminalError} from '../model/errors.ts';
import {beside} from './beside.ts';
import {evidenceOf, firstDifferences} from './compare-sides.ts';
import {watchLag} from './lag-watch.ts';
import {lane} from './lane.ts';
import type {Link} from '../pipeline/replication.ts';
import type {VerifyReport} from '../verify/verifier.ts';
import type {Phase, PhaseContext, PhaseOutcome} from './phase.ts';
import {ensureForward} from './stream-roles.ts';

export const verifyData: Phase = {
  async run(context) {
    const link = await ensureForward(context);
    const attempts = context.verification.outlived(link);
    if (attempts > 0) return rest(context, link, attempts);
    const inTurn = (stop: AbortSignal) => lane(context, 'verify', 'between ranges', stop);
    const compare = () => context.verification.compareAll(link, context.signal, inTurn);
    const evidence = (report: VerifyReport) => evidenceOf(report, context.clock.now(), link.direction);
    const lag = (until: AbortSignal) => watchLag(context, link, until);
    const report = await beside(context.signal, [lag], () => context.steps.each('compare', compare, evidence));
    if (report.differing)
      throw new TerminalError(`${report.differing} rows differ: ${firstDifferences(report)}`, {
        code: 'CF-VERIFY-001',
        next: 'crossfade verify --repair, or abort',
      });
    if (!report.equal)
      throw new TerminalError(`${report.uncompared} rows changed every time they were looked at`, {
        code: 'CF-VERIFY-002',
        next: 'crossfade resume, when the load is lower',
      });
    return {event: {type: 'done'}, evidence: evidence(report)};
  },
};

/** Between attempts that begin by themselves, doubled each time, so that users are not made to wait again and again. */
const REST_MS = 1_000;
const REST_MS_MAX = 60_000;

const rest = async (context: PhaseContext, {changed}: Link, attempts: number): Promise<PhaseOutcome> => {
  const restMs = context.plan.plan.cutover.start === 'auto' ? Math.min(REST_MS * 2 ** (attempts - 1), REST_MS_MAX) : 0;
  if (restMs > 0) await context.pausable('between attempts at the cutover', context.clock.sleep(restMs, context.signal));
  context.signal.throwIfAborted();
  return {
    event: {type: 'done'},
    evidence: {compared: 'before the attempt that was called off', attempts, restMs, waiting: changed.size, whole: changed.whole.length},
  };
};
