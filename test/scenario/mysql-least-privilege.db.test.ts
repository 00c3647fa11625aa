/**
 * MySQL and MariaDB to PostgreSQL and back by accounts that hold exactly what `doctor` prints, and nothing else (H-95); and
 * whatever the source's server wrote down of it had been announced by `plan`.
 */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import type {Finding, Grant} from '../../src/engine/engine.ts';
import {planned} from '../support/announced-story.ts';
import {stepsOf} from '../support/announced.ts';
import {LOGGING, missed, seenOf, untold} from '../support/mysql-announced.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {openStory, type Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const SIDES = ['source', 'target'] as const;
const SCHEMA = [
  `CREATE TABLE item (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, word varchar(40), cents decimal(10,2), at datetime(3))`,
  `CREATE TABLE part (item int unsigned NOT NULL, n int NOT NULL, PRIMARY KEY (item, n), FOREIGN KEY (item) REFERENCES item (id))`,
  `INSERT INTO item (word, cents, at) WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 500) SELECT concat('w', n), n / 4, now(3) FROM i`,
  'INSERT INTO part SELECT id, 1 FROM item',
];

type Doctor = {
  readonly fit: boolean;
  readonly findings: readonly Finding[];
  readonly grants: Readonly<Record<'source' | 'target', readonly Grant[]>>;
};

const doctor = async (story: Story, plan: string): Promise<Doctor> => {
  const {output, error} = await story.type('doctor', plan, '--json');
  if (!output.includes('"fit"')) throw new Error(`${output}${error}`);
  // The document's form is an interface.
  return JSON.parse(output) as Doctor;
};

/** What differs of rights differs between the two products. */
const servers = (await hadServers(() => LOGGING)).filter(({request}) => request.version !== '11.8');

describe.each(servers)('$title to PostgreSQL', (had) => {
  test.skipIf(!had.server)(
    'accounts with the printed grants move it there, back and there again, and all of it was announced (H-95)',
    {timeout: 300_000},
    async () => {
      if (!had.server) throw new Error('left out');
      const engine = had.request.flavour;
      await using story = await openStory({
        name: 'least',
        tables: ['*.item', '*.part'],
        on: {source: had.server},
        plan: {source: {engine, url: 'env:STORY_SOURCE'}, schema: {kind: 'convert'}, canary: 'off'},
      });
      await story.source.run(...SCHEMA);
      const schema = new URL(story.source.url).pathname.slice(1);
      const [mover, password] = [`mover_${randomBytes(4).toString('hex')}`, randomBytes(8).toString('hex')];
      await story.source.run(`CREATE USER '${mover}'@'127.0.0.1' IDENTIFIED BY '${password}'`);
      await story.target.run(`CREATE ROLE ${mover} LOGIN PASSWORD '${password}'`);
      const [source, target] = SIDES.map((side) => Object.assign(new URL(story[side].url), {username: mover, password}).href);
      const plan = story.writePlan('least.yaml', {
        source: {engine, url: story.secret(source ?? '')},
        target: {engine: 'postgres', url: story.secret(target ?? '')},
      });

      const bare = await story.type('doctor', plan, '--json');
      expect(bare.code, 'it may not even see the tables').not.toBe(0);
      // Rights on schemas count at once, so what is printed for the tables comes when the tables are seen.
      await story.source.run(`GRANT SELECT ON ${schema}.* TO '${mover}'@'127.0.0.1'`);
      const before = await doctor(story, plan);
      expect(before.findings.map(({code}) => code)).toContain('CF-GRANT-001');
      for (const side of SIDES)
        await story[side].run(
          ...before.grants[side].filter(({isHeld, isOptional}) => !isHeld && !isOptional).map(({statement}) => statement),
        );
      const after = await doctor(story, plan);
      expect(after.findings.filter(({severity}) => severity === 'refuse')).toEqual([]);
      expect(after.fit).toBe(true);

      const outline = await planned({type: story.type, planFile: plan});
      await thereAndBack(story, 'least', plan, (side) =>
        side === 'source'
          ? story.source.run(`UPDATE ${schema}.item SET cents = cents + 1`, `DELETE FROM ${schema}.part WHERE item = 7`)
          : story.target.run(`UPDATE "${schema}".item SET cents = cents + 1`, `DELETE FROM "${schema}".part WHERE item = 8`),
      );
      const seen = await seenOf(story.source, mover);
      expect(seen.length).toBeGreaterThan(100);
      const announced = stepsOf(outline).flatMap(({statements}) => statements.filter(({side}) => side === 'source'));
      const happened = [...outline.start, ...outline.phases.flatMap(({steps}) => steps)].filter(({when}) => when === undefined);
      const sure = happened.flatMap(({statements}) => statements.filter(({side}) => side === 'source'));
      expect({untold: untold(seen, announced), missed: missed(seen, sure)}).toEqual({untold: [], missed: []});
      expect(await story.target.value(`SELECT count(*) FROM "${schema}".item`)).toBe('500');
    },
  );
});
