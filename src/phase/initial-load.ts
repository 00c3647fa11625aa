/** Position first, then the rows (design §3): the stream is held from here on, and nothing is applied before all chunks are done. */
import {chunkBytesFor} from '../pipeline/chunk-size.ts';
import {copyChunks} from '../pipeline/copier.ts';
import {lane} from './lane.ts';
import type {Phase, PhaseContext} from './phase.ts';

export const initialLoad: Phase = {
  async run(context) {
    const {steps, source, target, epoch, plan} = context;
    const tables = await context.tables();
    await steps.once('start-stream', () => startStream(context));
    await source.source.probeStream('forward', (await target.target.progress('forward'))?.position);
    await source.source.probeSchema('forward', plan.plan.scope);
    const chunks = await steps.each('plan-chunks', async () => {
      const stored = await target.target.chunks();
      return stored.length ? stored : target.target.planChunks(await ranges(context), epoch);
    });
    context.telemetry.gauge(
      'rowsTotal',
      tables.reduce((total, table) => total + table.estimatedRows, 0),
    );
    const {parallel} = plan.plan.load;
    const mappings = await context.mappings('forward');
    const loaded = await steps.each('copy-chunks', () =>
      copyChunks({
        from: source,
        to: target,
        mappings,
        chunks,
        epoch,
        parallel: () => context.throttle.parallel(parallel),
        chunkBytes: () => context.throttle.chunkBytes?.(),
        lane: (stop) => lane(context, 'copy', 'between chunks', stop),
        telemetry: context.telemetry,
        signal: context.signal,
      }),
    );
    return {event: {type: 'done'}, evidence: {...loaded, kept: chunks.filter((chunk) => chunk.done).length}};
  },
  /** Chunks are planned only after the target's tables were found empty, so whatever is in them came from us. */
  async undo({replication, source, target, tables}) {
    await replication.stop('forward');
    await source.source.dropStream('forward');
    if ((await target.target.chunks()).length) await target.target.empty(await tables('target'));
  },
};

const startStream = async ({source, target, signal, epoch, ...context}: PhaseContext): Promise<{position: string}> => {
  const position = await source.source.createStream('forward', await context.tables(), signal);
  await target.target.setProgress('forward', position, epoch);
  return {position};
};

const ranges = async (context: PhaseContext) => {
  const planned = [];
  const mapping = await context.mapping();
  const tables = await context.tables();
  const {load} = context.plan.plan;
  const bytes = context.throttle.chunkBytes?.() ?? chunkBytesFor(tables, load);
  for (const table of tables) {
    for (const range of await context.source.source.planRanges(table, bytes)) planned.push({table: mapping.targetName(table.name), range});
  }
  return planned;
};
