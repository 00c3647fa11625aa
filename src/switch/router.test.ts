import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {type SwitchWorld, trafficSwitchConformance} from '../../test/conformance/traffic-switch.ts';
import {realEffects, recordingEffects} from '../../test/support/effects.ts';
import {memorySide, switchFacts} from '../../test/support/switch-facts.ts';
import type {RouteRow} from '../model/route.ts';
import {router} from './router.ts';

/** As the router chooses: the newest row of both sides. */
const newest = (rows: readonly (RouteRow | undefined)[]): RouteRow | undefined =>
  rows.reduce((a, b) => (!a || (b && (b.epoch > a.epoch || (b.epoch === a.epoch && b.version > a.version))) ? b : a), undefined);

trafficSwitchConformance('router', async (): Promise<SwitchWorld> => {
  const [source, target] = [memorySide(), memorySide()];
  const row = (): RouteRow | undefined => newest([source.row(), target.row()]);
  let waiting = 0;
  return {
    driver: (effects) => router({}, switchFacts(effects, source, target)),
    async statement() {
      waiting += 1;
      while (row()?.state === 'hold') await sleep(2);
      waiting -= 1;
      return row()?.side ?? 'source';
    },
    waiting: async () => (row()?.state === 'hold' ? waiting : 0),
    end: async () => {},
  };
});

test('a hold names its end, and keeps the side', async () => {
  const [source, target, effects] = [memorySide(), memorySide(), recordingEffects()];
  const one = router({}, switchFacts(effects, source, target));
  await one.hold({epoch: 3, untilMs: 5000});
  const expected = {epoch: 3, version: 1, side: 'source', state: 'hold', holdMs: 5000, readPercent: 0};
  expect([source.row(), target.row()]).toEqual([expected, expected]);
  expect(effects.points.map(({label}) => label)).toEqual(['router hold source on the source', 'router hold source on the target']);
});

test('when one side is down the other is told, and the failure is reported', async () => {
  const [source, target] = [memorySide(), memorySide()];
  const one = router({}, switchFacts(realEffects(), source, target));
  await one.hold({epoch: 1, untilMs: 5000});
  source.setDown(true);
  await expect(one.route({epoch: 1, side: 'target'})).rejects.toThrow('the server is down');
  expect(target.row()).toMatchObject({side: 'target', state: 'open'});
  expect((await one.observe()).side).toBe('unknown');
  source.setDown(false);
  expect(await one.observe()).toEqual({side: 'neither', held: true});
  expect(newest([source.row(), target.row()])).toMatchObject({side: 'target', state: 'open'});
  await one.route({epoch: 1, side: 'target'});
  expect(await one.observe()).toEqual({side: 'target', held: false});
});

test('a side that missed a write never counts as newer afterwards', async () => {
  const [source, target] = [memorySide(), memorySide()];
  const one = router({}, switchFacts(realEffects(), source, target));
  target.setDown(true);
  for (const again of [1, 2, 3]) await expect(one.hold({epoch: again, untilMs: 5000})).rejects.toThrow('the server is down');
  target.setDown(false);
  source.setDown(true);
  await expect(one.route({epoch: 3, side: 'target'})).rejects.toThrow('the server is down');
  source.setDown(false);
  await one.route({epoch: 3, side: 'target'});
  expect(source.row()).toEqual(target.row());
});
