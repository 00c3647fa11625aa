/** An account of a MySQL or MariaDB server that holds what is printed for it and nothing else, and walks through all facets of its side. */
import mysql from 'mysql2/promise';
import type {Grant, Wishes} from '../../src/engine/engine.ts';
import {mysqlGrants} from '../../src/engine/mysql/mysql-grants.ts';
import {MySession} from '../../src/engine/mysql/mysql-session.ts';
import {mysqlTokenGrants} from '../../src/engine/mysql/mysql-token-table.ts';
import type {Side} from '../../src/model/side.ts';
import type {Table} from '../../src/model/table.ts';
import {type HadServer, type MysqlDatabase, mysqlDatabase, newAccount, optionsFor} from './mysql-databases.ts';
import {loginOf} from './mysql-process.ts';
import {someMigration} from './mysql-receiver.ts';
import {openWalk, type Walk, WALKED_ROWS, WALKED_SCHEMA} from './mysql-walk.ts';

export type WalkStory = AsyncDisposable & {
  readonly database: MysqlDatabase;
  /** Of the account that walks. */
  readonly user: string;
  readonly url: string;
  /** Of an application, `user@host`; it may write the tables. */
  readonly application: string;
  readonly applicationUrl: string;
  /** Both sides' grants, as they are printed. */
  printed(): Promise<readonly Grant[]>;
  walk(): Promise<Walk>;
};

const WISHES: Wishes = {endsBlockers: true, namesApplications: true, triesSchema: true};

export async function openWalkStory(had: HadServer): Promise<WalkStory> {
  const database = await mysqlDatabase(had.server);
  await database.run(...WALKED_SCHEMA, WALKED_ROWS);
  const [mover, application] = [await newAccount(database), await newAccount(database)];
  const clients: mysql.Connection[] = [];
  await database.run(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${database.name}.* TO ${application.name}`);
  const role = application.name.replaceAll("'", '');
  const printed = async (): Promise<readonly Grant[]> => {
    const session = await MySession.open(optionsFor(mover.url), 'doctor');
    const tables = ['item', 'copy'].map((name) => tableOf(database.name, name));
    const of = (as: Side) => mysqlGrants(session, as, tables, WISHES);
    const all = [...(await of('source')), ...(await of('target')), ...((await mysqlTokenGrants(session, role)) ?? [])];
    await session.close();
    return all;
  };
  /** What the run gives by itself is not for an administrator. */
  const asked = (await printed()).filter(({isOptional}) => !isOptional);
  await database.run(...new Set(asked.map(({statement}) => statement)));
  return {
    database,
    user: loginOf(mover.url).user ?? '',
    url: mover.url,
    application: role,
    applicationUrl: application.url,
    printed,
    walk: () =>
      openWalk({
        ...{had, database, url: mover.url, migration: someMigration(), application: role},
        standInTheWay: async () => {
          const client = await mysql.createConnection({...loginOf(application.url), database: database.name});
          client.on('error', () => undefined); // it is ended
          clients.push(client);
          await client.query('START TRANSACTION');
          await client.query(`UPDATE item SET word = 'in the way' WHERE id = 1`);
          return client.threadId;
        },
      }),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await database[Symbol.asyncDispose]();
    },
  };
}

const tableOf = (schema: string, name: string): Table => ({
  name: {schema, name},
  columns: [],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});
