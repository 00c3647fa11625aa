import mysql from 'mysql2/promise';
import {describe, expect, it} from 'vitest';
import {openMysqlAlteredSide} from '../../../test/support/mysql-altered-side.ts';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {loginOf} from '../../../test/support/mysql-process.ts';
import type {Planned} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';

const SCHEMA = [
  `create table orders (id int primary key, name varchar(20) not null, pieces varchar(10), seen timestamp(6) not null default '2020-01-01' on update current_timestamp(6))`,
  `insert into orders (id, name, pieces) values (1, 'Ada Byron', '1'), (2, 'Alan Turing', '007'), (3, 'Plato', null)`,
];

const split = (table: TableName): Planned<'split-column'> => ({
  kind: 'split-column',
  table,
  column: 'name',
  oldType: 'varchar(20)',
  into: [
    {column: 'first', type: 'varchar(12)', using: `substring_index(orders.name, ' ', 1)`, notNull: true},
    {
      column: 'last',
      type: 'varchar(12)',
      using: `if(locate(' ', name), substring_index(name, ' ', -1), '')`,
      notNull: false,
      default: `'nobody'`,
    },
  ],
  back: `trim(concat(first, ' ', last)) -- together`,
  goesWith: [],
});

const numbered = (table: TableName): Planned<'change-type'> => ({
  kind: 'change-type',
  table,
  column: 'pieces',
  oldType: 'varchar(10)',
  into: [{column: 'pieces_new', type: 'int', using: 'CAST("pieces" AS int)', notNull: false}],
  back: 'CAST("pieces_new" AS varchar(10))',
  goesWith: [],
});

const NAMES = `select id, name, first, last from orders order by id`;
const PIECES = `select id, pieces, pieces_new from orders order by id`;

