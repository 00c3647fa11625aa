/** A fixed part of the campaign, whichever engines the sides are of: what it finds has to be found each time, and what it must not find as well. */
import {afterAll, beforeAll, expect, test} from 'vitest';
import {cleanPass} from './clean-pass.ts';
import {seededPass} from './seeded-pass.ts';
import {type CampaignServers, type CampaignWorld, openCampaignWorld} from './world.ts';
import {startWriters, type Writers} from './writers.ts';

const SEED = 20_261_121;
const COUNT = 50;
/** A pace that a busy machine keeps up with; the command measures what this one can do. */
const WRITES_A_SECOND = 200;

export function sampleOf(pair: CampaignServers['pair'], urls: () => Promise<Pick<CampaignServers, 'source' | 'target'>>): void {
  let world: CampaignWorld;
  let writers: Writers;
  beforeAll(async () => {
    const {source, target} = await urls();
    world = await openCampaignWorld({pair, source, target});
    writers = await startWriters({pair, url: source, seed: SEED, generation: 0}, WRITES_A_SECOND);
  });
  afterAll(async () => {
    await writers?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  test('two sides that are equal raise no alarm while the application writes', async () => {
    expect(await cleanPass(world, writers, 0)).toMatchObject({words: [], rows: expect.any(Number)});
  });

  test.each([1, 2])(`every corruption of pass %i, seed ${SEED}, is found and named, and repaired with its cause`, async (pass) => {
    const result = await seededPass(world, writers, {seed: SEED, pass, count: COUNT});
    expect(result.words.join('\n')).toBe('');
    expect(result).toMatchObject({corruptions: COUNT, found: COUNT});
    expect(Object.keys(result.kinds).toSorted()).toEqual(Object.keys(world.pair.recipes).toSorted());
  });

  test('and afterwards they are equal still', async () => {
    expect(await cleanPass(world, writers, 0)).toMatchObject({words: []});
    expect(writers.writes).toBeGreaterThan(0);
  });
}
