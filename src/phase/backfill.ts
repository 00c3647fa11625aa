/** Gives every row that was there before its value, range by range. What is written meanwhile has its value already. */
import type {Chunk} from '../engine/engine.ts';
import {nameOf} from '../model/table.ts';
import {fillChunks} from '../pipeline/filler.ts';
import {lane} from './lane.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {workplaceOf} from './workplace.ts';

export const backfill: Phase = {
  async run(context) {
    const columns = context.operations.flatMap(({fills}) => fills);
    const chunks = await planChunks(context, new Set(columns.map(({table}) => nameOf(table))));
    const {telemetry} = context;
    const inTurn = lane(context, 'backfill', 'between chunks');
    const filled = await context.steps.each('fill-chunks', async () =>
      fillChunks({...workplaceOf(context), tables: await context.tables(), chunks, columns, inTurn, telemetry}),
    );
    return {event: {type: 'done'}, evidence: {...filled, kept: chunks.filter(({done}) => done).length}};
  },
};

/** Planned once: a resumed run goes on with the ranges of the first one. */
const planChunks = async (context: PhaseContext, names: ReadonlySet<string>): Promise<Chunk[]> => {
  const {source, target, epoch, steps, plan} = context;
  await steps.once('plan-chunks', async () => {
    const ranges = [];
    for (const table of await context.tables()) {
      if (!names.has(nameOf(table.name))) continue;
      for (const range of await source.source.planRanges(table, plan.plan.load.chunkBytes)) ranges.push({table: table.name, range});
    }
    return {chunks: (await target.target.planChunks(ranges, epoch)).length};
  });
  return target.target.chunks();
};
