/** One comparison, as long as asked, of two sides that are equal, while the application writes: any difference is a false alarm. */
import {shapes, type TableNamed} from './tables.ts';
import {type PassResult, summaryOf, verificationOf} from './seeded-pass.ts';
import {CHUNK_BYTES, type CampaignWorld} from './world.ts';
import type {Writers} from './writers.ts';

/** Ranges that are compared at the same time, each of which waits for its turn. */
const AT_ONCE = 2;

/** `wantedMs`: the comparison takes at least this long, with rests between its ranges, as a throttle would have it. */
export async function cleanPass(world: CampaignWorld, writers: Writers, wantedMs: number): Promise<PassResult> {
  const ranges = await rangesOf(world);
  world.restMs = Math.ceil((wantedMs * AT_ONCE) / ranges);
  const [began, before] = [performance.now(), writers.writes];
  try {
    const verified = await Promise.race([world.verify({repair: false, seeded: []}), world.failed]);
    const ms = performance.now() - began;
    const {equal, differing = 0, uncompared = 0} = verificationOf(verified);
    const words = [
      ...(verified.error === undefined ? [] : [verified.error]),
      ...(differing > 0 ? [`a false alarm: ${JSON.stringify(verified.evidence['found'])}`] : []),
      ...(uncompared > 0 ? [`${uncompared} rows were not compared`] : []),
      ...(equal === true ? [] : ['not equal']),
      ...(ms < wantedMs ? [`it took ${Math.round(ms)} ms only`] : []),
    ];
    return {words, ms, ...summaryOf(verified), writes: writers.writes - before};
  } finally {
    world.restMs = 0;
  }
}

async function rangesOf({source}: CampaignWorld): Promise<number> {
  const names = Object.keys(shapes) as TableNamed[];
  const tables = await source.database.catalog.tables({tables: names, exclude: []});
  const planned = await Promise.all(tables.map((table) => source.database.source.planRanges(table, CHUNK_BYTES)));
  return planned.reduce((sum, one) => sum + one.length, 0);
}
