import {Readable} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {hadServers, mysqlDatabase, newAccount} from '../../../test/support/mysql-databases.ts';
import {openReceiver, receivingStory} from '../../../test/support/mysql-receiver.ts';
import type {SequenceState} from '../engine.ts';
import type {Position} from '../../model/position.ts';
import {mysqlGrants} from './mysql-grants.ts';
import {mysqlLoad} from './mysql-load.ts';

const at = (text: string): Position => text as Position;
const WHOLE = {after: undefined, to: undefined};
const COUNTED = {
  name: {schema: 's', name: 'q'},
  last: '500',
  increment: '1',
  cache: '1',
  min: '1',
  max: '9223372036854775807',
  isCalled: true,
} as const;
const never = new AbortController().signal;

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`the receiving side of ${had.title}`, () => {
    test('chunks are planned once, and one of a runner that was replaced is not stored (R4)', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE items (id int PRIMARY KEY, word text)',
        'CREATE TABLE others (id int PRIMARY KEY)',
      );
      const [items, others] = [await story.table('items'), await story.table('others')];
      const ranges = [
        {table: items.name, range: {after: undefined, to: [`5'\\ü`]}},
        {table: items.name, range: {after: [`5'\\ü`], to: undefined}},
        {table: others.name, range: WHOLE},
      ];
      const planned = await story.target.planChunks(ranges, 1);
      expect(planned).toEqual(ranges.map((one, id) => ({...one, id, done: false})));
      expect(await story.target.planChunks([{table: others.name, range: WHOLE}], 1)).toEqual(planned);
      const [first, second] = planned;
      if (!first || !second) throw new Error('there are two');
      const load = (chunk: typeof first, epoch: number, lines: string) => {
        let isRead = false;
        const input = Readable.from([Buffer.from(lines.slice(0, 9)), Buffer.from(lines.slice(9))]);
        input.on('end', () => (isRead = true));
        const end = async () => (expect(isRead).toBe(true), at(`e${chunk.id}`));
        return story.target.loadChunk({table: items, chunk, epoch, format: 'text', input, end});
      };
      const lines = '1\ta\\tb\\\\\\n\n2\t\\N\n3\t\n';
      await expect(load(first, 2, lines)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      expect(await story.target.nonEmpty([items, others])).toEqual([]);
      expect(await load(first, 1, lines)).toEqual({rows: 3, bytes: Buffer.byteLength(lines)});
      await expect(load(first, 1, '4\tx\n')).rejects.toMatchObject({code: 'CF-LEASE-002'}); // done is done
      await expect(load(second, 1, '4\tx\n3\ttwice\n')).rejects.toThrow(/Duplicate/);
      await load(second, 1, '');
      expect(await story.database.rows('SELECT id, word FROM items ORDER BY id')).toEqual([
        [1, 'a\tb\\\n'],
        [2, null],
        [3, ''],
      ]);
      expect((await story.target.chunks()).map(({done, rows}) => [done, rows])).toEqual([
        [true, 3],
        [true, 0],
        [false, undefined],
      ]);
      const {ends} = await story.target.windows();
      expect(ends.toSorted((a, b) => (a.end < b.end ? -1 : 1))).toEqual([
        {table: items.name, end: 'e0'},
        {table: items.name, end: 'e1'},
      ]);
      expect(await story.target.nonEmpty([others, items, {...items, name: {...items.name, name: 'gone'}}])).toEqual([items.name]);
      await story.target.analyze([items]);
      await story.target.empty([items, others]);
      expect(await story.target.nonEmpty([items])).toEqual([]);
    });

    test('open chunks are cut anew, all of them or none, and never those of a newer runner', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY)');
      const {name: table} = await story.table('items');
      const halves = [
        {table, range: {after: undefined, to: ['5']}},
        {table, range: {after: ['5'], to: undefined}},
      ];
      await story.target.planChunks(halves, 1);
      const whole = [{table, range: WHOLE}];
      await expect(story.target.recutChunks([0, 1], whole, 2)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      await expect(story.target.recutChunks([0, 1, 7], whole, 1)).rejects.toMatchObject({code: 'CF-LEASE-002'});
      expect((await story.target.chunks()).map(({id}) => id)).toEqual([0, 1]);
      const cut = await story.target.recutChunks([0, 1], whole, 1);
      expect(cut).toEqual([{id: 2, table, range: WHOLE, done: false}]);
      expect(await story.target.chunks()).toEqual(cut);
    });

    test('the server tells how many connections it has given away, and that it follows nobody', async () => {
      await using story = await receivingStory(had);
      const load = mysqlLoad(story.sessions);
      const {used, max} = await load.connections();
      expect([used >= 1, max >= used]).toEqual([true, true]);
      expect(await load.written()).toMatch(/^[-:,0-9a-f]+$/);
      await expect(load.followed()).rejects.toThrow('follows nobody');
    });

    test('counters go on behind the other side, never back, and never without need (H-10, H-11)', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE items (id bigint unsigned PRIMARY KEY AUTO_INCREMENT, word text)',
        'CREATE TABLE plain (id int PRIMARY KEY)',
      );
      const items = await story.table('items');
      const owner = {table: items.name, column: 'id'};
      const states: SequenceState[] = [
        {...COUNTED, last: '500', owner},
        {...COUNTED, last: '900', owner: {table: (await story.table('plain')).name, column: 'id'}},
        {...COUNTED, last: '900'},
        {...COUNTED, last: '-9', increment: '-1', min: '-99', max: '-1', owner},
      ];
      await story.target.setSequences(states, 1000);
      await story.database.run(`INSERT INTO items (word) VALUES ('next')`);
      expect(await story.database.rows('SELECT id FROM items')).toEqual([[1502]]);
      await story.target.setSequences([{...COUNTED, last: '3', owner}], 0);
      expect(await story.source.readSequences([items])).toMatchObject([{last: '1503', isCalled: false}]);
      // Its own counters say the next number.
      await story.target.setSequences([{...COUNTED, last: '7000', isCalled: false, owner}], 1000);
      expect(await story.source.readSequences([items])).toMatchObject([{last: '7000'}]);
    });

    test('a schema file is run statement by statement, each once, and taken back as a whole', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE before_us (id int PRIMARY KEY)');
      const {name} = story.database;
      const file = [
        `SET @word = 'kept';`,
        'CREATE TABLE parents (id int PRIMARY KEY);',
        'CREATE TABLE children (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES parents (id));',
        'CREATE INDEX late ON before_us (id);',
        'CREATE VIEW both_of AS SELECT p.id FROM parents p JOIN children c ON c.parent = p.id;',
        'DELIMITER ;;\nCREATE PROCEDURE twice(n int) BEGIN SELECT n; SELECT n; END;;\nDELIMITER ;',
        'INSERT INTO parents SELECT length(@word);',
        'ALTER TABLE nowhere ADD c int;',
      ];
      const run = (text: string) => story.target.runSchemaFile("the file's.sql", text, never);
      await expect(run(file.join('\n'))).rejects.toMatchObject({code: 'CF-TGT-004', message: expect.stringContaining(`the file's.sql:10`)});
      const whole = [...file.slice(0, 7), `CREATE TABLE last (id int PRIMARY KEY);`].join('\n');
      expect(await run(whole)).toEqual({statements: 8, ran: 1});
      expect(await run(whole)).toEqual({statements: 8, ran: 0});
      expect(await story.database.rows('SELECT id FROM parents')).toEqual([[4]]);
      await expect(run(whole.replace('children (', 'children ( '))).rejects.toMatchObject({code: 'CF-PLAN-002'});
      await expect(story.target.runSchemaFile('b.sql', 'SELECT 1;\nCOMMIT;', never)).rejects.toMatchObject({code: 'CF-TGT-004'});
      await expect(story.target.runSchemaFile('c.sql', 'CREATE TABLE before_us (id int PRIMARY KEY)', never)).rejects.toMatchObject({
        code: 'CF-TGT-004',
      });
      await expect(story.target.runSchemaFile('c.sql', 'CREATE TABLE before_us (id int PRIMARY KEY)', never)).rejects.toMatchObject({
        code: 'CF-TGT-004',
      });
      await story.target.runSchemaFile('d.sql', 'CREATE TABLE stays (id int PRIMARY KEY)', never, 'stays');
      await story.database.run('CREATE TABLE theirs (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES parents (id))');
      await expect(story.target.dropSchema()).rejects.toMatchObject({
        code: 'CF-TGT-004',
        message: expect.stringContaining(`table ${name}.parents`),
      });
      await story.database.run('DROP TABLE theirs');
      await story.target.dropSchema();
      await story.target.dropSchema();
      expect((await story.database.rows('SHOW TABLES')).flat()).toEqual(['before_us', 'stays']);
      expect(await story.database.rows(`SHOW INDEX FROM before_us WHERE key_name = 'late'`)).toEqual([]);
      expect(await story.database.rows(`SHOW PROCEDURE STATUS WHERE db = database()`)).toEqual([]);
    });

    test.each(['source', 'target'] as const)('with what is printed for the %s, and nothing else, all of it can be done', async (as) => {
      await using database = await mysqlDatabase(had.server);
      await database.run('CREATE TABLE items (id int PRIMARY KEY AUTO_INCREMENT, word text)');
      const {url} = await newAccount(database);
      const all = openReceiver(database, had);
      const items = await all.table('items');
      const asked = openReceiver({...database, url}, had);
      const grants = await asked.sessions.use((session) => mysqlGrants(session, as, [items]));
      await asked.close();
      await database.run(...grants.map(({statement}) => statement));
      const one = openReceiver({...database, url}, had);
      const next = openReceiver({...database, url}, had, one.migration);
      await one.control.install();
      await one.control.lock('one');
      await one.control.raiseEpoch(1, 'one');
      await one.target.setProgress('reverse', at('0/0'), 1);
      const lane = await one.target.applier('reverse', 1, [items]);
      const row = {id: '7', word: 'x'};
      await lane.write([{table: items.name, steps: [{kind: 'rows', operations: [{form: 'insert', key: ['7'], row}]}]}]);
      await lane.commit({position: at('0/1'), commitSeq: 0, rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []});
      await one.target.setSequences([{...COUNTED, owner: {table: items.name, column: 'id'}}], 0);
      await one.target.analyze([items]);
      if (as === 'target') {
        const file = `USE ${database.name}; CREATE TABLE made (id int PRIMARY KEY, item int, FOREIGN KEY (item) REFERENCES items (id));`;
        await one.target.runSchemaFile('a.sql', file, never);
        await one.target.dropSchema();
      }
      await one.target.empty([items]);
      const holder = await one.control.holder();
      expect(holder && (await next.control.endHolder(holder))).toBe(true);
      await next.control.lock('next');
      await next.control.raiseEpoch(2, 'next');
      await next.control.finish();
      for (const receiver of [all, one, next]) await receiver.close();
    });

    test('a statement that was begun and not noted as done is done again, or found to be done', async () => {
      await using story = await receivingStory(had);
      const text = 'CREATE TABLE one (id int PRIMARY KEY);\nCREATE INDEX i ON one (id);';
      await story.target.runSchemaFile('a.sql', text, never);
      const mine = `migration = '${story.migration.short}'`;
      // As a crash leaves it that came between the act and its note, or before the act.
      await story.database.run(`UPDATE crossfade.schema_statement SET done = false WHERE ${mine}`, 'DROP INDEX i ON one');
      expect(await story.target.runSchemaFile('a.sql', text, never)).toEqual({statements: 2, ran: 2});
      expect(
        await story.database.rows(
          `SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = database() ORDER BY 1`,
        ),
      ).toEqual([['i'], ['PRIMARY']]);
      expect(await story.target.runSchemaFile('a.sql', text, never)).toEqual({statements: 2, ran: 0});
    });
  });
}
