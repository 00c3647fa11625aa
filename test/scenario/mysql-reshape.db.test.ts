/**
 * The operations of plans/mysql-reshape-orders.yaml in one run on MySQL and MariaDB, under the writes of two versions of an
 * application: forward, back, and forward again, with the runner killed in expand, sync, backfill and all over contract, and
 * taken back from there as well.
 */
import {describe, expect, it} from 'vitest';
import {atContract, openChangeRuns} from '../support/change-story.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../support/mysql-databases.ts';
import {MysqlReshapeWriter, reshapeOrders, SCHEMA} from '../support/mysql-reshape-writer.ts';
import type {At} from '../support/runner-effects.ts';

const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label: `alter: ${label}`, times});
const send = (label: string, times = 1): At => ({kind: 'sql.send', label: `alter: ${label}`, times});

/** In the order in which a run meets them. */
const expanding = (table: string): readonly At[] => [
  reply(`ALTER TABLE ${table} ADD COLUMN`),
  send(`ALTER TABLE ${table} ADD INDEX`),
  reply('CREATE TRIGGER', 2),
  reply(`ALTER TABLE ${table} ALTER COLUMN`),
  {kind: 'sql.send', label: 'UPDATE crossfade.chunk SET state', times: 2},
];
const contracting = (table: string): readonly At[] => [
  reply(`ALTER TABLE ${table} MODIFY COLUMN`),
  reply('DROP TRIGGER'),
  reply('DROP TRIGGER', 2),
  reply('CALL'),
  reply(`ALTER TABLE ${table} ADD CONSTRAINT`),
  reply('CREATE PROCEDURE'),
  reply('LOCK TABLES'),
  reply('CALL'),
];

describe.each(await hadServers())('$title', ({request: {flavour}, server}) => {
  it.skipIf(!server)('many operations at once: forward, back, and forward again, killed on the way', {timeout: 600_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const {name} = database;
    await using runs = openChangeRuns(reshapeOrders(name), flavour, database.url);
    const before = await shape(database);
    const table = `\`${name}\`.\`orders\``;
    const writer = new MysqlReshapeWriter(database.url, 7);
    await writer.start();

    const [first, ...others] = expanding(table);
    if (first) await runs.killAt(first, ['run', runs.planFile]);
    for (const at of others) await runs.killAt(at);
    const begun = await atContract(runs, ['resume']);
    await writer.deploy('old', 'new');
    await writer.deploy('old');
    await begun.kill9();
    expect((await runs.type('approve', 'approval', '--yes', '--reason', 'too early')).code).toBe(0);
    for (const at of contracting(table).slice(0, 2)) await runs.killAt(at);
    expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
    for (const at of [reply('CALL'), reply('DROP TRIGGER')]) await runs.killAt(at);
    const aborted = runs.start(['resume']);
    expect(await aborted.ended, aborted.lastWords()).toBe(6);
    expect(await shape(database)).toEqual(before);
    await writer.atRest(async () => expect(await lines(database, 'sum, fax')).toEqual(writer.expectedOld()));

    const waiting = await atContract(runs, ['run', runs.planFile]);
    await writer.deploy('old', 'new');
    await writer.deploy('new');
    await waiting.kill9();
    expect((await runs.type('approve', 'approval', '--yes', '--reason', 'the new version is out')).code).toBe(0);
    for (const at of contracting(table)) await runs.killAt(at);
    const completed = runs.start(['resume']);
    expect(await completed.ended, completed.lastWords()).toBe(0);
    await writer.stop();

    expect(await shape(database)).toEqual(AFTER);
    expect(await lines(database, 'total, channel')).toEqual(writer.expectedNew());
  });
});

const lines = async (database: MysqlDatabase, two: string): Promise<readonly string[]> =>
  (await database.rows(`select concat_ws(' ', id, ${two}, note, person) from orders order by id`)).map(String);

const AFTER = [
  ['column', 'orders.channel', 'NO varchar(8) web'],
  ['column', 'orders.id', 'NO int'],
  ['column', 'orders.note', 'NO varchar(40)'],
  ['column', 'orders.person', 'NO int'],
  ['column', 'orders.total', 'NO decimal(12,2)'],
  ['column', 'people.id', 'NO int'],
  ['index', 'orders.orders_channel', 'channel'],
  ['index', 'orders.orders_channel', 'id'],
  ['index', 'orders.orders_person', 'person'],
  ['index', 'orders.PRIMARY', 'id'],
  ['index', 'people.PRIMARY', 'id'],
  ['key', 'orders_person', 'people'],
];

/** Everything that the operations change or could leave behind. */
const shape = (database: MysqlDatabase) =>
  database.rows(`
    select 'column' as kind, concat(table_name, '.', column_name) as name, concat_ws(' ', is_nullable, replace(column_type, 'int(11)', 'int'), trim(both '''' from nullif(column_default, 'NULL'))) as what
    from information_schema.columns where table_schema = '${database.name}'
    union all select 'index', concat(table_name, '.', index_name), column_name from information_schema.statistics where table_schema = '${database.name}'
    union all select 'key', constraint_name, referenced_table_name from information_schema.referential_constraints where constraint_schema = '${database.name}'
    union all select 'trigger', trigger_name, event_manipulation from information_schema.triggers where trigger_schema = '${database.name}' order by 1, 2, 3`);
