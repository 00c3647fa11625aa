/** A side of MySQL or MariaDB that receives: control tables, target and source of one migration, and an application's own session. */
import {randomUUID} from 'node:crypto';
import type {MigrationRef} from '../../src/engine/engine.ts';
import {mysqlCatalog} from '../../src/engine/mysql/mysql-catalog.ts';
import {MysqlControl} from '../../src/engine/mysql/mysql-control.ts';
import {MySessions} from '../../src/engine/mysql/mysql-sessions.ts';
import {MysqlSource} from '../../src/engine/mysql/mysql-source.ts';
import {MysqlTarget} from '../../src/engine/mysql/mysql-target.ts';
import type {Row} from '../../src/model/change.ts';
import type {Position} from '../../src/model/position.ts';
import type {TableStep} from '../../src/model/row-operation.ts';
import type {Table} from '../../src/model/table.ts';
import {type HadServer, type MysqlDatabase, mysqlDatabase, optionsFor} from './mysql-databases.ts';

export type Receiver = {
  readonly sessions: MySessions;
  readonly control: MysqlControl;
  readonly target: MysqlTarget;
  readonly source: MysqlSource;
  readonly migration: MigrationRef;
  table(name: string): Promise<Table>;
  close(): Promise<void>;
};

/** The control tables belong to the whole server, which tests share: each migration has names that no other has. */
export const someMigration = (): MigrationRef => {
  const id = randomUUID();
  return {id, short: id.slice(0, 8), name: `test ${id}`};
};

/** Another process of the same migration has the same `migration`. */
export const openReceiver = (
  database: Pick<MysqlDatabase, 'url' | 'name'>,
  {request}: Pick<HadServer, 'request'>,
  migration = someMigration(),
): Receiver => {
  const sessions = new MySessions(optionsFor(database.url, {migration}, 'target'), request.flavour);
  const catalog = mysqlCatalog(sessions);
  return {
    sessions,
    migration,
    control: new MysqlControl(sessions, migration),
    target: new MysqlTarget(sessions, migration),
    source: new MysqlSource(sessions, migration, async () => []),
    table: async (name) => {
      const [table] = await catalog.tables({tables: [`${database.name}.${name}`], exclude: []});
      if (!table) throw new Error(`there is no table ${name}`);
      return table;
    },
    close: () => sessions.close(),
  };
};

export type ReceivingStory = AsyncDisposable & Receiver & {readonly database: MysqlDatabase; another(): Receiver};

/** With a lease of epoch 1, and these tables. */
export const receivingStory = async (had: HadServer, ...statements: readonly string[]): Promise<ReceivingStory> => {
  const database = await mysqlDatabase(had.server);
  const receiver = openReceiver(database, had);
  const opened = [receiver];
  await database.run(...statements);
  await receiver.control.install();
  await receiver.control.lock('test');
  await receiver.control.raiseEpoch(1, 'test');
  return {
    ...receiver,
    database,
    another: () => {
      const other = openReceiver(database, had, receiver.migration);
      opened.push(other);
      return other;
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one.close();
      await database[Symbol.asyncDispose]();
    },
  };
};

export const NOTHING = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};

/** In one transaction of its own; answers the keys that were not met. */
export const applied = async (story: Receiver, table: Table, ...steps: readonly TableStep[]) => {
  if (!(await story.target.progress('forward'))) await story.target.setProgress('forward', '0/0' as Position, 1);
  const lane = await story.target.applier('forward', 1, [table]);
  try {
    const {missing} = await lane.write([{table: table.name, steps}]);
    const {commitSeq = 0} = (await story.target.progress('forward')) ?? {};
    await lane.commit({position: '0/1' as Position, commitSeq, ...NOTHING});
    return missing.map(({key}) => key);
  } finally {
    await lane.close();
  }
};

export const allRows = async (story: Receiver, table: Table): Promise<readonly Row[]> => {
  const found: Row[] = [];
  const {rows} = await story.source.copyRows(table, {after: undefined, to: undefined});
  for await (const batch of rows) found.push(...batch);
  return found;
};
