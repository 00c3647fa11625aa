/** The application is on the target, and everything it writes flows back, until the operator says otherwise. */
import type {HeardSignal, Signal} from '../journal/journal.ts';
import type {ErrorCode} from '../model/errors.ts';
import {beside} from './beside.ts';
import {recordComparison, watchStatements} from './compare-statements.ts';
import {watchLag} from './lag-watch.ts';
import {watchLeftBehind} from './left-behind.ts';
import type {Phase, PhaseContext, PhaseOutcome} from './phase.ts';
import {ensureReverse} from './stream-roles.ts';
import {SwitchKeeper} from './switch-keeper.ts';
import {exceededWords, untilExceeded} from './watch-figures.ts';

export const reverseWindow: Phase = {
  async run(context) {
    const link = await ensureReverse(context);
    await Promise.all([
      context.source.fence.clean(await context.tables('source')),
      context.target.fence.clean(await context.tables('target')),
    ]);
    const failure = await context.canaryFailure();
    if (failure !== undefined && policyOf(context) === 'reverse') return goBack(context, 'canary.onFailure', {reason: failure});
    const lag = (_: PhaseContext, until: AbortSignal) => watchLag(context, link, until);
    const works = [watchStatements, watchLeftBehind, lag].map((work) => (until: AbortSignal) => work(context, until));
    const keeper = new SwitchKeeper(context);
    const keep = (until: AbortSignal) => keeper.run(until);
    const decided = () => untilExceeded(context, () => untilDecided(context));
    const signal = await keeper.settledAfter(beside(context.signal, [keep, ...works], decided));
    if ('figure' in signal) return goBack(context, 'afterSwitch.watch', {reason: exceededWords(signal), ...signal});
    if (signal.type === 'complete') await recordComparison(context, 'always', context.signal);
    const lagMs = await link.lagMs();
    return {event: {type: signal.type === 'reverse' ? 'reverse' : 'done'}, evidence: {lagMs}};
  },
};

const policyOf = ({plan: {plan}}: PhaseContext): 'wait' | 'reverse' => (typeof plan.canary === 'object' ? plan.canary.onFailure : 'wait');

/** The plan has decided this beforehand: nobody is asked. */
const goBack = async (context: PhaseContext, policy: string, evidence: {readonly reason: string}): Promise<PhaseOutcome> => {
  const what = `reverse, by ${policy} of the plan`;
  await context.record({type: 'decision', what, side: undefined, epoch: context.epoch, evidence});
  context.telemetry.note(`${what}: ${evidence.reason}`);
  return {event: {type: 'reverse'}, evidence};
};

/**
 * `reverse` at any time, `complete` once the window is over. The verb refuses an earlier one already; one that comes by
 * another way is refused here for good, however late it is heard: an old request must not end the way back by surprise.
 */
const untilDecided = async (context: PhaseContext): Promise<Signal> => {
  for (let after = 0; ; ) {
    const heard = await context.nextSignal(['complete', 'reverse'], after);
    const until = await context.reverseWindowEnd();
    if (heard.signal.type === 'reverse' || until === undefined || !isEarly(heard, until, context)) return heard.signal;
    const reason = `complete came before the reverse window is over; it lasts until ${until}`;
    await context.record({type: 'signal-refused', seq: heard.seq, code: 'CF-VERB-002' satisfies ErrorCode, reason});
    context.telemetry.note(reason);
    after = heard.seq;
  }
};

const isEarly = ({at}: HeardSignal, until: string, {clock}: PhaseContext): boolean =>
  Math.min(Date.parse(at), clock.now().getTime()) < Date.parse(until);
