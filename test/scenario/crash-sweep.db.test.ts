/**
 * Kills at points chosen by chance, of every kind, one after another until the migration is through: what the named
 * points of the other stories leave out. `CROSSFADE_SWEEP_SEED` repeats a sweep, `CROSSFADE_SWEEPS` makes more of them.
 */
import {expect, test} from 'vitest';
import {chance} from '../../examples/demo/chance.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseEnded, isPhaseStarted} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const SEED = Number(process.env['CROSSFADE_SWEEP_SEED'] ?? 7);
const SWEEPS = Number(process.env['CROSSFADE_SWEEPS'] ?? 1);
/** A whole migration of the shop passes about 1,500 points. */
const POINTS_MAX = 1000;
const KILLS_MAX = 12;

for (let seed = SEED; seed < SEED + SWEEPS; seed++) {
  test(`a sweep of kills, seed ${seed}`, {timeout: 900_000}, async () => {
    await using story = await openShopStory('sweep', seed);
    const random = chance(seed);
    let kills = 0;
    while (kills < KILLS_MAX && !(await isThrough(story))) {
      const runner = story.start(kills ? ['resume'] : ['run', story.planFile], {
        label: '',
        times: 20 + random.below(POINTS_MAX),
        act: 'kill',
      });
      await untilTrue('the runner is dead, or the migration through', async () => !runner.isRunning || (await isThrough(story)));
      await runner.kill9();
      kills += 1;
    }
    const last = story.start(['resume']);
    await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
    await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', 'sweep', '--reason', 'the end')).code === 0);
    expect(await last.ended).toBe(0);
    await story.expectNothingLost('target', 1);
  });
}

const isThrough = async (story: ShopStory): Promise<boolean> => (await story.facts()).some(isPhaseEnded('cutover', 'done'));
