/**
 * Rules for rows and an operator's own statements on MySQL and MariaDB: forward, back, and forward again while an
 * application writes, with the runner killed after each statement of DDL.
 */
import {describe, expect, it} from 'vitest';
import {atContract, openChangeRuns} from '../support/change-story.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../support/mysql-databases.ts';
import {startStepWriter} from '../support/mysql-step-writer.ts';
import type {At} from '../support/runner-effects.ts';

/** Of a statement. */
const SHOWN = 60;
const reply = (label: string): At => ({kind: 'sql.reply', label: `alter: ${label.slice(0, SHOWN)}`, times: 1});

describe.each(await hadServers())('$title', ({request: {flavour, version}, server}) => {
  const checks = flavour === 'mariadb' && version !== '10.11';

  it.skipIf(!server)('forward, back, and forward again, killed after each statement', {timeout: 600_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const {name} = database;
    await using runs = openChangeRuns(operationsOn(name, checks), flavour, database.url);
    const before = await shape(database);
    const writer = await startWriter(database.url);
    const [orders, people] = [`\`${name}\`.\`orders\``, `\`${name}\`.\`people\``];

    const aborted = await atContract(runs, ['run', runs.planFile]);
    expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
    expect(await aborted.ended).toBe(6);
    expect(await shape(database)).toEqual(before);

    await runs.killAt(reply(`create view ${name}.mine`), ['run', runs.planFile]);
    const begun = await atContract(runs, ['resume']);
    await begun.kill9();
    expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
    await runs.killAt(reply(`ALTER TABLE ${orders} MODIFY`));
    expect((await runs.type('abort', '--yes', '--reason', 'third thoughts')).code).toBe(0);
    expect(await runs.start(['resume']).ended).toBe(6);
    expect(await shape(database)).toEqual(before);

    const waiting = await atContract(runs, ['run', runs.planFile]);
    await waiting.kill9();
    expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
    await runs.killAt(reply(`ALTER TABLE ${orders} MODIFY`));
    if (checks) await runs.killAt(reply(`ALTER TABLE ${orders} ADD CONSTRAINT \`chk_pieces\``));
    await runs.killAt(reply(`ALTER TABLE ${orders} ADD CONSTRAINT \`fk_person\``));
    await runs.killAt(reply(`LOCK TABLES ${people}`));
    await runs.killAt(reply('insert into'));
    await runs.killAt(reply(`create view ${name}.yours`));
    const completed = runs.start(['resume']);
    expect(await completed.ended, completed.lastWords()).toBe(0);
    const written = await writer.stop();

    expect(await shape(database)).toEqual(after(checks));
    expect(await database.rows(`select cast(count(*) as char), cast(count(person) as char) from orders`)).toEqual([
      [String(100 + written), String(100 + written)],
    ]);
    expect(await database.rows(`select name from people where id > 9`)).toEqual([['once']]);
  });

  it.skipIf(!server)('a row in the way stops contract, and is not hidden by what was made', {timeout: 120_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const {name} = database;
    await using runs = openChangeRuns([foreignKeyOn(name)], flavour, database.url);
    const waiting = await atContract(runs, ['run', runs.planFile]);
    await waiting.kill9();
    expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
    const made = `alter: ALTER TABLE \`${name}\`.\`orders\` ADD CONSTRAINT`;
    await runs.killAt({kind: 'sql.send', label: made, times: 1});
    // Between the count and the key: nobody is refused yet.
    await using late = await mysqlDatabase(server, `${name}_late`);
    await late.run('set foreign_key_checks = 0', `insert into ${name}.orders (note, person) values ('lost', 77)`);
    const stopped = runs.start(['resume']);
    expect(await stopped.ended).toBe(4);
    expect(stopped.lastWords()).toContain('1 of 101');
    expect(
      await database.rows(`select constraint_name from information_schema.referential_constraints where constraint_schema = '${name}'`),
    ).toEqual([]);
  });

  it.skipIf(!server || checks)('a check, which the server would copy the table for, is refused by name', {timeout: 120_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    await using runs = openChangeRuns([checkOn(database.name)], flavour, database.url);
    const {code, output} = await runs.type('doctor', runs.planFile);
    expect([code, output]).toEqual([4, expect.stringContaining('the database would copy the table and hold up who writes')]);
    expect(output).toContain('MariaDB from 11.2 on can do it beside writers');
  });

  it.skipIf(!server)('statements that are none, or several, are refused', {timeout: 120_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const table = `${database.name}.orders`;
    await using runs = openChangeRuns(
      [
        {
          'raw-sql': {
            name: 'odd',
            tables: [table],
            start: ['select 1; select 2', 'lock tables x write'],
            undo: ['commit'],
            validate: 'drop table x',
          },
        },
      ],
      flavour,
      database.url,
    );
    const {code, output} = await runs.type('doctor', runs.planFile);
    expect(code).toBe(4);
    for (const reason of [
      'is not one statement: select 1; select 2',
      'alone: lock tables x write',
      'alone: commit',
      'is no query: drop table x',
    ])
      expect(output).toContain(reason);
  });
});

