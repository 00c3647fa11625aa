/** PostgreSQL, Debezium, Kafka and back: every change arrives as what PostgreSQL prints, or as a row to be read again. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Row} from '../../src/model/change.ts';
import {nameOf, type Table} from '../../src/model/table.ts';
import {isCarried} from '../../src/relay/debezium-values.ts';
import {type DebeziumWorld, openDebeziumWorld, type Read} from '../support/debezium-world.ts';
import {kafkaStack} from '../support/kafka-servers.ts';
import {optional} from '../support/servers.ts';
import {type Column, createValueTables, insertValues, sampled, valueTables} from '../types/typed-rows.ts';

const VALUES = Number(process.env['TYPES_VALUES'] ?? 60);
const SEED = Number(process.env['TYPES_SEED'] ?? 7);

/** Settings of a database that change how its sessions write values. */
const HOSTILE = {
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "'sql_standard'",
  TimeZone: "'Asia/Kathmandu'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
};
/** What may be read again of a type that is carried: each of these is sent as another value's, or as none. */
const UNTOLD: Readonly<Record<string, RegExp>> = {
  date: /infinity|BC$/,
  'timestamp without time zone': /infinity|BC$|^2942[4-7]\d-/,
  'timestamp with time zone': /BC$/,
  interval: /infinity|^PT0S$/,
};

const had = await optional(kafkaStack);

