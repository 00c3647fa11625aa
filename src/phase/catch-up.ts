/**
 * Applies the stream until every table is past its replay window, then adds what that window forbids: indexes, foreign
 * keys, triggers. After a reverse cutover it is entered again with everything in place and only waits for the stream.
 */
import type {Phase} from './phase.ts';
import {ensureForward} from './stream-roles.ts';
import {runPostData} from './target-schema.ts';

export const catchUp: Phase = {
  async run(context) {
    const link = await ensureForward(context);
    await context.pausable('between transactions', link.untilStrict(context.signal));
    const post = await context.steps.once('schema-post-data', () => runPostData(context));
    await context.steps.once('analyze', async () => context.target.target.analyze(await context.tables('target')));
    const lagMs = await link.lagMs();
    context.telemetry.gauge('lagMs', lagMs);
    return {event: {type: 'done'}, evidence: {...post, lagMs}};
  },
};
