import {describe, expect, test} from 'vitest';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {type ReceivingStory, receivingStory} from '../../../test/support/mysql-receiver.ts';
import type {SchemaStatement} from '../schema.ts';
import {MysqlSchema} from './mysql-schema.ts';

const TABLES = [
  `CREATE TABLE parent (id int AUTO_INCREMENT, code varchar(20) NOT NULL, note varchar(9) COMMENT 'a; b''c', UNIQUE KEY counter (id), UNIQUE KEY \`co\`\`de\` (code DESC),
    KEY plain (note), long_code int AS (char_length(note)) STORED, PRIMARY KEY (code, id), CONSTRAINT short CHECK (char_length(note) < 9)) COMMENT 'ours'`,
  'CREATE TABLE child (id int PRIMARY KEY, parent varchar(20), CONSTRAINT leads FOREIGN KEY (parent) REFERENCES parent (code))',
];
const NEVER = new AbortController().signal;

const schemaOf = ({sessions, migration, target}: ReceivingStory): MysqlSchema => new MysqlSchema(sessions, migration, target);
const textOf = (statements: readonly SchemaStatement[]): string => statements.map(({sql}) => `${sql};\n`).join('');

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`the schema of ${had.title}`, () => {
    test('loses what the replay window forbids, and has it again as it was, also when a runner dies on the way (H-21)', async () => {
      await using story = await receivingStory(had, ...TABLES);
      const {database, target, migration} = story;
      const schema = schemaOf(story);
      const tables = [await story.table('parent'), await story.table('child')];
      const before = await schema.read(tables);
      const {remove, restore} = await schema.forbidden(tables);
      expect(remove.map(({object}) => object.replaceAll(database.name, 'shop')).toSorted()).toEqual([
        'foreign key leads of shop.child',
        'unique index co`de of shop.parent',
        'unique index counter of shop.parent',
      ]);
      // Rows that exchange their values while it is built would be twins (1062).
      expect(restore.filter(({object}) => object.startsWith('unique')).every(({sql}) => sql.endsWith(', LOCK = SHARED'))).toBe(true);
      const again = async (file: string, text: string): Promise<void> => {
        await target.runSchemaFile(file, text, NEVER);
        await database.run(`UPDATE crossfade.schema_statement SET done = false WHERE migration = '${migration.short}'`);
        await target.runSchemaFile(file, text, NEVER);
      };
      await again('set aside', textOf(remove));
      await database.run(`INSERT INTO parent (code, note) VALUES ('a', 'x'), ('A', 'y')`, `INSERT INTO parent (id, code) VALUES (1, 'b')`);
      await database.run('DELETE FROM parent');
      await again('put back', textOf(restore));
      const [was, is] = [before, await schema.read(tables)].map(({preData}) => preData.map(({sql}) => schema.meaning(sql)));
      expect(await Promise.all(is ?? [])).toEqual(await Promise.all(was ?? []));
      await expect(database.run(`INSERT INTO child VALUES (1, 'nobody')`)).rejects.toMatchObject({errno: 1452});
    });

    test('is written by its server, tried out where it leaves nothing, and made', async () => {
      await using story = await receivingStory(had, ...TABLES, 'CREATE VIEW seen AS SELECT id FROM parent');
      const {database, target, migration} = story;
      const schema = schemaOf(story);
      const tables = [await story.table('parent'), await story.table('child')];
      await database.run(`INSERT INTO parent (code) VALUES ('a')`);
      const written = await schema.read(tables);
      expect(written.findings).toMatchObject([{severity: 'warn', object: `view ${database.name}.seen`}]);
      expect((await schema.tryOut(written, NEVER)).map(({reason}) => reason)).toEqual([
        `table ${database.name}.parent already exists`,
        `table ${database.name}.child already exists`,
      ]);
      await database.run('DROP TABLE child', 'DROP TABLE parent');
      const wrong = {object: 'table wrong', sql: 'CREATE TABLE wrong (a nonsense)', roles: [], isOptional: false};
      const failed = await schema.tryOut({preData: [...written.preData, wrong], postData: []}, NEVER);
      expect(failed).toMatchObject([{statement: wrong, reason: expect.stringContaining('nonsense')}]);
      const left = `SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'crossfade_trial_${migration.short}%'`;
      expect(String(await database.rows(left))).toBe('0');
      expect(await database.rows('SHOW TABLES')).toEqual([['seen']]);
      const text = await schema.keep('catalog pre-data', textOf(written.preData));
      expect(await schema.keep('catalog pre-data', 'another')).toBe(text);
      expect(await schema.isBegun(migration.name)).toBe(false);
      await target.runSchemaFile('catalog pre-data', text, NEVER);
      expect(await schema.isBegun(migration.name)).toBe(true);
      expect((await schema.read(tables)).preData).toEqual(written.preData);
      await target.dropSchema();
      expect(await database.rows('SHOW TABLES')).toEqual([['seen']]);
    });
  });
}
