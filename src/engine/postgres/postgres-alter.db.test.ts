import pg from 'pg';
import {afterAll, beforeEach, describe, expect, it} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import type {Planned} from '../../model/planned-operation.ts';
import type {Alter, AlterAct} from '../alter.ts';

type NewColumn = Planned<'add-column'>;

const EPOCH = 1;
const NEVER = new AbortController().signal;
const CHANNEL: NewColumn = {
  kind: 'add-column',
  table: {schema: 'public', name: 'orders'},
  column: 'channel',
  type: 'varchar(5)',
  backfill: "case when orders.note like 'app%' then 'app' when note = 'broken' then (1 / (id - id))::text else note end",
  notNull: true,
  default: "'web'",
};

let side: TestSide;
const opened: TestSide[] = [];

beforeEach(async () => {
  side = await openSide('source', await (await postgresServer()).createDatabase());
  opened.push(side);
  await side.database.control.install();
  await side.database.control.lock('test');
  await side.database.control.raiseEpoch(EPOCH, 'test');
  await side.run(
    'create table orders (id int primary key, note text, size int generated always as (length(note)) stored)',
    `insert into orders (id, note) select n, 'app ' || n from generate_series(1, 3) as n`,
  );
});

afterAll(async () => {
  for (const one of opened) await one.close();
});

const alter = (): Alter => {
  const found = side.database.alter;
  if (!found) throw new Error('PostgreSQL can change a table in place');
  return found;
};
const act = (planned: NewColumn, more: Partial<AlterAct> = {}): AlterAct => ({
  planned,
  epoch: EPOCH,
  note: () => {},
  signal: NEVER,
  ...more,
});
const channels = () => side.value(`select string_agg(id || '=' || coalesce(channel, '-'), ' ' order by id) from orders`);
const columns = () =>
  side.value(
    `select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = 'orders'::regclass and attnum > 0 and not attisdropped`,
  );

async function add(column: NewColumn): Promise<void> {
  await alter().start(act(column));
  await alter().sync(act(column));
}

async function fillAll(column: NewColumn): Promise<number> {
  const table = await side.table('orders');
  const ranges = await side.database.source.planRanges(table, 1024);
  const [chunk] = await side.database.target.planChunks(
    ranges.map((range) => ({table: table.name, range})),
    EPOCH,
  );
  if (!chunk) throw new Error('one chunk');
  return (await alter().fillChunk({table, chunk, fills: [column], epoch: EPOCH, note: () => {}, signal: NEVER})).rows;
}

describe('what stands in the way', () => {
  const {default: _, backfill: __, ...bare} = CHANNEL;
  it.each<[string, NewColumn, string]>([
    ['a column that is there', {...CHANNEL, column: 'note'}, 'is there already'],
    ['an unknown type', {...CHANNEL, type: 'txet'}, 'type "txet" does not exist'],
    ['a type with more behind it', {...CHANNEL, type: 'text; drop table orders'}, 'syntax error'],
    ['a default of another type', {...CHANNEL, type: 'int', default: "'web'", backfill: '1'}, 'invalid input syntax for type integer'],
    ['a default for each row anew', {...bare, default: 'clock_timestamp()::text'}, 'would rewrite the table'],
    ['an unknown column in the backfill', {...CHANNEL, backfill: 'note || referrer'}, 'column "referrer" does not exist'],
    ['several statements', {...CHANNEL, backfill: '1); drop table orders; select (1'}, 'cannot insert multiple commands'],
    ['the column itself in the backfill', {...CHANNEL, backfill: "coalesce(channel, 'web')"}, 'uses the column itself (channel)'],
    ['a generated column in the backfill', {...CHANNEL, backfill: 'size::text'}, 'uses the generated column size'],
  ])('%s', async (_name, column, reason) => {
    const findings = await alter().findings(await side.table('orders'), column, []);
    expect(findings).toEqual([expect.objectContaining({severity: 'refuse', reason: expect.stringContaining(reason)})]);
    expect(await columns()).toBe('id note size');
  });

  it.each<[string, NewColumn]>([
    ['a backfill', CHANNEL],
    ['a constant default', {...bare, default: "lower('WEB')"}],
    ['neither', {...bare, notNull: false}],
  ])('nothing, with %s', async (_name, column) => {
    expect(await alter().findings(await side.table('orders'), column, [])).toEqual([]);
  });
});

