import {describe, expect, it} from 'vitest';
import {hadServers, mysqlDatabase, newAccount, optionsFor} from '../../../test/support/mysql-databases.ts';
import type {Planned} from '../../model/planned-operation.ts';
import {engines} from '../engines.ts';

/** Servers of their own: what is granted here is partly a setting of the whole server. */
const servers = await hadServers(() => ({'log-bin-trust-function-creators': 'OFF'}));

describe.each(servers)('$title', ({request, server}) => {
  it.skipIf(!server)('an account that has just what was printed can carry a change through', {timeout: 60_000}, async () => {
    await using admin = await mysqlDatabase(server);
    await admin.run('create table orders (id int primary key, note varchar(20))', `insert into orders values (1, 'one')`);
    const account = await newAccount(admin);
    await admin.run(`GRANT SELECT ON \`${admin.name}\`.* TO ${account.name}`);
    const table = {schema: admin.name, name: 'orders'};
    const planned: Planned<'rename-column'> = {
      kind: 'rename-column',
      table,
      column: 'note',
      oldType: 'varchar(20)',
      into: [{column: 'remark', type: 'varchar(20)', using: '"note"', notNull: false}],
      back: '"remark"',
      goesWith: [],
    };
    const migration = {id: admin.name, short: admin.name.slice(-8), name: 'test'};
    const database = engines[request.flavour].open(optionsFor(account.url, {migration}));
    const {alter} = database;
    const [orders] = await database.catalog.tables({tables: [`${admin.name}.orders`], exclude: []});
    if (!alter || !orders) throw new Error('it can be changed');
    try {
      const missing = await alter.findings(orders, planned, []);
      expect(missing.map(({code}) => code)).toEqual(missing.map(() => 'CF-GRANT-001'));
      expect(missing.map(({next}) => next).join('\n')).toMatch(/LOCK TABLES[^]*EXECUTE[^]*crossfade[^]*TRIGGER/);
      await admin.run(...missing.map(({next}) => next));
      expect(await alter.findings(orders, planned, [])).toEqual([]);
      await database.control.install();
      await database.control.lock('test');
      await database.control.raiseEpoch(1, 'test');
      const act = {planned, epoch: 1, note: () => {}, signal: new AbortController().signal};
      await alter.start(act);
      await alter.sync(act);
      await admin.run('update orders set note = note, remark = note');
      expect(await alter.complete(act)).toBe('completed');
      expect(await admin.rows('select remark from orders')).toEqual([['one']]);
      await database.control.remove();
    } finally {
      await database.close();
    }
  });
});
