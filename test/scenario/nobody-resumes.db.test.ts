/** The runner dies inside the cutover and nobody resumes it: the watchdog alone brings the application back. */
import {expect, test} from 'vitest';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {isPhaseStarted} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

/** More than were on their way when the runner died. */
const SERVED = 20;

test('before the decision the source serves again by itself, after it the target does', async () => {
  await using story = await openShopStory('nobody', 23);
  await story.killAt({kind: 'sql.reply', label: 'fence: COMMIT'}, ['run', story.planFile]);
  await untilServedBy(story, 'source');
  await story.killAt({kind: 'sql.send', label: `work: UPDATE crossfade.fence SET state = 'released'`});
  await untilServedBy(story, 'target');
  const runner = story.start(['resume']);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', 'nobody', '--reason', 'the end')).code === 0);
  expect(await runner.ended).toBe(0);
  await story.expectNothingLost('target', 1);
});

async function untilServedBy(story: ShopStory, side: 'source' | 'target'): Promise<void> {
  await untilTrue(`the application is on the ${side}`, () => story.application.report()?.side === side);
  const from = story.acknowledged();
  await untilTrue(`the ${side} serves`, () => story.acknowledged() >= from + SERVED);
  await untilTrue(
    `nothing is held on the ${side}`,
    () => story.application.report()?.side === side && story.application.report()?.isHeld === false,
  );
}