const SCHEMA = [
  'create table people (id int primary key, name varchar(20))',
  `insert into people with recursive n (i) as (select 1 union all select i + 1 from n where i < 9) select i, 'one' from n`,
  `create table orders (id int primary key auto_increment, note varchar(40) character set latin1 default 'new' comment 'it''s', person int, pieces int not null default 1)`,
  `insert into orders (note, person) with recursive n (i) as (select 1 union all select i + 1 from n where i < 100) select 'old', 1 + i % 9 from n`,
];

const checkOn = (schema: string) => ({'add-check': {table: `${schema}.orders`, name: 'chk_pieces', check: 'pieces > 0'}});

const foreignKeyOn = (schema: string) => ({
  'add-foreign-key': {
    table: `${schema}.orders`,
    name: 'fk_person',
    columns: ['person'],
    references: {table: `${schema}.people`, columns: ['id']},
  },
});

const operationsOn = (schema: string, checks: boolean): readonly unknown[] => [
  {'set-not-null': {table: `${schema}.orders`, column: 'note'}},
  ...(checks ? [checkOn(schema)] : []),
  foreignKeyOn(schema),
  {
    'raw-sql': {
      name: 'views',
      tables: [`${schema}.orders`],
      start: [`create view ${schema}.mine as select id from ${schema}.orders`],
      undo: [`drop view if exists ${schema}.mine`],
      complete: [`insert into ${schema}.people values (10, 'once')`, `create view ${schema}.yours as select note from ${schema}.orders`],
      validate: `select count(*) from ${schema}.orders where pieces < 0`,
    },
  },
];

const after = (checks: boolean) => [
  ['column', 'note', `NO varchar(40) latin1 new it's`],
  ['column', 'person', 'YES int'],
  ...(checks ? [['constraint', 'chk_pieces', 'CHECK']] : []),
  ['constraint', 'fk_person', 'FOREIGN KEY'],
  ['constraint', 'PRIMARY', 'PRIMARY KEY'],
  ['index', 'fk_person', 'person'],
  ['index', 'PRIMARY', 'id'],
  ['table', 'mine', 'VIEW'],
  ['table', 'orders', 'BASE TABLE'],
  ['table', 'people', 'BASE TABLE'],
  ['table', 'yours', 'VIEW'],
];

/** Everything that the operations change. */
const shape = (database: MysqlDatabase) =>
  database.rows(`
    select 'column' as kind, column_name as name, concat_ws(' ', is_nullable, replace(column_type, 'int(11)', 'int'), character_set_name, trim(both '''' from nullif(column_default, 'NULL')), nullif(column_comment, '')) as what
    from information_schema.columns where table_schema = '${database.name}' and table_name = 'orders' and column_name in ('note', 'person')
    union all select 'constraint', constraint_name, constraint_type from information_schema.table_constraints where table_schema = '${database.name}' and table_name = 'orders'
    union all select 'index', index_name, column_name from information_schema.statistics where table_schema = '${database.name}' and table_name = 'orders'
    union all select 'table', table_name, table_type from information_schema.tables where table_schema = '${database.name}' order by 1, 2`);

/** It gives a value to everything, and leads somewhere, but nobody asks it to. */
const startWriter = (url: string) =>
  startStepWriter(url, async (connection, round) => {
    await connection.query('insert into orders (note, person) values (?, ?)', [`written ${round}`, 1 + (round % 9)]);
    await connection.query('update orders set person = ? where id = ?', [1 + (round % 9), 1 + (round % 100)]);
    await connection.query('update people set name = ? where id = ?', [`name ${round}`, 1 + (round % 9)]);
  });
