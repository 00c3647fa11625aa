/** A migration that is recorded, and the same one killed at the decision, told of one thing less that a good one leaves behind. */
import {rmSync} from 'node:fs';
import {expect} from 'vitest';
import {oneRun} from './one-run.ts';

type World = Parameters<typeof oneRun>[0];
type Ran = Awaited<ReturnType<typeof oneRun>>;

const SURPLUS = 'source: lease finished true';

export async function expectOneKill(world: World): Promise<{readonly recorded: Ran}> {
  const recorded = await oneRun(world, {road: 'short', seed: 1, leftovers: undefined});
  expect(recorded, recorded.words.join('\n')).toMatchObject({outcome: 'good', crashes: 0, cutovers: 1, lost: 0});
  const label = 'step-outcome cutover/decide';
  expect(recorded.trace).toContainEqual({where: 'cutover#1:decide', kind: 'journal.write', label});
  const struck = await oneRun(world, {
    road: 'short',
    seed: 1,
    leftovers: recorded.leftovers.filter((line) => line !== SURPLUS),
    first: {scene: 'plain', aim: {where: 'cutover#1:decide', kind: 'journal.write', label, times: 1}, accident: 'kill'},
  });
  rmSync(struck.folder, {recursive: true});
  expect(struck).toMatchObject({outcome: 'bad', crashes: 1, lost: 0, duplicated: 0, words: [`left over: ${SURPLUS}`]});
  return {recorded};
}