describe.skipIf(!had)('Debezium', () => {
  let world: DebeziumWorld;
  let all: readonly Table[];
  // With a domain over an enum in its database Debezium does not start at all.
  const columns = sampled(VALUES, SEED).filter(({type}) => !type.includes('mood_domain'));
  const carried = columns.filter(({type}) => isCarried(type));
  const single = (column: Column) => ({name: `one_${column.name}`, columns: [column]});
  const singles = carried.map(single);
  const mixed = valueTables(columns).filter(({name}) => name === 'built_in' || name === 'custom');
  const table = (name: string): Table => {
    const found = all.find((one) => nameOf(one.name) === name);
    if (!found) throw new Error(`no table ${name}`);
    return found;
  };

  beforeAll(async () => {
    world = await openDebeziumWorld(HOSTILE);
    const setUp = createValueTables([...singles, ...mixed]).filter((one) => !one.includes('mood_domain'));
    await world.source.run(...setUp, ...DOCUMENTS);
    all = await world.prepare(['public.*', 'Odd Names.*.*']);
    // Before the connector is made: it has to begin at the slot, not at the end of the log (H-91).
    await world.source.run('BEGIN');
    for (let n = 0; n < VALUES; n++) for (const one of singles) await world.source.run(insertValues(one, n, n));
    for (let n = 0; n < 12; n++) for (const one of mixed) await world.source.run(insertValues(one, n, n));
    await world.source.run('COMMIT', ...CHANGES);
    await world.start();
    await world.drained();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  test(`values of ${carried.length} types, ${VALUES} of each, are what PostgreSQL prints, or are read again (H-90, seed ${SEED})`, async () => {
    const reread: string[] = [];
    for (const {
      name,
      columns: [column],
    } of singles) {
      const type = column?.type ?? '';
      const texts = new Map((await world.source.rows(`SELECT id, ${column?.name} FROM ${name}`)).map(([id, text]) => [id, text]));
      const read = await world.read(table(`public.${name}`));
      expect(read, type).toHaveLength(VALUES);
      for (const {decoded} of read) {
        const change = decoded.type === 'change' ? decoded.change : undefined;
        if (change?.kind === 'insert')
          expect(change.row, type).toEqual({id: change.key[0], [column?.name ?? '']: texts.get(change.key[0] ?? '')});
        else if (change?.kind === 'reread') {
          const text = texts.get(change.key[0] ?? '') ?? '';
          expect(text, type).toMatch(UNTOLD[type.replace(/\(\d+\)/, '').replace(/^interval .*/, 'interval')] ?? /nothing of it/);
          reread.push(text);
        } else expect.unreachable(`${type}: ${JSON.stringify(decoded)}`);
      }
    }
    // The samples have such values; that no others were given up is checked above.
    expect(reread.length).toBeGreaterThan(10);
  });

  test('values that end Debezium, or that it bends, do not travel: their rows are read again', async () => {
    for (const {name} of mixed) {
      const read = await world.read(table(`public.${name}`));
      const named = {schema: 'public', name};
      const expected = Array.from({length: 12}, (_, id) => ({kind: 'reread', table: named, key: [String(id)], isNew: true}));
      expect(read.map(({decoded}) => (decoded.type === 'change' ? decoded.change : decoded))).toEqual(expected);
      expect(Object.keys(bodyOf(read[0])).length).toBeLessThan(table(`public.${name}`).columns.length);
    }
  });

  test('updates, large values that did not change, changes of key, deletes and truncates (H-32, H-85)', async () => {
    const documents = table('public.documents');
    const name = documents.name;
    const changes = (await world.read(documents)).map(({decoded}) => (decoded.type === 'change' ? decoded.change : decoded));
    const whole = (await world.source.rows(LARGE))[0] as readonly string[];
    const large = {body: whole[0], bytes: whole[1], doc: whole[2], amount: whole[3]};
    expect(changes).toEqual([
      {kind: 'insert', table: name, key: ['9007199254740993'], row: {id: '9007199254740993', note: 'one', ...large}},
      // Of large values that stay it says nothing.
      {kind: 'update', table: name, key: ['9007199254740993'], row: {id: '9007199254740993', note: 'two'}},
      {kind: 'update', table: name, key: ['9007199254740993'], row: {id: '9007199254740993', note: null, ...large, doc: null}},
      // A key that changes is a delete and an insert; its large values are not sent.
      {kind: 'delete', table: name, key: ['9007199254740993']},
      {kind: 'reread', table: name, key: ['2'], isNew: true},
      {kind: 'insert', table: name, key: ['3'], row: {id: '3', note: 'three', body: null, bytes: null, doc: null, amount: null}},
      {kind: 'delete', table: name, key: ['3']},
      {kind: 'insert', table: name, key: ['4'], row: {id: '4', note: 'three', body: null, bytes: null, doc: null, amount: null}},
      {kind: 'delete', table: name, key: ['4']},
      {kind: 'truncate', tables: [name]},
    ]);
  });

  test('a table of odd names, whose key is of another index, with a column that is computed', async () => {
    const odd = table('Odd Names.ta.b,l|e "é');
    const changes = (await world.read(odd)).map(({decoded}) => (decoded.type === 'change' ? decoded.change : decoded));
    expect(odd.key).toEqual(['b', 'A a']);
    const row = (a: string, b: string, v: string): Row => ({'A a': a, b, 'v $v': v});
    expect(changes).toEqual([
      {kind: 'insert', table: odd.name, key: ['x', '1'], row: row('1', 'x', 'one')},
      {kind: 'update', table: odd.name, key: ['x', '1'], row: row('1', 'x', 'two')},
      {kind: 'delete', table: odd.name, key: ['x', '1']},
      {kind: 'insert', table: odd.name, key: ['y', '1'], row: row('1', 'y', 'two')},
      {kind: 'delete', table: odd.name, key: ['y', '1']},
    ]);
  });

  test('both halves of a change of key have one place, and places tell the order of transactions (H-82)', async () => {
    const places = (await world.read(table('public.documents'))).map(({decoded}) =>
      decoded.type === 'change' ? decoded.place : undefined,
    );
    expect(places[3]).toEqual(places[4]);
    expect(new Set(places.map((one) => one?.transaction)).size).toBe(8);
    const lsns = places.map((one) => one?.lsn ?? 0n);
    expect(lsns).toEqual(lsns.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });

  test('the connector is paused, stopped, its place is put back, and what comes twice is the same', async () => {
    const {connect, connector} = world;
    await connect.require({className: 'io.debezium.connector.postgresql.PostgresConnector', versionMin: '3.5'});
    await expect(connect.require({className: 'no.such.Connector', versionMin: '3.5'})).rejects.toMatchObject({code: 'CF-RELAY-002'});
    await expect(
      connect.require({className: 'io.debezium.connector.postgresql.PostgresConnector', versionMin: '99.0'}),
    ).rejects.toMatchObject({code: 'CF-RELAY-002', message: expect.stringContaining('3.5')});
    expect(await connect.status('nobody')).toEqual({state: 'absent'});
    await world.until('paused', () => connect.pause(connector));
    await world.until('stopped', () => connect.stop(connector));
    const offsets = await connect.offsets(connector);
    await connect.alterOffsets(connector, offsets);
    expect(await connect.offsets(connector)).toEqual(offsets);
    await world.source.run(`INSERT INTO documents VALUES (5, 'while it was stopped')`);
    await world.until('running', () => connect.resume(connector));
    await world.drained();
    const last = (await world.read(table('public.documents'))).at(-1)?.decoded;
    expect(last).toMatchObject({change: {kind: 'insert', key: ['5'], row: {note: 'while it was stopped'}}});
  });
});

const bodyOf = (read: Read | undefined): object => (JSON.parse(read?.message.value?.toString() ?? '{}') as {after: object}).after;

const DOCUMENTS = [
  `CREATE TABLE documents (id bigint PRIMARY KEY, note text DEFAULT 'none', body text, bytes bytea, doc jsonb, amount numeric)`,
  'ALTER TABLE documents ALTER body SET STORAGE EXTERNAL, ALTER bytes SET STORAGE EXTERNAL, ALTER doc SET STORAGE EXTERNAL, ALTER amount SET STORAGE EXTERNAL',
  'CREATE SCHEMA "Odd Names"',
  `CREATE TABLE "Odd Names"."ta.b,l|e ""é" ("A a" int NOT NULL, b text NOT NULL, "v $v" text, twice int GENERATED ALWAYS AS ("A a" * 2) STORED)`,
  `CREATE UNIQUE INDEX odd ON "Odd Names"."ta.b,l|e ""é" (b, "A a")`,
  `ALTER TABLE "Odd Names"."ta.b,l|e ""é" REPLICA IDENTITY USING INDEX odd`,
];
const LARGE = `SELECT repeat('long "text" ', 1000), decode(repeat('00ff', 4000), 'hex'), jsonb_build_object('a', repeat('b', 8000), 'n', 9007199254740993), repeat('12', 9000)::numeric`;
const CHANGES = [
  `INSERT INTO documents SELECT 9007199254740993, 'one', ${LARGE.slice('SELECT '.length)}`,
  `UPDATE documents SET note = 'two'`,
  'UPDATE documents SET note = NULL, doc = NULL, body = body || $$$$, bytes = bytes || $$$$, amount = amount + 0',
  'UPDATE documents SET id = 2',
  `INSERT INTO documents VALUES (3, 'three')`,
  'UPDATE documents SET id = 4 WHERE id = 3',
  'DELETE FROM documents WHERE id = 4',
  'TRUNCATE documents',
  `INSERT INTO "Odd Names"."ta.b,l|e ""é" VALUES (1, 'x', 'one')`,
  `UPDATE "Odd Names"."ta.b,l|e ""é" SET "v $v" = 'two'`,
  `UPDATE "Odd Names"."ta.b,l|e ""é" SET b = 'y'`,
  'DELETE FROM "Odd Names"."ta.b,l|e ""é"',
];
