/** A row that MySQL or MariaDB cannot take back, under live writes: left out, named, and carried once it is changed (H-109). */
import {describe, expect, test} from 'vitest';
import {openMovedStory} from '../support/moved-story.ts';
import {mysqlServer} from '../support/mysql-servers.ts';
import {STREAM_SERVERS} from '../support/mysql-stream-side.ts';
import {ifHad} from '../support/servers.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const parked = async (story: Story): Promise<string> => (await story.type('parked', '--show-keys')).output;

for (const request of STREAM_SERVERS) {
  const server = await ifHad(() => mysqlServer(request));
  describe.skipIf(!server)(`${request.flavour} ${request.version}`, () => {
    test('a text that is too long for the source keeps the way back closed, and nothing else', async () => {
      const plan = {reverse: {window: '0s', misfits: 'park'}};
      await using moved = await openMovedStory({title: request.flavour, request, server}, 'mysql-parked', {pauseMs: 20, plan});
      const {story} = moved;
      const schema = await story.source.value('SELECT database()');
      const runner = story.start(['run', story.planFile]);
      await opened(story, 'cutover', 1);
      await story.target.run(
        `ALTER TABLE "${schema}".account DROP CONSTRAINT account_note_check`, // which would have told the application
        `INSERT INTO "${schema}".account (id, name, balance, note, seen) VALUES (5000, 'Long', 1250, repeat('secret ', 10000), '2024-01-01')`,
        `UPDATE "${schema}".account SET name = 'Longer' WHERE id = 5000`,
      );
      await untilTrue('it is parked', async () => (await parked(story)).includes('5000'));
      expect(await parked(story)).toMatch(/\.account key \["5000"\], for .*: 1406: Data too long for column 'note'/);
      await asked(story, 'reverse', 'mysql-parked');
      await story.untilFact('the attempt is called off', isPhaseEnded('reverse-cutover', 'back'));
      await story.target.run(`UPDATE "${schema}".account SET note = 'short' WHERE id = 5000`);
      await untilTrue('it travels', async () => (await parked(story)) === '');
      await asked(story, 'reverse', 'mysql-parked');
      await opened(story, 'reverse-cutover', 1);
      expect(await story.source.rows('SELECT name, note FROM account WHERE id = 5000')).toEqual([['Longer', 'short']]);
      await opened(story, 'cutover', 2);
      await asked(story, 'complete', 'mysql-parked');
      expect(await runner.ended, runner.lastWords()).toBe(0);
      await moved.expectNothingLost();
    });
  });
}
