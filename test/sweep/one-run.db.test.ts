import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {oneRun} from './one-run.ts';
import {openWorld} from './world.ts';

test('a migration is recorded, its watchdog as well; one that dies at a point comes to its end, and what it leaves too much is found', {
  timeout: 600_000,
}, async () => {
  await using world = await openWorld(false, 1);
  const recorded = await oneRun(world, {road: 'short', seed: 1, leftovers: undefined});
  expect(recorded, recorded.words.join('\n')).toMatchObject({outcome: 'good', crashes: 0, cutovers: 1, lost: 0});
  const label = 'step-outcome cutover/decide';
  expect(recorded.trace).toContainEqual({where: 'cutover#1:decide', kind: 'journal.write', label});
  expect(recorded.trace.filter(({where, kind}) => where === 'watchdog#1' && kind === 'sql.reply')).not.toEqual([]);
  const surplus = 'source: lease finished true';
  const struck = await oneRun(world, {
    road: 'short',
    seed: 1,
    leftovers: recorded.leftovers.filter((line) => line !== surplus),
    first: {scene: 'plain', aim: {where: 'cutover#1:decide', kind: 'journal.write', label, times: 1}, accident: 'kill'},
  });
  rmSync(struck.folder, {recursive: true});
  expect(struck).toMatchObject({outcome: 'bad', crashes: 1, lost: 0, duplicated: 0, words: [`left over: ${surplus}`]});
});
