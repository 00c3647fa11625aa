/** A source in a container: its server is killed in the middle of the load, and the shop still moves there and back. */
import {existsSync, writeFileSync} from 'node:fs';
import {afterAll, describe, expect, test} from 'vitest';
import {optional, ownPostgresServer, postgresServer} from '../support/servers.ts';
import {openShopStory} from '../support/shop-story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const source = await optional(() => ownPostgresServer({from: 'container'}));
const THIRD_CHUNK = {kind: 'sql.reply', label: 'UPDATE crossfade.chunk SET state', times: 3} as const;

afterAll(() => source?.stop());

describe.skipIf(source === undefined)('from a container', () => {
  test('a shop is moved although its server is killed on the way, and nothing is lost', {timeout: 300_000}, async () => {
    if (!source) throw new Error('skipped without it');
    await using story = await openShopStory(
      'container',
      151,
      {load: {parallel: 1, chunk: '8KiB'}},
      {
        source,
        target: await postgresServer({version: 18}),
      },
    );
    const runner = story.start(['run', story.planFile], {...THIRD_CHUNK, act: 'wait', file: `${story.folder}/chunk`});
    await untilTrue(`the third chunk; see ${story.folder}`, () => existsSync(`${story.folder}/chunk.reached`));
    await source.kill9();
    await source.restart();
    writeFileSync(`${story.folder}/chunk.go`, '');
    expect(await runner.ended).toBe(1);
    await story.reopen('source');
    await thereAndBack(story, 'container');
    await story.expectNothingLost('target', 3);
  });
});
