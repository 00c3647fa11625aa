/** MySQL, Debezium, Kafka and back: every change arrives as the server's own log brings it (docs/decisions/0033). */
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {StreamEvent} from '../../src/model/change.ts';
import {nameOf, type Table} from '../../src/model/table.ts';
import {valueOf} from '../../src/relay/debezium-envelope.ts';
import {decodeRow, sentTable, sourceOf} from '../../src/relay/mysql-envelope.ts';
import {mysqlReader} from '../../src/relay/mysql-values.ts';
import {type DebeziumMysqlWorld, openDebeziumMysqlWorld, told} from '../support/debezium-mysql-world.ts';
import {kafkaStack} from '../support/kafka-servers.ts';
import {mysqlServer, ownMysqlServer} from '../support/mysql-servers.ts';
import {columnsFor} from '../support/mysql-values.ts';
import {optional} from '../support/servers.ts';

const VALUES = Number(process.env['TYPES_VALUES'] ?? 20);
const SEED = Number(process.env['TYPES_SEED'] ?? 7);

/** More of what dates, texts and defaults could be taken for. */
const MORE = [
  ...['tinyint(1)', 'varchar(20) CHARACTER SET ascii', 'varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'].map((type) => ({
    type,
    values: ["'1'"],
  })),
  {type: 'int DEFAULT 5', values: ['NULL', '5', '6']},
  {type: `varchar(10) DEFAULT 'none'`, values: ['NULL', "'none'", "''"]},
  {type: `timestamp NULL DEFAULT '2022-01-01 00:00:00'`, values: ['NULL', "'0000-00-00'"]},
  {type: `date NULL DEFAULT '2022-01-01'`, values: ['NULL', "'2022-01-01'", "'0000-00-00'"]},
  {type: 'date NOT NULL', values: ["'0001-01-01'", "'0020-03-04'", "'0069-12-31'", "'1582-10-10'", "'1970-01-01'", "'0000-00-00'"]},
  {type: `date NOT NULL DEFAULT '2020-01-01'`, values: ["'0000-00-00'", "'2020-01-01'", "'2020-01-02'"]},
  {type: 'datetime(3) NOT NULL DEFAULT current_timestamp(3)', values: ["'0000-00-00'", "'1970-01-01'", "'0099-01-01 01:02:03.004'"]},
  {type: 'datetime(6) NOT NULL', values: ["'0000-00-00'", "'1969-12-31 23:59:59.999999'", "'2024-05-06 07:08:09.000001'"]},
  {type: `enum('','a','it''s')`, values: ["''", "'it''s'", "'neither'"]},
];

/** What may be taken from the log of a type that is carried: each of these comes as another value, or as none. */
const UNTOLD: Readonly<Record<string, RegExp>> = {
  date: /^(?:0000-|1970-01-01|2020-01-01)|-00/,
  datetime: /^(?:0000-|1970-01-01)|-00/,
  varchar: /[\u0080-\u009f?\ufffd]/,
};

const had = await optional(async () => ({stack: await kafkaStack(), server: await mysqlServer({flavour: 'mysql', version: '9.7'})}));

