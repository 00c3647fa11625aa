/** What `plan` and `sql` show of a MySQL or MariaDB side is what it sends: its server writes down every statement of a whole walk. */
import {describe, expect, test} from 'vitest';
import {LOGGING, missed, seenOf, untold} from '../../../test/support/mysql-announced.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {takeWalk} from '../../../test/support/mysql-walk.ts';
import {openWalkStory} from '../../../test/support/mysql-walk-story.ts';

describe.each(await hadServers(() => LOGGING))('$title', (had) => {
  test.skipIf(!had.server)('all of it was announced, and what was announced for certain has happened', {timeout: 300_000}, async () => {
    await using story = await openWalkStory(had);
    const walk = await story.walk();
    await takeWalk(walk);
    const announced = (await Promise.all(walk.acts.flatMap((act) => act.announced ?? []))).flat();
    const seen = await seenOf(story.database, story.user);
    expect(seen.length).toBeGreaterThan(100);
    expect({untold: untold(seen, announced), missed: missed(seen, announced)}).toEqual({untold: [], missed: []});
  });
});
