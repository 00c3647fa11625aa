import mysql from 'mysql2/promise';
import {describe, expect, it} from 'vitest';
import {openMysqlAlteredSide} from '../../../test/support/mysql-altered-side.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import {untilTrue} from '../../../test/support/until.ts';
import type {Planned} from '../../model/planned-operation.ts';

const SCHEMA = ['create table orders (id int primary key, note varchar(20))', `insert into orders values (1, 'one')`];

describe.each(await hadServers())('$title', (had) => {
  it.skipIf(!had.server)('what a runner that died had sent, and the server is still at, is waited for', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, lines} = side;
    const planned: Planned<'add-index'> = {kind: 'add-index', table: side.orders, name: 'orders_note', on: ['note'], unique: false};
    const is = async (info: string): Promise<boolean> =>
      (await lines(`select id from information_schema.processlist where info like '${info}%'`)).length > 0;
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
});
