/**
 * The application is on the target, and everything it writes flows back, until the operator says otherwise. Whoever is
 * in charge keeps comparing the switches with the decision, because a hold by a runner thought dead has no fence (K6).
 */
import type {Phase, PhaseContext} from './phase.ts';
import {ensureReverse} from './stream-roles.ts';

const SWITCH_LOOK_MS = 2000;

export const reverseWindow: Phase = {
  async run(context) {
    const link = await ensureReverse(context);
    await Promise.all([
      context.source.fence.clean(await context.tables('source')),
      context.target.fence.clean(await context.tables('target')),
    ]);
    const signal = await whileKeepingSwitches(context, () => context.nextSignal(['complete', 'reverse']));
    const lagMs = await link.lagMs();
    return {event: {type: signal.type === 'reverse' ? 'reverse' : 'done'}, evidence: {lagMs}};
  },
};

const whileKeepingSwitches = async <T>(context: PhaseContext, wait: () => Promise<T>): Promise<T> => {
  const over = new AbortController();
  const watching = keepSwitches(context, AbortSignal.any([context.signal, over.signal]));
  try {
    return await Promise.race([wait(), watching]);
  } finally {
    over.abort();
  }
};

const keepSwitches = async (context: PhaseContext, signal: AbortSignal): Promise<never> => {
  for (;;) {
    await context.clock.sleep(SWITCH_LOOK_MS, signal);
    if (signal.aborted) return new Promise<never>(() => {});
    for (const one of context.switches) {
      const {side, held} = await one.observe();
      if (side === 'target' && !held) continue;
      const attempt = (await context.source.fence.rows()).at(-1)?.epoch ?? 0;
      context.telemetry.note(`switch ${one.name} answered ${side}${held ? ', held' : ''}; it is routed to the target again`);
      await one.route({epoch: attempt, side: 'target'});
    }
  }
};
