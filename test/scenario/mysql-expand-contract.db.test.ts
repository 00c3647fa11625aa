/**
 * Tables of MySQL and MariaDB changed in place while an application writes: forward, back, and forward again, with the
 * runner killed at each statement of DDL; and what cannot be done without copying a table is refused by the server's word.
 */
import {describe, expect, it} from 'vitest';
import {atContract, type ChangeRuns, openChangeRuns} from '../support/change-story.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../support/mysql-databases.ts';
import {startStepWriter} from '../support/mysql-step-writer.ts';
import type {At} from '../support/runner-effects.ts';

const reply = (label: string): At => ({kind: 'sql.reply', label: `alter: ${label}`, times: 1});

describe.each(await hadServers())('$title', ({request: {flavour}, server}) => {
  it.skipIf(!server)(
    'forward, back, and forward again, killed after each DDL, while an application writes',
    {timeout: 600_000},
    async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...SCHEMA);
      const at = `${database.name}.orders`;
      await using runs = openChangeRuns(operationsOn(at), flavour, database.url);
      const before = await shape(database);
      const told = (await runs.type('plan', runs.planFile)).output;
      for (const ddl of [/ADD COLUMN .channel. .*\n?.*ALGORITHM=INSTANT/, /ADD INDEX .*LOCK=NONE/, /DROP COLUMN .fax., ALGORITHM=INSTANT/])
        expect(told).toMatch(ddl);
      const writer = await startWriter(database.url);

      const aborted = await atContract(runs, ['run', runs.planFile]);
      expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
      expect(await aborted.ended).toBe(6);
      expect(await shape(database)).toEqual(before);

      const table = `ALTER TABLE \`${database.name}\`.\`orders\``;
      await runs.killAt(reply(`${table} ADD`), ['run', runs.planFile]);
      const waiting = await atContract(runs, ['resume']);
      await waiting.kill9();
      await database.run('create view faxes as select fax from orders');
      expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
      const refused = runs.start(['resume']);
      expect([await refused.ended, refused.lastWords()]).toEqual([4, expect.stringContaining(`view ${database.name}.faxes`)]);
      await database.run('drop view faxes');
      await runs.killAt(reply(`${table} MODIFY`));
      await runs.killAt(reply('CALL'));
      const completed = runs.start(['resume']);
      expect(await completed.ended, completed.lastWords()).toBe(0);
      const written = await writer.stop();

      expect(await shape(database)).toEqual(AFTER);
      const [[rows, channels] = []] = await database.rows(`select count(*), count(case channel when 'web' then 1 end) from orders`);
      expect([Number(rows), Number(channels)]).toEqual([100 + written, 100 + written]);
    },
  );

  it.skipIf(!server)(
    'taken back from the last statements: what has gone is completed, and nothing goes half',
    {timeout: 300_000},
    async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...SCHEMA, 'alter table orders add column telex varchar(20)');
      const table = `${database.name}.orders`;
      const [channel, index, fax] = operationsOn(table);
      await using runs = openChangeRuns([channel, fax, index], flavour, database.url);
      await using telex = openChangeRuns([{'drop-column': {table, column: 'telex'}}], flavour, database.url);
      const before = await shape(database);
      const abortedAfter = async (at: At, runs: ChangeRuns): Promise<string> => {
        const waiting = await atContract(runs, ['run', runs.planFile]);
        await waiting.kill9();
        expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
        await runs.killAt(at);
        expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
        const aborted = runs.start(['resume']);
        expect(await aborted.ended, aborted.lastWords()).toBe(6);
        return aborted.lastWords();
      };

      await abortedAfter(reply('LOCK TABLES'), runs);
      expect(await shape(database)).toEqual([...AFTER.slice(0, 1), ...before]);
      await database.run('alter table orders drop column channel');
      expect(await abortedAfter(reply('CALL'), runs)).toContain('orders.fax was completed before, and stays');
      expect(await abortedAfter(reply(`ALTER TABLE \`${database.name}\`.\`orders\` DROP`), telex)).toContain(
        'orders.telex was completed before, and stays',
      );
      expect(await shape(database)).toEqual([...AFTER.slice(0, 1), ...before.filter(([, name]) => !/fax|telex/.test(String(name)))]);
      expect(
        await database.rows(
          `select routine_name from information_schema.routines where routine_schema = 'crossfade' and routine_definition like '%${database.name}%'`,
        ),
      ).toEqual([]);
    },
  );

  it.skipIf(!server)('what it cannot do is refused by name, before anything is changed', {timeout: 120_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const at = `${database.name}.orders`;
    await using runs = openChangeRuns(
      [
        {'widen-key': {table: at, column: 'id', indexes: [{table: at, name: 'orders_pkey', on: ['id'], constraint: 'primary key'}]}},
        {'drop-column': {table: at, column: 'id'}},
        {'add-index': {table: at, name: 'orders_nota', on: ['nota']}},
        {'add-column': {table: at, column: 'fax', type: 'text'}},
      ],
      flavour,
      database.url,
    );
    const {code, output} = await runs.type('doctor', runs.planFile);
    expect(code).toBe(4);
    for (const reason of [
      'orders.id: a key cannot become wider here while others write',
      'docs/decisions/0037',
      'orders.id: belongs to the key of the table',
      `the database does not accept it: Key column 'nota' doesn't exist in table`,
      'orders.fax: is there already',
    ])
      expect(output).toContain(reason);
    expect(await database.rows(`select schema_name from information_schema.schemata where schema_name like 'crossfade_trial%'`)).toEqual(
      [],
    );
  });
});

const SCHEMA = [
  'create table orders (id int primary key auto_increment, note varchar(40) not null, fax varchar(20), index orders_fax (fax))',
  `insert into orders (note) with recursive n (i) as (select 1 union all select i + 1 from n where i < 100) select concat('note ', i) from n`,
];

const operationsOn = (table: string): readonly unknown[] => [
  {'add-column': {table, column: 'channel', type: 'varchar(8)', default: "'web'", notNull: true}},
  {'add-index': {table, name: 'orders_channel', on: ['channel', 'id desc']}},
  {'drop-column': {table, column: 'fax', goesWith: ['orders_fax']}},
];

const AFTER = [
  ['column', 'channel', 'NO varchar(8)'],
  ['column', 'id', 'NO int'],
  ['column', 'note', 'NO varchar(40)'],
  ['index', 'orders_channel', 'channel,id'],
  ['index', 'PRIMARY', 'id'],
];

/** Everything that the operations change. */
const shape = (database: MysqlDatabase) =>
  database.rows(`
    select 'column' as kind, column_name as name, concat(is_nullable, ' ', replace(column_type, 'int(11)', 'int')) as what
    from information_schema.columns where table_schema = '${database.name}'
    union all select 'index', index_name, group_concat(column_name order by seq_in_index) from information_schema.statistics
    where table_schema = '${database.name}' group by index_name order by 1, 2`);

/** A version of the application that knows nothing of the change. */
const startWriter = (url: string) =>
  startStepWriter(url, async (connection, round) => {
    await connection.query('insert into orders (note) values (?)', [`written ${round}`]);
    await connection.query('update orders set note = ? where id = ?', ['changed', 1 + (round % 100)]);
  });