describe.each(await hadServers())('$title', (had) => {
  it.skipIf(!had.server)('several columns and the old one, whoever writes', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    const planned = split(side.orders);
    expect(await side.findings(planned)).toEqual([]);
    for (let time = 0; time < 2; time++) await alter.start(act(planned));
    for (let time = 0; time < 2; time++) await alter.sync(act(planned));
    await tests.run(
      `insert into orders (id, name) values (4, 'Grace Hopper')`,
      `insert into orders (id, first, last) values (5, 'Emmy', 'Noether')`,
      `update orders set last = 'King' where id = 1`,
      `update orders set name = 'Plato Jr' where id = 3`,
      `update orders set name = 'grace Hopper' where id = 4`,
      `insert into orders (id, name) values (4, 'x') on duplicate key update name = concat(name, 'man')`,
      `replace into orders (id, first, last) values (6, 'Rosa', 'Parks')`,
    );
    await expect(tests.run(`update orders set first = 'Wolfeschlegel', last = 'steinhausen' where id = 5`)).rejects.toThrow('too long');
    await expect(tests.run(`update orders set first = 'Wolfeschlege', last = 'steinhausen' where id = 5`)).rejects.toThrow('too long');
    expect(await lines(NAMES)).toEqual([
      '1|Ada King|Ada|King',
      '2|Alan Turing|-|-',
      '3|Plato Jr|Plato|Jr',
      '4|grace Hopperman|grace|Hopperman',
      '5|Emmy Noether|Emmy|Noether',
      '6|Rosa Parks|Rosa|Parks',
    ]);
    const seen = await lines('select cast(seen as char) from orders where id = 2');
    expect(await alter.validate(planned)).toEqual({rows: '6', unfilled: '1'});
    expect(await side.fill(planned)).toBe(1);
    expect(await lines('select cast(seen as char) from orders where id = 2')).toEqual(seen);
    expect(await alter.validate(planned)).toEqual({rows: '6', unfilled: '0'});
    for (let time = 0; time < 2; time++) expect(await alter.complete(act(planned))).toBe('completed');
    await tests.run(`insert into orders (id, first) values (7, 'Voltaire')`);
    expect(await lines('select id, first, last from orders where id in (2, 7) order by id')).toEqual([
      '2|Alan|Turing',
      '7|Voltaire|nobody',
    ]);
    await alter.undo(act(planned)); // the application's since it was completed
    expect(await lines(`show triggers`)).toEqual([]);
    expect(
      await lines(
        `select column_name, is_nullable from information_schema.columns where table_schema = database() and column_name in ('first', 'last', 'name') order by 1`,
      ),
    ).toEqual(['first|NO', 'last|YES']);
  });

  it.skipIf(!had.server)(
    'a type that holds less: who knows the old one never fails, and what does not fit is found',
    {timeout: 60_000},
    async () => {
      await using side = await openMysqlAlteredSide(had, SCHEMA);
      const {alter, act, tests, lines} = side;
      const planned = numbered(side.orders);
      expect(await side.findings(planned)).toEqual([]);
      await alter.start(act(planned));
      await alter.sync(act(planned));
      await side.fill(planned);
      await tests.run(
        `insert into orders (id, name, pieces) values (4, '', '12abc'), (5, '', 'x'), (6, '', '9999999999'), (7, '', '8')`,
        `update orders set pieces_new = 9 where id = 2`,
        `update orders set pieces = null where id = 7`,
      );
      expect(await lines(PIECES)).toEqual(['1|1|1', '2|9|9', '3|-|-', '4|12abc|-', '5|x|-', '6|9999999999|-', '7|-|-']);
      expect(await alter.validate(planned)).toEqual({rows: '7', unfilled: '3'});
      await expect(side.fill(planned)).rejects.toMatchObject({code: 'CF-APPLY-002'});
      await tests.run('update orders set pieces = 6 where id between 4 and 6');
      expect(await alter.validate(planned)).toEqual({rows: '7', unfilled: '0'});
      expect(await alter.complete(act(planned))).toBe('completed');
      expect(await lines('select id, pieces + 1 from orders where id in (2, 6) order by id')).toEqual(['2|10', '6|7']);
      expect(
        await lines(`select data_type from information_schema.columns where table_schema = database() and column_name like 'pieces%'`),
      ).toEqual(['int']);
    },
  );

  it.skipIf(!had.server)(
    'what was let go when a runner died is taken up again, and what was written meanwhile is not lost',
    {timeout: 60_000},
    async () => {
      await using side = await openMysqlAlteredSide(had, SCHEMA);
      const {alter, act, tests, lines} = side;
      const planned = split(side.orders);
      await alter.start(act(planned));
      await alter.sync(act(planned));
      await side.fill(planned);
      const [trigger] = await lines(
        'select trigger_name from information_schema.triggers where trigger_schema = database() order by 1 desc limit 1',
      );
      await tests.run(`drop trigger ${trigger}`, `update orders set first = 'Augusta' where id = 1`);
      await expect(alter.undo(act(planned))).rejects.toMatchObject({code: 'CF-VERIFY-001'});
      await tests.run(`drop trigger ${trigger}`);
      expect(await alter.complete(act(planned))).toBe('unfilled');
      expect(await lines('show triggers')).toHaveLength(2);
      await tests.run(`update orders set name = 'Augusta Byron' where id = 1`);
      await alter.undo(act(planned));
      expect(await lines('select id, name from orders order by id')).toEqual(['1|Augusta Byron', '2|Alan Turing', '3|Plato']);
      expect(await lines('show triggers')).toEqual([]);
    },
  );

  it.skipIf(!had.server)('gives way to who has a row, and lets go of the others meanwhile', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests} = side;
    const planned = split(side.orders);
    await alter.start(act(planned));
    await alter.sync(act(planned));
    const client = await mysql.createConnection(loginOf(tests.url));
    try {
      await client.query('begin');
      await client.query('select id from orders where id = 2 for update');
      const inTheWay = Promise.withResolvers<string>();
      const filled = side.fill(planned, {note: inTheWay.resolve});
      expect(await inTheWay.promise).toMatch(/^chunk 0 waits for /);
      await tests.run(`update orders set pieces = '5' where id = 1`);
      await client.query('commit');
      expect(await filled).toBe(2);
    } finally {
      await client.end();
    }
  });

  it.skipIf(!had.server)('a text that the new column has no characters for stays out of it', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, SCHEMA);
    const {alter, act, tests, lines} = side;
    const planned = split(side.orders);
    const narrow = {...planned, into: planned.into.map((part) => ({...part, type: `${part.type} CHARACTER SET latin1`}))};
    expect(await side.findings(narrow)).toEqual([]);
    await alter.start(act(narrow));
    await alter.sync(act(narrow));
    await tests.run(
      `insert into orders (id, name) values (4, 'Лев Толстой'), (5, 'Émile Zola')`,
      `update orders set name = 'Zoë' where id = 1`,
    );
    expect(await lines(NAMES)).toEqual(['1|Zoë|Zoë|', '2|Alan Turing|-|-', '3|Plato|-|-', '4|Лев Толстой|-|-', '5|Émile Zola|Émile|Zola']);
  });

  it.skipIf(!had.server)('rows that lead nowhere take a foreign key away again', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, [
      ...SCHEMA,
      'create table kinds (id int primary key)',
      'alter table orders add column kind int',
    ]);
    const {alter, act, tests, lines} = side;
    const planned: Planned<'add-foreign-key'> = {
      kind: 'add-foreign-key',
      table: side.orders,
      name: 'orders_kind',
      columns: ['kind'],
      references: {table: {schema: tests.name, name: 'kinds'}, columns: ['id']},
    };
    await alter.start(act(planned));
    await tests.run('insert into kinds values (1)', 'update orders set kind = id where id < 3');
    expect(await alter.complete(act(planned))).toBe('unfilled');
    const left = `select constraint_name from information_schema.table_constraints where table_schema = database() and constraint_type = 'FOREIGN KEY'
      union select index_name from information_schema.statistics where table_schema = database() and index_name <> 'PRIMARY'`;
    expect(await lines(left)).toEqual([]);
    await tests.run('insert into kinds values (2)');
    const client = await mysql.createConnection(loginOf(tests.url));
    try {
      await client.query('begin');
      await client.query('delete from kinds where id = 2');
      const inTheWay = Promise.withResolvers<string>();
      const completed = alter.complete(act(planned, {note: inTheWay.resolve}));
      expect(await Promise.race([inTheWay.promise, completed])).toContain(' waits for ');
      await client.query('commit');
      expect(await completed).toBe('unfilled');
    } finally {
      await client.end();
    }
    await tests.run('insert into kinds values (2)');
    expect(await alter.complete(act(planned))).toBe('completed');
    expect(await lines(left)).toEqual(['orders_kind']);
  });

  it.skipIf(!had.server)('what stands in the way is told', {timeout: 60_000}, async () => {
    await using side = await openMysqlAlteredSide(had, [
      ...SCHEMA,
      'alter table orders add column short varchar(5) character set latin1 collate latin1_bin default null',
    ]);
    const renamed = (column: string, to: string, type: string): Planned<'rename-column'> => ({
      kind: 'rename-column',
      table: side.orders,
      column,
      oldType: type,
      into: [{column: to, type, using: `"${column}"`, notNull: false}],
      back: `"${to}"`,
      goesWith: [],
    });
    expect(await side.findings(renamed('name', 'pieces', 'varchar(30)'))).toEqual([
      'CF-PLAN-001 is of type varchar(20)',
      'CF-PLAN-001 pieces is there already',
      'CF-PLAN-001 is NOT NULL, and the new column would not be',
    ]);
    expect(await side.findings(renamed('seen', 'noticed', 'timestamp(6)'))).toContain(
      'CF-PLAN-001 is set by the database with every update',
    );
    expect(await side.findings(renamed('short', 'brief', 'varchar(5)'))).toEqual([
      'CF-PLAN-001 has the collation latin1_bin, and the new column would have that of the table',
    ]);
    expect(await side.findings(renamed('short', 'brief', 'varchar(5) COLLATE latin1_bin'))).toEqual([]);
    const wrong = split(side.orders);
    expect(await side.findings({...wrong, back: 'concat(first, pieces)'})).toEqual([
      expect.stringMatching(/does not accept it: Unknown column 'pieces'/),
    ]);
  });
});
