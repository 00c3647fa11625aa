/** To a MySQL target whose tables look different: by schema files there, back and there again; by a script of Crossfade's own refused by name. */
import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {hadServers} from '../support/mysql-databases.ts';
import {openStory} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';

const NO_GO = 4;
const BEFORE = (schema: string): readonly string[] => [
  `CREATE TABLE ${schema}.person (id int PRIMARY KEY, full_name varchar(60) NOT NULL, mail varchar(40), UNIQUE KEY one_mail (mail))`,
  `CREATE TABLE ${schema}.visit (n int AUTO_INCREMENT PRIMARY KEY, person int NOT NULL, CONSTRAINT of_person FOREIGN KEY (person) REFERENCES person (id))`,
  `INSERT INTO ${schema}.person VALUES (1, 'Ada Lovelace', 'ada@example.org'), (2, 'Grace Hopper', NULL)`,
  `INSERT INTO ${schema}.visit (person) VALUES (1), (2), (1)`,
];
/** The same with the name in two parts. */
const PRE = (
  schema: string,
): string => `CREATE TABLE ${schema}.person (id int PRIMARY KEY, first_name varchar(60) NOT NULL, last_name varchar(60), address varchar(40));
CREATE TABLE ${schema}.visit (n int AUTO_INCREMENT PRIMARY KEY, person int NOT NULL);
`;
const POST = (schema: string): string => `ALTER TABLE ${schema}.person ADD UNIQUE KEY one_mail (address);
ALTER TABLE ${schema}.visit ADD CONSTRAINT of_person FOREIGN KEY (person) REFERENCES ${schema}.person (id);
`;

const [mysql] = await hadServers();
const [other] = await hadServers(({flavour}) => (flavour === 'mysql' ? {'innodb-buffer-pool-size': '64M'} : {}));

describe.skipIf(!mysql?.server || !other?.server)('to a MySQL server with tables of another shape', () => {
  test('schema files make them, rows go there, come back and go there again; a schema of the catalogue is refused by name', async () => {
    if (!mysql?.server || !other?.server) throw new Error('left out');
    const [old, fresh] = [mysql.server, other.server];
    const [name, schema] = ['reshaped-mysql', `reshaped_${randomBytes(6).toString('hex')}`];
    await using story = await openStory({
      name,
      tables: [`${schema}.*`],
      on: {source: {createDatabase: () => old.createDatabase(schema)}, target: {createDatabase: () => fresh.createDatabase(schema)}},
      plan: {source: {engine: 'mysql', url: 'env:STORY_SOURCE'}, target: {engine: 'mysql', url: 'env:STORY_TARGET'}},
    });
    await story.source.run(...BEFORE(schema));
    const files = {preData: join(story.folder, 'pre.sql'), postData: join(story.folder, 'post.sql')};
    writeFileSync(files.preData, PRE(schema));
    writeFileSync(files.postData, POST(schema));
    const columns = {full_name: {split: {into: ['first_name', 'last_name'], at: ' '}}, mail: {rename: 'address'}};
    const mapping = {tables: {[`${schema}.person`]: {columns}}};

    const refused = await story.type(
      'assess',
      story.writePlan('catalog.yaml', {schema: {kind: 'catalog'}, mapping}),
      '--json',
      '--interval',
      '10ms',
    );
    expect(refused.code).toBe(NO_GO);
    expect((JSON.parse(refused.output) as {findings: unknown[]}).findings).toContainEqual(
      expect.objectContaining({severity: 'refuse', object: `table ${schema}.person`, next: 'use schema kind files or existing'}),
    );

    const plan = story.writePlan('files.yaml', {schema: {kind: 'files', ...files}, mapping});
    let next = 3;
    await thereAndBack(story, name, plan, async (side) => {
      const values =
        side === 'target'
          ? `(id, first_name, last_name, address) VALUES (${next}, 'New', 'Person', 'p${next}')`
          : `VALUES (${next}, 'Old Person', 'p${next}')`;
      await story[side].run(`INSERT INTO person ${values}`, `INSERT INTO visit (person) VALUES (${next})`);
      next += 1;
    });
    expect(await story.target.rows('SELECT id, first_name, last_name, address FROM person ORDER BY id')).toEqual([
      ['1', 'Ada', 'Lovelace', 'ada@example.org'],
      ['2', 'Grace', 'Hopper', null],
      ['3', 'New', 'Person', 'p3'],
      ['4', 'Old', 'Person', 'p4'],
      ['5', 'New', 'Person', 'p5'],
    ]);
    expect(await story.source.rows('SELECT id, full_name, mail FROM person WHERE id > 2 ORDER BY id LIMIT 2')).toEqual([
      ['3', 'New Person', 'p3'],
      ['4', 'Old Person', 'p4'],
    ]);
    expect(await story.target.value('SELECT count(*) FROM visit')).toBe('6');
    await expect(story.target.run(`INSERT INTO visit (person) VALUES (99)`)).rejects.toMatchObject({errno: 1452});
    await expect(story.target.run(`INSERT INTO person (id, first_name, address) VALUES (9, 'x', 'p3')`)).rejects.toMatchObject({
      errno: 1062,
    });
  });
});
