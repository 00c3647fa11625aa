/**
 * A change of MySQL and MariaDB that is taken back from the middle of contract: whoever writes the old shape can write it at
 * each instant, wherever the runner dies, and what went with a column is there again.
 */
import {describe, expect, it} from 'vitest';
import {atContract, type ChangeRuns, openChangeRuns} from '../support/change-story.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../support/mysql-databases.ts';
import {startStepWriter} from '../support/mysql-step-writer.ts';
import type {At} from '../support/runner-effects.ts';

const reply = (label: string): At => ({kind: 'sql.reply', label: `alter: ${label}`, times: 1});

describe.each(await hadServers())('$title', ({request: {flavour}, server}) => {
  it.skipIf(!server)('a column that was mandatory already: the old version writes all the while', {timeout: 300_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const table = `${database.name}.orders`;
    await using runs = openChangeRuns(
      [{'add-column': {table, column: 'channel', type: 'varchar(8)', notNull: true, backfill: `if(note like 'app:%', 'app', 'web')`}}],
      flavour,
      database.url,
    );
    const before = await shape(database);
    const writer = await startStepWriter(database.url, async (connection, round) => {
      await connection.query('insert into orders (note) values (?)', [`app:${round}`]);
      await connection.query('update orders set note = ? where id = ?', [`web ${round}`, 1 + (round % 9)]);
    });

    await killedInContract(runs, reply(`ALTER TABLE \`${database.name}\`.\`orders\` MODIFY`));
    expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
    for (const at of [reply(`ALTER TABLE \`${database.name}\`.\`orders\` MODIFY`), reply('DROP TRIGGER'), reply('DROP TRIGGER')]) {
      await runs.killAt(at);
      await database.run(`insert into orders (note) values ('app:while nobody is at it')`);
    }
    const aborted = runs.start(['resume']);
    expect(await aborted.ended, aborted.lastWords()).toBe(6);
    await writer.stop();
    expect(await shape(database)).toEqual(before);
  });

  it.skipIf(!server)(
    'indexes that have gone without their column, because the server died, are made again',
    {timeout: 300_000},
    async () => {
      await using database = await mysqlDatabase(server);
      await database.run(...SCHEMA);
      const table = `${database.name}.orders`;
      const goesWith = ['orders_fax', 'orders_fax_note'];
      const before = await shape(database);

      for (const operation of [
        {'drop-column': {table, column: 'fax', goesWith}},
        {'rename-column': {table, column: 'fax', to: 'telex', type: 'varchar(20)', goesWith}},
      ]) {
        await using runs = openChangeRuns([operation], flavour, database.url);
        await killedInContract(runs, reply('LOCK TABLES'));
        // As a server leaves it that dies in the program which the runner has called.
        await database.run(...goesWith.map((index) => `drop index ${index} on orders`));
        expect((await runs.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
        await runs.killAt(reply(`ALTER TABLE \`${database.name}\`.\`orders\` ADD`));
        const aborted = runs.start(['resume']);
        expect(await aborted.ended, aborted.lastWords()).toBe(6);
        expect(await shape(database), Object.keys(operation).join()).toEqual(before);
      }
    },
  );
});

const killedInContract = async (runs: ChangeRuns, at: At): Promise<void> => {
  const waiting = await atContract(runs, ['run', runs.planFile]);
  await waiting.kill9();
  expect((await runs.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
  await runs.killAt(at);
};

const SCHEMA = [
  `create table orders (id int primary key auto_increment, note varchar(40) not null, fax varchar(20),
     index orders_fax (fax) comment 'for the desk', unique index orders_fax_note (fax(7), note desc))`,
  `insert into orders (note) with recursive n (i) as (select 1 union all select i + 1 from n where i < 100) select concat('note ', i) from n`,
];

/** As the server itself writes it; in which order the indexes stand is left out, and so is where the counter is. */
const shape = async (database: MysqlDatabase) => {
  const [[, ddl] = []] = await database.rows('show create table orders');
  const lines = String(ddl)
    .replace(/ AUTO_INCREMENT=\d+/, '')
    .split('\n');
  return [
    ...lines.map((line) => line.replace(/,$/, '')).toSorted(),
    ...(await database.rows(`select trigger_name from information_schema.triggers where trigger_schema = '${database.name}'`)),
  ];
};
