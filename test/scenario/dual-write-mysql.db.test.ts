/** Reads first from MySQL and MariaDB to PostgreSQL: shadow reads, the shift, the write switch, back, and forward again, with the runner killed in the shift. */
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {movedOrders, openMovingStory} from '../support/dual-mysql.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {isPhaseEnded} from '../support/story.ts';
import {asked} from '../support/there-and-back.ts';
import {readsFirst} from '../support/reads-first.ts';
import {untilTrue} from '../support/until.ts';

const READS = {shadow: {percent: 50, equal: 40}, shift: {steps: [10, 100], answered: 40}};
const SERVERS = (await hadServers()).filter(({request}) => request.version !== '11.8');

describe.each(SERVERS)('reads first from $title', (had) => {
  test.skipIf(!had.server)('nobody misses an own order, every order is there once, and all of it goes back and forth', async () => {
    const moving = await openMovingStory(had, 'dual-mysql', READS);
    await using story = moving.story;
    await using application = moving.shopping();
    await readsFirst(story, 'dual-mysql', application);
    expect(await movedOrders(moving)).toEqual(application.acknowledged.map((n, i) => [`${i + 1}`, `${n}`, `${n}`, `${n}`]));
    const ended = (await story.facts()).filter(isPhaseEnded('shift-reads', 'done'));
    expect(ended[0]).toMatchObject({
      evidence: {
        shares: [
          {readPercent: 10, differing: 0, failed: 0, unsettled: 0},
          {readPercent: 100, differing: 0, failed: 0, unsettled: 0},
        ],
      },
    });
    expect(ended[1]).toMatchObject({evidence: {kept: 'the target answers reads already'}});
    expect(Number(await story.target.value(`SELECT sum(n) FROM ${moving.schema}.crossfade_outbox`))).toBeGreaterThan(50);
  });
});

/** One is enough: who proves a difference is the router, whatever the source. */
describe.each(SERVERS.slice(0, 1))('reads first from $title', (had) => {
  test.skipIf(!had.server)(
    'a read that the target answers otherwise brings all reads back and stops the run; mended, it goes on',
    async () => {
      const moving = await openMovingStory(had, 'dual-mysql-halt', {...READS, shift: {steps: [10, 100], answered: 600}});
      await using story = moving.story;
      await using application = moving.shopping();
      const {router} = application.shop;
      const runner = story.start(['run', story.planFile]);
      let isOver = false;
      const ended = runner.ended.finally(() => (isOver = true));
      // Integers divide into a decimal on the source, and into an integer on the target.
      const question = {source: {sql: 'SELECT 7 / 2 AS half'}, target: {sql: 'SELECT 7 / 2 AS half'}};
      await untilTrue('reads shift', () => isOver || (router.state().dual?.readPercent ?? 0) > 0);
      while (!isOver) await router.read(question);
      expect(await ended).toBe(1);
      expect(runner.lastWords()).toContain('CF-READ-001');
      const told = 'SELECT ? / ? AS half gave 1 rows of (half) on the source and 1 on the target';
      expect(readFileSync(story.log, 'utf8')).toContain(told);
      await untilTrue('the reads are back', () => router.state().dual?.readPercent === 0);

      // The application sends it by `query` now.
      const again = story.start(['resume']);
      await story.untilFact('the target serves', isPhaseEnded('cutover', 'done'));
      await asked(story, 'complete', 'dual-mysql-halt');
      expect(await again.ended, again.lastWords()).toBe(0);
      await application.stop();
      expect(application.complaints).toEqual([]);
      expect(await movedOrders(moving)).toEqual(application.acknowledged.map((n, i) => [`${i + 1}`, `${n}`, `${n}`, `${n}`]));
    },
  );
});
