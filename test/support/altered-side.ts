/** A fresh database with orders and people, changed in place through the engine itself. */
import type {Alter, AlterAct} from '../../src/engine/alter.ts';
import type {PlannedOperation} from '../../src/model/planned-operation.ts';
import {openSide, type TestSide} from './databases.ts';
import {type PostgresServer, postgresServer} from './servers.ts';

const EPOCH = 1;
export const ORDERS = {schema: 'public', name: 'orders'};
export const PEOPLE = {schema: 'public', name: 'people'};

export type AlteredSide = Pick<TestSide, 'url' | 'run' | 'value' | 'table' | 'database'> &
  AsyncDisposable & {
    readonly alter: Alter;
    act(planned: PlannedOperation, more?: Partial<AlterAct>): AlterAct;
    /** `code reason`, of each. */
    findings(planned: PlannedOperation, earlier?: readonly PlannedOperation[]): Promise<readonly string[]>;
    /** Everything that a change could leave behind, line by line. */
    shape(): Promise<string | null>;
    /** Every row that lacks a value gets it. */
    fill(planned: PlannedOperation): Promise<number>;
  };

export async function openAlteredSide(server?: PostgresServer): Promise<AlteredSide> {
  const side = await openSide('source', await (server ?? (await postgresServer())).createDatabase());
  const {database} = side;
  await database.control.install();
  await database.control.lock('test');
  await database.control.raiseEpoch(EPOCH, 'test');
  await side.run(...SCHEMA);
  const {alter} = database;
  if (!alter) throw new Error('PostgreSQL can change a table in place');
  const courtesy = () => ({epoch: EPOCH, note: () => {}, signal: new AbortController().signal});
  return {
    ...side,
    database,
    alter,
    act: (planned, more = {}) => ({planned, ...courtesy(), ...more}),
    findings: async (planned, earlier = []) =>
      (await alter.findings(await side.table('orders'), planned, earlier)).map(({code, reason}) => `${code} ${reason}`),
    shape: () => side.value(SHAPE),
    async fill(planned) {
      const table = await side.table('orders');
      const ranges = await database.source.planRanges(table, 1024);
      const [chunk] = await database.target.planChunks(
        ranges.map((range) => ({table: table.name, range})),
        EPOCH,
      );
      if (!chunk) throw new Error('one chunk');
      return (await alter.fillChunk({table, chunk, fills: [planned], ...courtesy()})).rows;
    },
    [Symbol.asyncDispose]: () => side.close(),
  };
}

const SCHEMA = [
  'create table people (id int primary key)',
  'create table orders (id int primary key, note text, person int, cents int not null)',
  'insert into people select generate_series(1, 3)',
  `insert into orders select n, 'note ' || n, n, n * 100 from generate_series(1, 3) as n`,
];

const SHAPE = `
  select string_agg(line, E'\\n' order by line) from (
    select 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
      from pg_attribute where attrelid in ('orders'::regclass, 'people'::regclass) and attnum > 0 and not attisdropped
    union all select 'default ' || pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = 'orders'::regclass
    union all select 'index ' || pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' INVALID' end from pg_index where indrelid = 'orders'::regclass
    union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where conrelid = 'orders'::regclass and contype <> 'n'
    union all select 'trigger ' || tgname from pg_trigger where tgrelid = 'orders'::regclass and not tgisinternal
    union all select 'function ' || oid::regprocedure from pg_proc where proname like 'in_step%'
    union all select 'record ' || file || ' ' || place from crossfade.schema_statement
  ) as lines (line)`;
