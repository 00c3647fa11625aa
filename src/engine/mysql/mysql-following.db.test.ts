import {describe, expect, it} from 'vitest';
import {openMysqlAlteredSide} from '../../../test/support/mysql-altered-side.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import type {Planned} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';

const SCHEMA = [
  `create table orders (id int primary key auto_increment, note varchar(20), fax varchar(20) not null, pieces varchar(10),
     size int default 2, twice int as (size * 2) virtual, seen timestamp(6) not null default '2020-01-01' on update current_timestamp(6))`,
  `insert into orders (note, fax, pieces) values ('app:1', 'f1', '1'), ('desk', 'f2', '007'), (null, 'f3', null)`,
];

const channel = (table: TableName): Planned<'add-column'> => ({
  kind: 'add-column',
  table,
  column: 'channel',
  type: 'varchar(8)',
  backfill: `case when orders.note like 'app:%' then 'app' when note is not null then 'web' end -- by where it came from`,
  notNull: false,
});

const numbered = (table: TableName): Planned<'add-column'> => ({
  kind: 'add-column',
  table,
  column: 'count',
  type: 'int',
  backfill: 'cast(pieces as signed) + 1',
  default: '7',
  notNull: true,
});

const fax = (table: TableName, column = 'fax'): Planned<'drop-column'> => ({
  kind: 'drop-column',
  table,
  column,
  value: `concat('to ', note)`,
  goesWith: [],
});

const CHANNELS = 'select id, note, channel from orders order by id';
const isSeen = `select cast(seen as char) from orders where id = 2`;

