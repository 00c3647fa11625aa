import mysql from 'mysql2/promise';
import {describe, expect, it} from 'vitest';
import {openMysqlAlteredSide} from '../../../test/support/mysql-altered-side.ts';
import {hadServers, PROCESSES} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {Planned} from '../../model/planned-operation.ts';
import {getLock} from './mysql-control-statements.ts';
import {lockHolder} from './mysql-lock.ts';
import {takeTurn} from './mysql-together.ts';

const SCHEMA = ['create table orders (id int primary key, note varchar(20))', `insert into orders values (1, 'one')`];

describe.each(await hadServers())('$title', (had) => {
  it.skipIf(!had.server)('what a runner that died had sent, and the server is still at, is waited for', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, lines} = side;
    const planned: Planned<'add-index'> = {kind: 'add-index', table: side.orders, name: 'orders_note', on: ['note'], unique: false};
    const is = async (info: string): Promise<boolean> =>
      (await lines(`select id from ${PROCESSES[side.tests.session.flavour.name]} where info like '${info}%'`)).length > 0;
    const reader = await mysql.createConnection(loginOf(side.tests.url));
    try {
      for (let isMade = false; !isMade; ) {
        await reader.query('begin');
        await reader.query('select id from orders');
        const dead = new AbortController();
        const sent = alter.start(act(planned, {signal: dead.signal})).then(
          () => true,
          () => false, // the second that it waits for the table was over too soon
        );
        await untilTrue('the index waits for its table', () => is(`ALTER TABLE \`${side.tests.name}\`%ADD INDEX`));
        dead.abort();
        let isUndone = false;
        const undone = alter.undo(act(planned)).then(() => (isUndone = true));
        await untilTrue(
          'the way back is gone, or waits',
          async () => isUndone || (await is(`SELECT GET_LOCK(%${side.tests.name.slice(-8)}`)),
        );
        await reader.query('commit');
        isMade = await sent;
        await undone;
        expect(
          await lines(`select index_name from information_schema.statistics where table_schema = database() and index_name <> 'PRIMARY'`),
        ).toEqual([]);
      }
    } finally {
      await reader.end();
    }
  });

  it.skipIf(!had.server)(
    'an abort whose server died behind the triggers goes on: what the old version wrote since is the truth',
    async () => {
      await using side = await openMysqlAlteredSide(had, SCHEMA);
      const {alter, act, lines, tests} = side;
      const planned: Planned<'rename-column'> = {
        kind: 'rename-column',
        ...{table: side.orders, column: 'note', goesWith: [], oldType: 'varchar(20)'},
        into: [{column: 'remark', type: 'varchar(20)', using: 'note', notNull: false}],
        back: 'remark',
      };
      await alter.start(act(planned));
      await alter.sync(act(planned));
      await side.fill(planned);
      // As the record of the abort and its first statements leave it.
      const [change] = await lines(`select distinct file from crossfade.schema_statement where migration = '${tests.name.slice(-8)}'`);
      await tests.run(`insert into crossfade.schema_statement values ('${tests.name.slice(-8)}', '${change}', -3, '', false)`);
      for (const name of await lines(`select trigger_name from information_schema.triggers where trigger_schema = database()`))
        await tests.run(`drop trigger \`${name}\``);
      await tests.run(`update orders set note = 'newer' where id = 1`);
      await alter.undo(act(planned));
      expect(await lines('select * from orders')).toEqual(['1|newer']);
    },
  );

  it.skipIf(!had.server)('a runner that was suspended between two statements holds nobody up', async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {session, name} = side.tests;
    const short = name.slice(-8);
    const suspended = await mysql.createConnection(loginOf(side.tests.url));
    suspended.on('error', () => undefined); // it is ended
    await suspended.query(getLock(`crossfade ${short} step`, 0));
    await takeTurn(session, {id: name, short, name: 'test'}, 1);
    expect(await lockHolder(session, `crossfade ${short} step`)).toBe(session.serverPid);
    await expect(suspended.query('SELECT 1')).rejects.toThrow();
    suspended.destroy();
  });
});
