/** A fresh database of MySQL or MariaDB with orders, changed in place through the engine itself. */
import type {Alter, AlterAct} from '../../src/engine/alter.ts';
import type {Database} from '../../src/engine/engine.ts';
import {engines} from '../../src/engine/engines.ts';
import type {PlannedOperation} from '../../src/model/planned-operation.ts';
import type {Table, TableName} from '../../src/model/table.ts';
import {type HadServer, type MysqlDatabase, mysqlDatabase, optionsFor} from './mysql-databases.ts';

const EPOCH = 1;

export type MysqlAlteredSide = AsyncDisposable & {
  readonly tests: MysqlDatabase;
  readonly database: Database;
  readonly alter: Alter;
  readonly orders: TableName;
  act(planned: PlannedOperation, more?: Partial<AlterAct>): AlterAct;
  /** `code reason`, of each. */
  findings(planned: PlannedOperation): Promise<readonly string[]>;
  /** Every row that lacks a value gets it. */
  fill(planned: PlannedOperation, more?: Partial<AlterAct>): Promise<number>;
  /** `a|b|c` of each row. */
  lines(query: string): Promise<readonly string[]>;
};

export async function openMysqlAlteredSide({request, server}: HadServer, schema: readonly string[]): Promise<MysqlAlteredSide> {
  const tests = await mysqlDatabase(server);
  await tests.run(...schema);
  const database = engines[request.flavour].open(
    optionsFor(tests.url, {migration: {id: tests.name, short: tests.name.slice(-8), name: 'test'}}),
  );
  await database.control.install();
  await database.control.lock('test');
  await database.control.raiseEpoch(EPOCH, 'test');
  const {alter} = database;
  if (!alter) throw new Error('MySQL can change a table in place');
  const orders = {schema: tests.name, name: 'orders'};
  const courtesy = () => ({epoch: EPOCH, note: () => {}, signal: new AbortController().signal});
  const table = async (): Promise<Table> => {
    const [found] = await database.catalog.tables({tables: [`${orders.schema}.${orders.name}`], exclude: []});
    if (!found) throw new Error('orders is there');
    return found;
  };
  return {
    tests,
    database,
    alter,
    orders,
    act: (planned, more = {}) => ({planned, ...courtesy(), ...more}),
    findings: async (planned) => (await alter.findings(await table(), planned, [])).map(({code, reason}) => `${code} ${reason}`),
    async fill(planned, more = {}) {
      const [range] = await database.source.planRanges(await table(), 1 << 20);
      const [chunk] = await database.target.planChunks(range ? [{table: orders, range}] : [], EPOCH);
      if (!chunk) throw new Error('one chunk');
      return (await alter.fillChunk({table: await table(), chunk, fills: [planned], ...courtesy(), ...more})).rows;
    },
    lines: async (query) =>
      (await tests.rows(query)).map((row) =>
        row.map((one) => (typeof one === 'string' || typeof one === 'number' ? String(one) : '-')).join('|'),
      ),
    async [Symbol.asyncDispose]() {
      await database.control.remove();
      await database.close();
      await tests[Symbol.asyncDispose]();
    },
  };
}