describe.skipIf(!had)('Debezium of MySQL', () => {
  let world: DebeziumMysqlWorld;
  let all: readonly Table[];
  let events: readonly StreamEvent[];
  let logged: readonly StreamEvent[];
  const random = columnsFor('mysql').map(({type, values, any}) => ({
    type,
    values: [...values, ...fc.sample(any, {numRuns: VALUES, seed: SEED})],
  }));
  const columns = [...random, ...MORE].map((column, i) => ({...column, name: `t${i}`}));

  beforeAll(async () => {
    if (!had) return;
    world = await openDebeziumMysqlWorld(had.server, had.stack);
    const {database} = world;
    await database.run(
      `SET SESSION sql_mode = ''`,
      'SET SESSION cte_max_recursion_depth = 100000',
      ...columns.map(({name, type}) => `CREATE TABLE ${name} (id int PRIMARY KEY, c ${type})`),
      ...ODD,
    );
    all = await world.tables();
    const from = await world.relayed.source.createStream('forward', all, new AbortController().signal);
    for (const {name, values, type} of columns) {
      for (const [id, value] of values.entries()) await database.run(`INSERT IGNORE INTO ${name} VALUES (${id}, ${value})`);
      if (!type.includes('NOT NULL')) await database.run(`INSERT INTO ${name} VALUES (100000, NULL)`);
    }
    await database.run(...CHANGES);
    events = await world.through(world.relayed, from, all);
    const [P0 = ''] = from.split('@');
    logged = await world.through(world.own, P0 as typeof from, all);
  }, 300_000);
  afterAll(() => world?.[Symbol.asyncDispose]());

  test(`values of ${columns.length} types are what the log has, or are taken from it (H-90, seed ${SEED})`, async () => {
    const texts = new Map<string, unknown>();
    for (const event of logged)
      if (event.type === 'change' && event.change.kind === 'insert')
        texts.set(`${nameOf(event.change.table)} ${event.change.key[0]}`, event.change.row);
    const sent = new Map(
      all.map((table) => [
        nameOf(table.name),
        sentTable(
          table,
          new Map([[`${world.database.name}.t${columns.findIndex(({type}) => type.includes("DEFAULT '2020"))}.c`, '2020-01-01']]),
        ),
      ]),
    );
    const untold: string[] = [];
    let carried = 0;
    for (const message of await world.messages()) {
      const value = valueOf(message);
      if (!value || 'status' in value || value['op'] !== 'c') continue;
      const {schema, table} = sourceOf(value);
      const known = sent.get(nameOf({schema, name: table}));
      const type = known?.table.columns[1]?.type ?? '';
      if (!known || !table.startsWith('t')) continue;
      const decoded = decodeRow(known, message, value);
      const row = decoded?.type === 'change' && decoded.change.kind === 'insert' ? decoded.change : undefined;
      if (row) {
        carried++;
        expect(row.row, type).toEqual(texts.get(`${nameOf(row.table)} ${row.key[0]}`));
        continue;
      }
      const id = (value['after'] as unknown as {id: {text: string}}).id.text;
      const text = (texts.get(`${schema}.${table} ${id}`) as {c: string | null}).c;
      const reader = known.table.columns[1] && mysqlReader(known.table.columns[1]);
      if (reader && text !== null) expect(text, type).toMatch(UNTOLD[/^\w+/.exec(type)?.[0] ?? ''] ?? /nothing of it/);
      untold.push(text ?? 'NULL');
    }
    expect(carried).toBeGreaterThan(columns.length * VALUES * 0.8);
    expect(untold.length).toBeGreaterThan(50);
  });

  test('transactions come whole, by their names and places, with what the log has, whatever they are made of', () => {
    expect(told(events)).toEqual(told(logged).slice(0, told(events).length));
    expect(told(events).length).toBeGreaterThan(columns.length * VALUES);
    expect(events.filter(({type}) => type === 'schema').length).toBeGreaterThan(0);
    expect(world.logsOpened()).toBeGreaterThan(0);
  });

  test('transactions whose values are carried are not looked for in the log', async () => {
    const end = events.findLast((event) => event.type === 'commit')?.end;
    if (!end) throw new Error('nothing came');
    for (let n = 1; n <= 20; n++) await world.database.run(`UPDATE big SET v = 'again ${n}', born = '2024-02-03' WHERE id = ${n}`);
    const opened = world.logsOpened();
    const later = await world.through(world.relayed, end, all);
    expect(world.logsOpened()).toBe(opened);
    expect(later.filter(({type}) => type === 'change')).toHaveLength(20);
  });

  test('what stands in the way is said beforehand: columns that are not carried', async () => {
    const found = await world.relayed.catalog.findings('source', all);
    const ours = found.filter(({code}) => code === 'CF-RELAY-002');
    expect(ours.map(({severity}) => severity)).not.toContain('refuse');
    expect(ours.find(({object}) => object === `${world.database.name}.big`)?.reason).toContain('born date');
  });
});

test.skipIf(!had)('transactions with tags are refused: before the start, and at the first mark behind one', async () => {
  if (!had) return;
  const server = await ownMysqlServer({flavour: 'mysql', version: '9.7'});
  await using disposed = new AsyncDisposableStack();
  disposed.defer(() => server.stop());
  const world = disposed.use(await openDebeziumMysqlWorld(server, had.stack));
  await world.database.run('CREATE TABLE item (id int PRIMARY KEY)');
  const all = await world.tables();
  const from = await world.relayed.source.createStream('forward', all, new AbortController().signal);
  await world.database.run(
    `SET SESSION gtid_next = 'AUTOMATIC:tagged'`,
    'INSERT INTO item VALUES (1)',
    `SET SESSION gtid_next = 'AUTOMATIC'`,
  );
  await expect(world.through(world.relayed, from, all)).rejects.toMatchObject({code: 'CF-RELAY-002'});
  await expect(world.relayed.source.probeStream('forward', from)).rejects.toMatchObject({code: 'CF-RELAY-002'});
  expect(await world.relayed.catalog.findings('source', all)).toContainEqual(
    expect.objectContaining({severity: 'refuse', code: 'CF-RELAY-002', object: 'source server'}),
  );
});

const ODD = [
  'CREATE TABLE `od.d,l|e "é` (`A a` int NOT NULL, b varchar(20) NOT NULL, `v $v` text, twice int GENERATED ALWAYS AS (`A a` * 2) STORED, hidden int INVISIBLE DEFAULT 3, PRIMARY KEY (b, `A a`))',
  'CREATE TABLE big (id int PRIMARY KEY, v varchar(50), born date)',
  'CREATE TABLE emptied (id int PRIMARY KEY)',
];
const CHANGES = [
  "INSERT INTO `od.d,l|e \"é` (`A a`, b, `v $v`) VALUES (1, 'x', 'one'), (2, 'y', NULL)",
  "UPDATE `od.d,l|e \"é` SET `v $v` = 'two'",
  "UPDATE `od.d,l|e \"é` SET b = 'z' WHERE b = 'y'",
  'UPDATE `od.d,l|e "é` SET `A a` = `A a` + 10, hidden = NULL',
  'DELETE FROM `od.d,l|e "é`',
  'BEGIN',
  `INSERT INTO big WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, concat('value ', i), '2024-01-01' FROM n`,
  'UPDATE big SET id = id + 10000, born = NULL WHERE id > 2500',
  'SAVEPOINT here',
  'DELETE FROM big WHERE id < 100',
  'ROLLBACK TO here',
  `UPDATE big SET v = 'last' WHERE id < 5`,
  'COMMIT',
  'INSERT INTO emptied VALUES (1), (2)',
  'TRUNCATE emptied',
  'CREATE TABLE beside (id int PRIMARY KEY)',
  'INSERT INTO beside VALUES (1)',
  'INSERT INTO emptied VALUES (3)',
  'DROP TABLE beside',
];
