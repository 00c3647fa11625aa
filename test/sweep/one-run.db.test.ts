import {expect, test} from 'vitest';
import {expectOneKill} from './one-kill.ts';
import {openWorld} from './world.ts';

test('a migration is recorded, its watchdog as well; one that dies at a point comes to its end, and what it leaves too much is found', {
  timeout: 600_000,
}, async () => {
  await using world = await openWorld(false, 1);
  const {recorded} = await expectOneKill(world);
  expect(recorded.trace.filter(({where, kind}) => where === 'watchdog#1' && kind === 'sql.reply')).not.toEqual([]);
});
