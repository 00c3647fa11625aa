/**
 * An application of MySQL or MariaDB with the router, and a canary beside it: forward, back and forward. Its transactions read
 * before they write, which is what the fence's triggers could end as deadlocks, and none of them is told of any error.
 */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import type {CanaryReport} from '../../src/canary/canary.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {ROUTED_SCHEMA, startRoutedApplication} from '../support/routed-application.ts';
import {openStory} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const SIDES = ['source', 'target'] as const;
const CLEAN = {lost: 0, twice: 0, undead: 0, astray: 0};

describe.each((await hadServers()).filter(({request}) => request.version !== '10.11'))('an application of $title', (had) => {
  test.skipIf(!had.server)(
    'follows the route there, back and there without an error, and each token of the canary is there once (C12)',
    {
      timeout: 300_000,
    },
    async () => {
      if (!had.server) throw new Error('left out');
      const engine = had.request.flavour;
      const {server} = had;
      // Of its own: others have tables of these names on the same server.
      const schema = `routed_${randomBytes(6).toString('hex')}`;
      await using story = await openStory({
        name: 'routed',
        tables: [`${schema}.*`],
        on: {source: {createDatabase: () => server.createDatabase(schema)}},
        plan: {source: {engine, url: 'env:STORY_SOURCE'}, schema: {kind: 'convert'}},
      });
      const role = `app_${randomBytes(4).toString('hex')}`;
      await story.source.run(
        ...ROUTED_SCHEMA,
        `CREATE USER '${role}'@'%' IDENTIFIED BY 'canary'`,
        `GRANT SELECT, INSERT, UPDATE ON \`${schema}\`.* TO '${role}'@'%'`,
      );
      await story.target.run(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
      const [source, target] = SIDES.map((side) => Object.assign(new URL(story[side].url), {username: role, password: 'canary'}).href);
      const plan = story.writePlan('canary.yaml', {canary: {source: story.secret(source ?? ''), target: story.secret(target ?? '')}});
      const {output} = await story.type('doctor', plan, '--json');
      const roles = {source: `${role}@%`, target: role};
      expect(JSON.parse(output)).toMatchObject({fit: true, canary: SIDES.map((side) => ({side, role: roles[side]}))});

      await using application = startRoutedApplication({source: source ?? '', target: story.target.url}, schema, 'routed');
      await thereAndBack(story, 'routed', plan);
      await application.stop();

      expect(application.errors).toEqual([]);
      const entries = await story.target.rows(`SELECT concat_ws(' ', client, n) FROM ${schema}.entry`);
      expect(entries).toHaveLength(application.acknowledged.size);
      expect(new Set(entries.flat())).toEqual(application.acknowledged);
      const facts = await story.facts();
      const reports = facts.flatMap((fact) =>
        fact.type === 'phase-ended' && /cutover/.test(fact.phase) && fact.outcome === 'done'
          ? [(fact.evidence as {canary: CanaryReport}).canary]
          : [],
      );
      expect(reports.map(({paths: [path]}) => path?.role)).toEqual([roles.source, roles.target, roles.source]);
      for (const report of reports) {
        expect(report).toMatchObject({...CLEAN, paths: [{path: 'crossfade/router', reached: true}]});
        expect(report.failure).toBeUndefined();
        expect(Math.min(report.onSource ?? 0, report.onTarget ?? 0, report.stallMs)).toBeGreaterThan(0);
      }
    },
  );
});
