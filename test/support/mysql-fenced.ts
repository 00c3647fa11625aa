/** One side of a migration on a shared MySQL or MariaDB server: the engine's own sessions, its fence, and applications that write. */
import mysql from 'mysql2/promise';
import {mysqlCatalog} from '../../src/engine/mysql/mysql-catalog.ts';
import {CONTROL_SCHEMA} from '../../src/engine/mysql/mysql-control-schema.ts';
import {MysqlFence} from '../../src/engine/mysql/mysql-fence.ts';
import {MySessions} from '../../src/engine/mysql/mysql-sessions.ts';
import type {MigrationRef} from '../../src/engine/engine.ts';
import type {Table} from '../../src/model/table.ts';
import {type HadServer, type MysqlDatabase, mysqlDatabase, optionsFor} from './mysql-databases.ts';
import {loginOf} from './mysql-process.ts';

export type App = {
  run(...statements: readonly string[]): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
  readonly id: number;
  close(): Promise<void>;
};

export type FencedSide = AsyncDisposable & {
  readonly database: MysqlDatabase;
  readonly sessions: MySessions;
  readonly migration: MigrationRef;
  readonly fence: MysqlFence;
  tables(...names: readonly string[]): Promise<Table[]>;
  /** A client of its own; closed with the side. */
  app(url?: string): Promise<App>;
  /** The same, with what our own writers have in their sessions. */
  writer(): Promise<App>;
};

let sides = 0;

export async function fencedSide({server, request}: HadServer, ...schema: readonly string[]): Promise<FencedSide> {
  const database = await mysqlDatabase(server);
  const short = `f${process.pid}${++sides}`;
  const migration = {id: `${short}-id`, short, name: 'test'};
  const sessions = new MySessions(optionsFor(database.url, {migration}), request.flavour);
  await database.run(...CONTROL_SCHEMA, ...schema);
  await database.run(
    `INSERT INTO crossfade.lease VALUES ('${short}', '${short}-id', 'test', 1, 'test', now(6), substring_index(user(), '@', 1), 'secret of ${short}', false)`,
  );
  const apps: App[] = [];
  const app = async (url = database.url): Promise<App> => {
    const client = await mysql.createConnection({...loginOf(url), database: database.name, rowsAsArray: true});
    const rows = async (statement: string): Promise<readonly (readonly unknown[])[]> =>
      (await client.query<mysql.RowDataPacket[][]>(statement))[0];
    const one: App = {
      rows,
      id: client.threadId,
      run: async (...statements) => {
        for (const statement of statements) await client.query(statement);
      },
      close: () => client.end(),
    };
    apps.push(one);
    return one;
  };
  return {
    database,
    sessions,
    migration,
    fence: new MysqlFence(sessions, migration),
    tables: (...names) => mysqlCatalog(sessions).tables({tables: names.map((name) => `${database.name}.${name}`), exclude: []}),
    app,
    writer: async () => {
      const one = await app();
      await one.run(`SET @crossfade_writer = (SELECT secret FROM crossfade.lease WHERE migration = '${short}')`);
      return one;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(apps.map((one) => one.close().catch(() => undefined))); // a test may have ended it
      await sessions.close();
      await database[Symbol.asyncDispose]();
    },
  };
}
