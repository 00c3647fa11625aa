/** What a fault of the network in a cutover may not do, whichever engines the sides are of. */
import {rmSync} from 'node:fs';
import {expect} from 'vitest';
import {oneRun} from '../sweep/one-run.ts';
import type {World} from '../sweep/world.ts';
import type {FaultCase} from './fault-case.ts';
import {mishapOf} from './fault-mishap.ts';

export const SEED = 1;

export async function expectSurvived(world: World, one: FaultCase): Promise<void> {
  const result = await oneRun(world, {
    road: 'short',
    seed: SEED,
    leftovers: undefined,
    prepare: (databases, name) => mishapOf(one, databases, name),
  });
  expect(result, `${result.words.join('\n')}\nsee ${result.folder}`).toMatchObject({outcome: 'good', lost: 0, duplicated: 0, words: []});
  rmSync(result.folder, {recursive: true, force: true});
}
