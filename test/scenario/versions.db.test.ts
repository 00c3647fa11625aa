/** The pairs of versions that no other scenario walks, forward, back and forward under load. */
import {afterAll, describe, test} from 'vitest';
import {ifHad, ownPostgresServer, postgresServer, type PostgresVersion} from '../support/servers.ts';
import {openShopStory} from '../support/shop-story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

/** 17 to 18 and 15 to 18 are everywhere else; 14 to 18 with least privileges. */
const PAIRS: readonly (readonly [PostgresVersion, PostgresVersion])[] = [
  [16, 18],
  [14, 16],
  [18, 18],
];

describe.each(PAIRS)('from %i to %i', async (from, to) => {
  const own = from === to ? await ifHad(() => ownPostgresServer({version: to})) : undefined;
  const servers = await ifHad(async () => ({
    source: await postgresServer({version: from}),
    target: own ?? (await postgresServer({version: to})),
  }));
  afterAll(() => own?.stop());

  test.skipIf(!servers)('a shop is moved there, back and there again, and nothing is lost', {timeout: 300_000}, async () => {
    const name = `versions-${from}-${to}`;
    await using story = await openShopStory(name, from + to, {}, servers);
    await thereAndBack(story, name);
    await story.expectNothingLost('target', 3);
  });
});
