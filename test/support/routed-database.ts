/** One database that a router looks at: a table of notes, a route that tests write as the engine does, and a fence. */
import {randomBytes} from 'node:crypto';
import type {Side} from '../../src/model/side.ts';
import {writeRoute} from '../../src/engine/mysql/mysql-route.ts';
import {type HadServer, hadServers, newAccount, PROCESSES} from './mysql-databases.ts';
import {fencedSide} from './mysql-fenced.ts';
import {openRoutedPostgres, ROUTE} from './routed-sides.ts';

export type Written = {readonly epoch: number; readonly side: Side; readonly state: 'open' | 'hold'; readonly holdMs?: number};

export type RoutedDatabase = AsyncDisposable & {
  /** The application's. */
  readonly url: string;
  run(...statements: readonly string[]): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
  write(written: Written & {readonly version: number}): Promise<void>;
  notes(): Promise<string[]>;
  fence(): Promise<void>;
  unfence(): Promise<void>;
  /** Somebody has tried to write a note, be it refused or not; asked while whoever tried is connected. */
  wasTried(): Promise<boolean>;
  /** Ends the sessions of the application, those of the watch too. */
  cut(): Promise<void>;
};

/** Of one plan, whose name no other test on these servers has. */
export class RoutedPair implements AsyncDisposable {
  readonly migration: string;
  readonly source: RoutedDatabase;
  readonly target: RoutedDatabase;
  #version = 0;

  constructor(migration: string, source: RoutedDatabase, target: RoutedDatabase) {
    this.migration = migration;
    this.source = source;
    this.target = target;
  }

  async prepare(): Promise<void> {
    for (const side of ['source', 'target'] as const) await this.write(side, {epoch: 1, side: 'source', state: 'open'});
  }

  async write(on: Side, written: Written): Promise<void> {
    this.#version += 1;
    await this[on].write({...written, version: this.#version});
  }

  /** All of a switch, as the runner does it, with nothing that moves rows. */
  async move(to: Side, epoch: number): Promise<void> {
    const from = to === 'target' ? 'source' : 'target';
    for (const on of ['source', 'target'] as const) await this.write(on, {epoch, side: from, state: 'hold', holdMs: 20_000});
    await this[from].fence();
    await this[to].unfence();
    for (const on of ['source', 'target'] as const) await this.write(on, {epoch, side: to, state: 'open'});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.target[Symbol.asyncDispose]();
  }
}

type Open = (migration: {readonly name: string; readonly short: string}) => Promise<RoutedDatabase>;

export async function openRoutedPair(source: Open, target: Open): Promise<RoutedPair> {
  const short = randomBytes(4).toString('hex');
  const migration = {short, name: `shop-${short}`};
  return new RoutedPair(migration.name, await source(migration), await target(migration));
}

export const onPostgres: Open = async (migration) => {
  const here = await openRoutedPostgres(18, migration);
  await here.run(ROUTE);
  return here;
};

/** Between servers of both kinds, there and back. */
export const MYSQL_WAYS = [
  ['mysql 9.7', 'mariadb 10.11'],
  ['mariadb 10.11', 'mysql 9.7'],
] as const;

export type MysqlPairs = {readonly isHad: boolean; open(from: string, to: string): Promise<RoutedPair>};

/** `isHad` is false where a server is missing, which the end of the run says. */
export async function mysqlPairs(): Promise<MysqlPairs> {
  const servers = new Map((await hadServers()).map((had) => [had.title, had]));
  const opening = (title: string): Open => {
    const had = servers.get(title);
    if (!had) throw new Error(`there is no server ${title}`);
    return onMysql(had);
  };
  return {
    isHad: [...servers.values()].every(({server}) => server),
    open: (from, to) => openRoutedPair(opening(from), opening(to)),
  };
}

/** With the real fence, and with an account that may do what an application's may. */
export const onMysql =
  (had: HadServer): Open =>
  async ({short, name}) => {
    const here = await fencedSide(had, 'CREATE TABLE note (text varchar(100), n int)');
    const {database, fence} = here;
    const account = await newAccount(database);
    const seen = `'seen ${database.name}'`;
    await database.run(
      `GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, EXECUTE ON ${database.name}.* TO ${account.name}`,
      `GRANT SELECT ON crossfade.route TO ${account.name}`,
      // Before the fence's own. A lock of the session outlives the statement that was refused.
      `CREATE TRIGGER seen BEFORE INSERT ON note FOR EACH ROW SET @seen = GET_LOCK(${seen}, 0)`,
    );
    await fence.arm(await here.tables('note'), 0);
    const url = new URL(account.url);
    url.pathname = `/${database.name}`;
    let attempt = 0;
    return {
      url: url.href,
      run: database.run,
      rows: database.rows,
      write: ({version, holdMs, ...route}) =>
        writeRoute(database.session, {id: short, short, name}, {...route, holdMs, readPercent: 0, versionMin: version}),
      notes: async () => (await database.rows('SELECT text FROM note ORDER BY text')).map(([text]) => String(text)),
      fence: async () => {
        attempt += 1;
        await fence.raise({tables: await here.tables('note'), attempt, epoch: 1, budgetMs: 600_000, marker: 'm'});
      },
      unfence: async () => {
        if (attempt > 0) await fence.release(attempt);
      },
      wasTried: async () => (await database.rows(`SELECT IS_USED_LOCK(${seen})`))[0]?.[0] !== null,
      cut: async () => {
        const sessions = await database.rows(`SELECT id FROM ${PROCESSES[database.session.flavour.name]} WHERE user = '${url.username}'`);
        // One that has ended meanwhile is gone, as it should be.
        for (const [id] of sessions) await database.run(`KILL ${String(id)}`).catch(() => undefined);
      },
      [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
    };
  };