describe('a column that is kept in step', () => {
  it('has the value of writers that do not know it, follows the row, and leaves own values alone', async () => {
    await add(CHANNEL);
    await side.run(
      `insert into orders (id, note) values (4, 'app 4'), (5, 'desk')`,
      `insert into orders (id, note, channel) values (6, 'app 6', 'phone')`,
    );
    expect(await channels()).toBe('1=- 2=- 3=- 4=app 5=desk 6=phone');
    await side.run(
      `update orders set note = 'new' where id in (1, 4, 6)`,
      `update orders set channel = 'shop' where id = 5`,
      `update orders set note = 'app' where id = 5`,
    );
    expect(await channels()).toBe('1=new 2=- 3=- 4=new 5=shop 6=phone');
    expect(await fillAll(CHANNEL)).toBe(2);
    expect(await channels()).toBe('1=new 2=app 3=app 4=new 5=shop 6=phone');
    expect(await alter().validate(CHANNEL)).toEqual({rows: '6', unfilled: '0'});
  });

  it('never makes the application fail: what cannot be computed, or does not fit, stays empty and is found', async () => {
    await add(CHANNEL);
    await side.run(
      `insert into orders (id, note) values (4, 'broken'), (5, 'too long a note')`,
      `update orders set note = 'broken' where id = 1`,
    );
    expect(await channels()).toBe('1=- 2=- 3=- 4=- 5=-');
    await expect(fillAll(CHANNEL)).rejects.toMatchObject({code: 'CF-APPLY-002', message: expect.stringContaining('division by zero')});
    expect(await alter().validate(CHANNEL)).toEqual({rows: '5', unfilled: '5'});
    await expect(alter().validate({...CHANNEL, notNull: false})).rejects.toMatchObject({code: 'CF-APPLY-002'});
    await side.run(`update orders set note = 'app' where note = 'broken'`);
    expect(await alter().validate(CHANNEL)).toEqual({rows: '5', unfilled: '3'});
  });

  it('works for types without equality, and on a partitioned table', async () => {
    await side.run(
      'create table parted (id int, region text, primary key (id, region)) partition by list (region)',
      `create table parted_eu partition of parted for values in ('eu')`,
      `insert into parted values (1, 'eu')`,
    );
    const column: NewColumn = {
      kind: 'add-column',
      table: {schema: 'public', name: 'parted'},
      column: 'facts',
      type: 'json',
      backfill: `json_build_object('region', region)`,
      notNull: false,
    };
    expect(await alter().findings(await side.table('parted'), column, [])).toEqual([]);
    await add(column);
    await side.run(`insert into parted values (2, 'eu')`, `update parted set id = 3 where id = 1`);
    expect(await side.value(`select string_agg(id || facts::text, ' ' order by id) from parted`)).toBe(
      '2{"region" : "eu"} 3{"region" : "eu"}',
    );
  });
});

describe('adding, completing and removing', () => {
  it('may each be repeated', async () => {
    for (let time = 0; time < 2; time++) await add(CHANNEL);
    await fillAll(CHANNEL);
    for (let time = 0; time < 2; time++) expect(await alter().complete(act(CHANNEL))).toBe('completed');
    expect(
      await side.value(`select is_nullable || ' ' || column_default from information_schema.columns where column_name = 'channel'`),
    ).toBe("NO 'web'::character varying");
    expect(await side.value(`select count(*) from pg_trigger where tgrelid = 'orders'::regclass`)).toBe('0');
    expect(await side.value(`select count(*) from pg_constraint where conname like 'crossfade%'`)).toBe('0');
    await alter().undo(act(CHANNEL)); // the application's since it was completed
    expect(await columns()).toBe('id note size channel');
  });

  it('completes nothing while a row lacks its value, and leaves no check behind', async () => {
    await add(CHANNEL);
    expect(await alter().complete(act(CHANNEL))).toBe('unfilled');
    await side.run(`insert into orders (id, note) values (4, 'too long a note')`);
    expect(await channels()).toBe('1=- 2=- 3=- 4=-');
  });

  it('removes what was added, and only that', async () => {
    await add(CHANNEL);
    for (let time = 0; time < 2; time++) await alter().undo(act(CHANNEL));
    expect(await columns()).toBe('id note size');
    await side.run('alter table orders add column channel text');
    await alter().undo(act(CHANNEL));
    expect(await columns()).toBe('id note size channel');
  });

  it('a constant default is there for every row at once', async () => {
    const {backfill: _, ...constant} = CHANNEL;
    await alter().start(act(constant));
    expect(await channels()).toBe('1=web 2=web 3=web');
    expect(await alter().complete(act(constant))).toBe('completed');
  });

  it('is refused to a runner that was replaced', async () => {
    const late = act(CHANNEL, {epoch: EPOCH + 1});
    for (const change of [() => alter().start(late), () => alter().complete(late), () => alter().undo(late)])
      await expect(change()).rejects.toMatchObject({code: 'CF-LEASE-002'});
  });
});

it('gives way: names who is in the way, lets others through meanwhile, and has its turn afterwards', async () => {
  const reader = new pg.Client({connectionString: side.url, application_name: 'nightly report'});
  await reader.connect();
  try {
    await reader.query('begin');
    await reader.query('select count(*) from orders');
    const noted: string[] = [];
    const seen = Promise.withResolvers<void>();
    const added = alter().start(
      act(CHANNEL, {
        note: (text) => {
          noted.push(text);
          if (noted.length > 1) seen.resolve();
        },
      }),
    );
    await seen.promise;
    await side.run(`update orders set note = 'app' where id = 1`);
    await reader.query('commit');
    await added;
    expect(noted[0]).toMatch(/^adding public\.orders\.channel waits for process \d+ \(\w+, nightly report\), in a transaction for \d+ s$/);
    expect(await columns()).toBe('id note size channel');
  } finally {
    await reader.end();
  }
});
