/** Gives every row that was there before its value, range by range. What is written meanwhile has its value already. */
import type {Chunk} from '../engine/engine.ts';
import {tablesOf} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import {fillBytes, fillChunks} from '../pipeline/filler.ts';
import {lane} from './lane.ts';
import type {Phase, PhaseContext} from './phase.ts';
import {workplaceOf} from './workplace.ts';

export const backfill: Phase = {
  async run(context) {
    const fills = context.operations.filter(({words}) => words.fills !== undefined).map(({planned}) => planned);
    const chunks = await planChunks(context, new Set(fills.flatMap(tablesOf).map(nameOf)));
    const {telemetry} = context;
    const inTurn = lane(context, 'backfill', 'between chunks');
    const filled = await context.steps.each('fill-chunks', async () =>
      fillChunks({...workplaceOf(context), tables: await context.tables(), chunks, fills, inTurn, telemetry}),
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
      for (const range of await source.source.planRanges(table, fillBytes(table, plan.plan.load.chunkBytes)))
        ranges.push({table: table.name, range});
    }
    return {chunks: (await target.target.planChunks(ranges, epoch)).length};
  });
  return target.target.chunks();
};
