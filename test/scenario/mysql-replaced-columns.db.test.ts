/**
 * Columns of MySQL and MariaDB that take the place of others, while versions of an application write the one shape, the other,
 * or both: forward, back, and forward again, with the runner killed after each statement.
 */
import {describe, expect, it} from 'vitest';
import {atContract, openChangeRuns} from '../support/change-story.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../support/mysql-databases.ts';
import {ReplacedWriter, SCHEMA} from '../support/mysql-replaced-writer.ts';
import type {At} from '../support/runner-effects.ts';

/** Of a statement. */
const SHOWN = 60;
const point = (kind: 'sql.send' | 'sql.reply', label: string): At => ({kind, label: `alter: ${label.slice(0, SHOWN)}`, times: 1});
const send = (label: string): At => point('sql.send', label);
const reply = (label: string): At => point('sql.reply', label);

describe.each(await hadServers())('$title', ({request: {flavour}, server}) => {
  it.skipIf(!server)(
    'forward, back, and forward again, killed after each statement, while all versions write',
    {timeout: 600_000},
    async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...SCHEMA);
      const {name} = database;
      await using runs = openChangeRuns(operationsOn(`${name}.orders`), flavour, database.url);
      const before = await shape(database);
      const table = `\`${name}\`.\`orders\``;
      const writer = new ReplacedWriter(database.url, 7);
      await writer.start();

      await runs.killAt(reply(`ALTER TABLE ${table} ADD`), ['run', runs.planFile]);
      await runs.killAt(reply('CREATE TRIGGER'));
      await runs.killAt({kind: 'sql.send', label: 'UPDATE crossfade.chunk SET state', times: 2});
      await runs.killAt({kind: 'sql.reply', label: 'fill 2: COMMIT', times: 1});
      const begun = await atContract(runs, ['resume']);
      await writer.deploy('old', 'new');
      await writer.deploy('old');
      await begun.kill9();
      expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
      for (const at of [send('CALL'), reply('CALL'), reply('UNLOCK')]) await runs.killAt(at);
      const aborted = runs.start(['resume']);
      expect(await aborted.ended, aborted.lastWords()).toBe(6);
      expect(await shape(database)).toEqual(before);

      const waiting = await atContract(runs, ['run', runs.planFile]);
      await writer.deploy('old', 'new');
      await writer.deploy('new');
      await waiting.kill9();
      expect((await runs.type('approve', 'approval', '--yes', '--reason', 'the new version is out')).code).toBe(0);
      for (const at of [`ALTER TABLE ${table} MODIFY`, 'LOCK TABLES', 'CALL', 'CREATE PROCEDURE', 'UNLOCK']) await runs.killAt(reply(at));
      await runs.killAt(send('CALL'));
      const completed = runs.start(['resume']);
      expect(await completed.ended, completed.lastWords()).toBe(0);
      await writer.stop();

      expect(await shape(database)).toEqual(AFTER);
      const rows = await database.rows(`select concat_ws(' ', id, total, concat(first, ' ', last), note) from orders order by id`);
      expect(rows.map(String)).toEqual(writer.expected());
    },
  );
});

const operationsOn = (table: string): readonly unknown[] => [
  {'rename-column': {table, column: 'sum', to: 'total', type: 'decimal(12,2)', notNull: true}},
  {
    'split-column': {
      table,
      column: 'name',
      oldType: 'varchar(40)',
      into: [
        {column: 'first', type: 'varchar(20)', using: `substring_index(name, ' ', 1)`, default: `'nobody'`},
        {column: 'last', type: 'varchar(20)', using: `substring_index(name, ' ', -1)`},
      ],
      back: `concat(first, ' ', last)`,
      goesWith: ['orders_name'],
    },
  },
  {'change-type': {table, column: 'note', oldType: 'varchar(20)', type: 'bigint'}},
];

const AFTER = [
  ['column', 'first', 'YES varchar(20) nobody'],
  ['column', 'id', 'NO int'],
  ['column', 'last', 'YES varchar(20)'],
  ['column', 'note', 'YES bigint'],
  ['column', 'total', 'NO decimal(12,2)'],
  ['index', 'PRIMARY', 'id'],
];

/** Everything that the operations change or could leave behind. */
const shape = (database: MysqlDatabase) =>
  database.rows(`
    select 'column' as kind, column_name as name, concat_ws(' ', is_nullable, replace(replace(column_type, 'bigint(20)', 'bigint'), 'int(11)', 'int'), trim(both '''' from nullif(column_default, 'NULL')), nullif(column_comment, '')) as what
    from information_schema.columns where table_schema = '${database.name}'
    union all select 'index', index_name, column_name from information_schema.statistics where table_schema = '${database.name}'
    union all select 'trigger', trigger_name, event_manipulation from information_schema.triggers where trigger_schema = '${database.name}'
    union all select 'program', routine_name, '' from information_schema.routines where routine_schema = 'crossfade' and routine_definition like '%${database.name}%' order by 1, 2`);