describe.each(await hadServers())('$title', (had) => {
  it.skipIf(!had.server)('a row follows its expression until somebody gives it a value of his own', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    const planned = channel(side.orders);
    expect(await side.findings(planned)).toEqual([]);
    for (let time = 0; time < 2; time++) await alter.start(act(planned));
    for (let time = 0; time < 2; time++) await alter.sync(act(planned));
    await tests.run(
      `insert into orders (note, fax) values ('app:4', ''), ('desk', '')`,
      `insert into orders (note, fax, channel) values ('app:6', '', 'phone')`,
      `insert into orders (note, fax) select 'app:7', ''`,
      `update orders set note = 'app:5' where id = 5`,
      `update orders set note = 'desk' where id in (6, 7)`,
      `update orders set note = 'desk', channel = 'own' where id = 4`,
      `update orders set note = 'app:4' where id = 4`,
      `insert into orders (id, note, fax) values (1, 'x', '') on duplicate key update note = 'desk'`,
    );
    expect(await lines(CHANNELS)).toEqual(['1|desk|web', '2|desk|-', '3|-|-', '4|app:4|own', '5|app:5|app', '6|desk|phone', '7|desk|web']);
    const seen = await lines(isSeen);
    expect(await alter.validate(planned)).toEqual({rows: '7', unfilled: '1'});
    expect(await side.fill(planned)).toBe(1);
    expect(await lines(isSeen)).toEqual(seen);
    expect(await alter.validate(planned)).toEqual({rows: '7', unfilled: '0'});
    for (let time = 0; time < 2; time++) expect(await alter.complete(act(planned))).toBe('completed');
    await tests.run(`insert into orders (note, fax) values ('app:8', '')`);
    await alter.undo(act(planned)); // the application's since it was completed
    expect((await lines(CHANNELS)).slice(-2)).toEqual(['7|desk|web', '8|app:8|-']);
    expect(await lines('show triggers')).toEqual([]);
  });

  it.skipIf(!had.server)('what cannot be computed keeps nobody from writing, and is found', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    const planned = numbered(side.orders);
    expect(await side.findings(planned)).toEqual([]);
    await alter.start(act(planned));
    await alter.sync(act(planned));
    expect(await side.fill(planned)).toBe(2);
    await tests.run(
      `insert into orders (fax, pieces) values ('', '12abc'), ('', '9999999999')`,
      `update orders set pieces = '8' where id = 2`,
      `update orders set pieces = 'x' where id = 1`,
    );
    const counts = 'select id, count from orders order by id';
    expect(await lines(counts)).toEqual(['1|-', '2|9', '3|-', '4|-', '5|-']);
    expect(await alter.validate(planned)).toEqual({rows: '5', unfilled: '4'});
  });

  it.skipIf(!had.server)('rows without a value stop contract', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    const planned = numbered(side.orders);
    await alter.start(act(planned));
    await alter.sync(act(planned));
    await side.fill(planned);
    expect(await alter.validate(planned)).toEqual({rows: '3', unfilled: '1'});
    expect(await alter.complete(act(planned))).toBe('unfilled');
    await tests.run('update orders set count = 3 where id = 3');
    expect(await alter.complete(act(planned))).toBe('completed');
    await tests.run(`insert into orders (fax, pieces) select '', '4'`);
    expect(await lines('select id, count from orders order by id')).toEqual(['1|2', '2|8', '3|3', '4|7']);
    expect(await lines('show triggers')).toEqual([]);
  });

  it.skipIf(!had.server)('who does not know a column that goes may write, in every way', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    for (const planned of [fax(side.orders), fax(side.orders, 'pieces')]) {
      expect(await side.findings(planned)).toEqual([]);
      for (let time = 0; time < 2; time++) await alter.start(act(planned));
      for (let time = 0; time < 2; time++) await alter.sync(act(planned));
    }
    await tests.run(
      `insert into orders (note) values ('four')`,
      `insert into orders (note) select 'five'`,
      `insert into orders (note, fax) values ('six', 'own')`,
    );
    expect(await lines('select id, fax, pieces from orders where id > 3 order by id')).toEqual([
      '4|to four|to four',
      '5|to five|to five',
      '6|own|to six',
    ]);
    for (let time = 0; time < 2; time++) await alter.undo(act(fax(side.orders, 'pieces')));
    await tests.run(`insert into orders (note) values ('seven')`);
    expect(await lines('select id, fax, pieces from orders where id > 6')).toEqual(['7|to seven|-']);
    expect(await alter.complete(act(fax(side.orders)))).toBe('completed');
    await tests.run(`insert into orders (note) values ('eight')`);
    expect(await lines(`show columns from orders like 'fax'`)).toEqual([]);
  });

  it.skipIf(!had.server)('what stands in the way is told', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, [
      ...SCHEMA,
      'create trigger counted before update on orders for each row set @writes = 1',
    ]);
    const planned = channel(side.orders);
    for (const backfill of ['concat(id)', 'twice', 'channel', 'nota'])
      expect(await side.findings({...planned, backfill})).toEqual([
        'CF-PLAN-001 is on a table with a trigger that fires for every row that is filled: counted',
        expect.stringMatching(/does not accept it: Unknown column/),
      ]);
    expect(await side.findings({...planned, column: 'fax'})).toContain('CF-PLAN-001 is there already');
    expect(await side.findings({...fax(side.orders, 'seen'), value: 'note'})).toContainEqual(
      expect.stringMatching(/has the default .*2020/),
    );
    expect(await side.findings({...fax(side.orders), value: 'concat(id)'})).toEqual([expect.stringMatching(/does not accept it/)]);
    const {value: _, ...bare} = fax(side.orders);
    expect(await side.findings(bare)).toEqual([expect.stringMatching(/NOT NULL and has no default/)]);
    const [orders] = await side.database.catalog.tables({tables: [`${side.orders.schema}.orders`], exclude: []});
    if (!orders) throw new Error('orders is there');
    const note: Planned<'drop-column'> = {kind: 'drop-column', table: side.orders, column: 'note', goesWith: []};
    expect((await side.alter.findings(orders, planned, [note])).map(({reason}) => reason)).toContainEqual(
      `is computed from note, which drop-column ${side.orders.schema}.orders.note takes away first`,
    );
  });
});
