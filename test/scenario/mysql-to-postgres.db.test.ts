/** MySQL and MariaDB to PostgreSQL under live writes: forward, back, forward again, and the end, by the real command line. */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import type {CanaryReport} from '../../src/canary/canary.ts';
import {walkWithKills} from '../support/killed-walk.ts';
import {openMovedStory} from '../support/moved-story.ts';
import {hadServers} from '../support/mysql-databases.ts';
import type {Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const SERVERS = await hadServers();

describe.each(SERVERS)('$title to PostgreSQL', (had) => {
  test.skipIf(!had.server)('goes there, comes back, goes there again and ends, and nothing is lost', async () => {
    await using moved = await openMovedStory(had, 'to-postgres');
    await thereAndBack(moved.story, 'to-postgres');
    await moved.expectNothingLost();
  });
});

/** Of each product one. */
describe.each(SERVERS.slice(0, 2))('$title to PostgreSQL', (had) => {
  test.skipIf(!had.server)(
    'killed in every phase and at the steps of both cutovers, with a canary, it goes on, and nothing is lost',
    {timeout: 600_000},
    async () => {
      await using moved = await openMovedStory(had, 'killed');
      await walkWithKills(moved.story, 'killed', await withCanary(moved.story));
      await moved.expectNothingLost();
      const reports = (await moved.story.facts()).flatMap((fact) =>
        fact.type === 'phase-ended' && /cutover/.test(fact.phase) && fact.outcome === 'done'
          ? [(fact.evidence as {canary: CanaryReport | {readonly unmeasured: string}}).canary]
          : [],
      );
      expect(reports).toHaveLength(3);
      // One that a runner took over from a dead one has no canary of its own; the last runner of all had.
      const measured = reports.flatMap((report) => ('unmeasured' in report ? [] : report));
      expect(measured.length).toBeGreaterThan(0);
      for (const report of measured) expect(report).toMatchObject({lost: 0, twice: 0, undead: 0, astray: 0});
    },
  );
});

/** Its tokens go through the router, under an account of the application's. */
async function withCanary(story: Story): Promise<string> {
  const schema = new URL(story.source.url).pathname.slice(1);
  const role = `app_${randomBytes(4).toString('hex')}`;
  await story.source.run(
    `CREATE USER '${role}'@'%' IDENTIFIED BY 'canary'`,
    `GRANT SELECT, INSERT, UPDATE ON \`${schema}\`.* TO '${role}'@'%'`,
  );
  await story.target.run(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
  const [source, target] = (['source', 'target'] as const).map((side) =>
    story.secret(Object.assign(new URL(story[side].url), {username: role, password: 'canary'}).href),
  );
  return story.writePlan('canary.yaml', {canary: {source, target}});
}
