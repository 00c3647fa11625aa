/**
 * The watchdog runs on another host. While clients are held the runner dies and that host's cable is pulled out: whoever
 * is left, the databases alone, lets no two sides be open, and the watchdog does what is right when it is back.
 */
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {otherHost, serverForBoth} from '../support/other-host.ts';
import {isAlive} from '../support/server-process.ts';
import {optional} from '../support/servers.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import {ROUTE} from '../support/standing.ts';
import {isPhaseStarted} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const mayMake = (await optional(async () => otherHost()[Symbol.dispose]() ?? true)) === true;
const side = (url: string) => ({engine: 'postgres', url, tls: {mode: 'disable'}});
const plan = {source: side('env:STORY_SOURCE'), target: side('env:STORY_TARGET'), cutover: {start: 'auto', stallBudget: '5s'}};
/** More than were on their way when the runner died. */
const SERVED = 20;

test.skipIf(!mayMake)(
  'before the decision: the source opens by itself, and a watchdog that comes back late does nothing any more',
  async () => {
    using host = otherHost();
    await using source = await serverForBoth(host, {version: 17});
    await using target = await serverForBoth(host, {version: 18});
    await using story = await openShopStory('elsewhere', 71, plan, {source, target});
    await standingAt(story, host.writeNode(story.folder), 'step-intent cutover/drain');
    host.unplug();
    await story.killRunner();
    const watchdog = await watchdogOf(story);
    await untilServedBy(story, 'source');
    expect(await story.source.value(`SELECT state FROM crossfade.fence`), 'nobody has released it').toBe('fenced');
    const runner = story.start(['resume']);
    await untilServedBy(story, 'target');
    expect(isAlive(watchdog)).toBe(true);
    host.plugIn();
    await untilTrue('the watchdog has seen who is in charge, and left', () => !isAlive(watchdog));
    expect([await story.source.value(ROUTE), await story.target.value(ROUTE)]).toEqual(['target, open', 'target, open']);
    await expectComplete(story, 'elsewhere', runner.ended);
  },
);

test.skipIf(!mayMake)('after the decision: nobody is open until the watchdog is back, and then the target is', async () => {
  using host = otherHost();
  await using source = await serverForBoth(host, {version: 17});
  await using target = await serverForBoth(host, {version: 18});
  await using story = await openShopStory('decided', 73, plan, {source, target});
  await standingAt(story, host.writeNode(story.folder), 'step-outcome cutover/decide');
  host.unplug();
  await story.killRunner();
  const watchdog = await watchdogOf(story);
  const isOver = `SELECT deadline < clock_timestamp() FROM crossfade.fence WHERE state = 'committed'`;
  await untilTrue('the deadline has passed', async () => (await story.source.value(isOver)) === 't');
  const OPEN = "SELECT count(*) FROM crossfade.fence WHERE state = 'released'";
  expect([await story.source.value(OPEN), await story.target.value(OPEN)], 'both are closed').toEqual(['0', '0']);
  expect(isAlive(watchdog)).toBe(true);
  host.plugIn();
  await untilServedBy(story, 'target');
  await expectComplete(story, 'decided', story.start(['resume']).ended);
});

/** The runner stands there, and its watchdog is on the other host. */
async function standingAt(story: ShopStory, watchdog: string, label: string): Promise<void> {
  const file = join(story.folder, 'stand');
  story.start(['run', story.planFile], {kind: 'journal.write', label, act: 'wait', file, watchdog});
  await untilTrue(`the runner stands at ${label}; see ${story.folder}`, () => existsSync(`${file}.reached`));
}

/** The number of its process, which the journal tells when nobody writes there any more. */
async function watchdogOf(story: ShopStory): Promise<number> {
  const started = (await story.facts()).find((fact) => fact.type === 'step-outcome' && fact.step === 'start-watchdog');
  return (started as {readonly evidence: {readonly pid: number}} | undefined)?.evidence.pid ?? 0;
}

async function untilServedBy(story: ShopStory, side: 'source' | 'target'): Promise<void> {
  await untilTrue(`the application is on the ${side}`, () => story.application.report()?.side === side);
  const from = story.acknowledged();
  await untilTrue(`the ${side} serves`, () => story.acknowledged() >= from + SERVED);
}

async function expectComplete(story: ShopStory, name: string, ended: Promise<number | null>): Promise<void> {
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await untilTrue('it is complete', async () => (await story.type('complete', '--confirm', name, '--reason', 'the end')).code === 0);
  expect(await ended).toBe(0);
  await story.expectNothingLost('target', 1);
}
