/** A server that keeps no log for its readers lets it go while nobody reads it: the closed side is watched on, and both ways stay open. */
import {describe, expect, test} from 'vitest';
import {openMovedStory} from '../support/moved-story.ts';
import {ownMysqlServer} from '../support/mysql-servers.ts';
import {STREAM_SERVERS} from '../support/mysql-stream-side.ts';
import {ifHad} from '../support/servers.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

/** All that was written so far, as the server does with what is too old. */
async function purge({source}: Story): Promise<void> {
  await source.run('FLUSH BINARY LOGS');
  await untilTrue('the log is purged', async () => {
    const logs = await source.rows('SHOW BINARY LOGS');
    await source.run(`PURGE BINARY LOGS TO '${logs.at(-1)?.[0] ?? ''}'`);
    return logs.length === 1;
  });
}

for (const request of STREAM_SERVERS) {
  // Of its own: others on a shared one still need the log.
  const server = await ifHad(() => ownMysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    test('a runner that comes back when the log of the closed source is gone goes back, forward and to the end (H-69)', async () => {
      await using moved = await openMovedStory({title: request.flavour, request, server}, 'purged');
      const {story} = moved;
      story.start(['run', story.planFile]);
      await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
      await story.killRunner();
      await purge(story);
      const runner = story.start(['resume']);
      await asked(story, 'reverse', 'purged');
      await opened(story, 'reverse-cutover', 1);
      await opened(story, 'cutover', 2);
      await asked(story, 'complete', 'purged');
      expect(await runner.ended, runner.lastWords()).toBe(0);
      expect(runner.lastWords()).not.toContain('CF-');
      await moved.expectNothingLost();
    });
  });
}
