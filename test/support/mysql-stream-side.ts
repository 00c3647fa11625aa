/** A fresh database of a shared MySQL or MariaDB server: a source under test, a session that writes, and its change stream. */
import type {Change, StreamEvent} from '../../src/model/change.ts';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Position} from '../../src/model/position.ts';
import type {Table, TableName} from '../../src/model/table.ts';
import {STREAM_SCHEMA} from '../../src/engine/mysql/mysql-control-schema.ts';
import {MySession, type TextRow} from '../../src/engine/mysql/mysql-session.ts';
import {MySessions} from '../../src/engine/mysql/mysql-sessions.ts';
import {MysqlSource} from '../../src/engine/mysql/mysql-source.ts';
import {realEffects} from './effects.ts';
import type {MysqlRequest} from './mysql-members.ts';

/** What the stream is tried on. */
export const STREAM_SERVERS = [
  {flavour: 'mysql', version: '9.7'},
  {flavour: 'mariadb', version: '10.11'},
  {flavour: 'mariadb', version: '11.8'},
] as const satisfies readonly MysqlRequest[];

export type StreamSide = {
  readonly source: MysqlSource;
  readonly sessions: MySessions;
  readonly short: string;
  run(...statements: readonly string[]): Promise<void>;
  rows(statement: string): Promise<readonly TextRow[]>;
  /** A session of the test's own, with the server's own settings. */
  session(): Promise<MySession>;
  table(name: string, changes?: Partial<Table>): Promise<Table>;
  position(): Promise<Position>;
  /** What came from `from` up to the first batch that `isEnough`. */
  events(from: Position, tables: readonly Table[], isEnough: (events: readonly StreamEvent[]) => boolean): Promise<readonly StreamEvent[]>;
  /** Changes of mapped tables from `from` up to now. */
  changes(from: Position, tables: readonly Table[]): Promise<readonly Change[]>;
  close(): Promise<void>;
};

let sides = 0;

export async function openStreamSide(url: string, flavour: MysqlRequest['flavour']): Promise<StreamSide> {
  const short = `t${process.pid}${++sides}`;
  const migration = {id: `${short}-id`, short, name: 'test'};
  const options = {url: new DatabaseUrl(url), side: 'source' as const, migration, effects: realEffects()};
  const sessions = new MySessions(options, flavour);
  const writer = await MySession.open(options, 'test');
  for (const statement of STREAM_SCHEMA) await writer.query(statement);
  const schema = options.url.database;
  const source = new MysqlSource(sessions, migration, () => tablesOf(writer, schema));

  const events: StreamSide['events'] = async (from, tables, isEnough) => {
    const stop = new AbortController();
    const all: StreamEvent[] = [];
    for await (const batch of source.changes('forward', from, tables, stop.signal)) {
      all.push(...batch);
      if (isEnough(all)) stop.abort();
    }
    return all;
  };
  return {
    source,
    sessions,
    short,
    run: async (...statements) => {
      for (const statement of statements) await writer.query(statement);
    },
    rows: async (statement) => (await writer.query(statement)).rows,
    session: () => MySession.open(options, 'test'),
    table: (name, changes) => tableOf(writer, {schema, name}, changes),
    position: () => source.currentPosition(),
    events,
    changes: async (from, tables) => {
      await source.mark('the end');
      const all = await events(from, tables, (seen) => seen.some((event) => event.type === 'mark' && event.content === 'the end'));
      return all.flatMap((event) => (event.type === 'change' ? [event.change] : []));
    },
    close: async () => {
      await sessions.close();
      await writer.close();
    },
  };
}

const tablesOf = async (session: MySession, schema: string): Promise<readonly TableName[]> => {
  const {rows} = await session.query(`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?`, [schema]);
  return rows.map(({name}) => ({schema, name: name ?? ''}));
};

/** As far as reading goes; the catalogue has tests of its own. */
const tableOf = async (session: MySession, name: TableName, changes: Partial<Table> = {}): Promise<Table> => {
  const {rows} = await session.query(
    `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, extra AS extra, column_key AS is_key FROM information_schema.columns
     WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position`,
    [name.schema, name.name],
  );
  const columns = rows.map((row) => ({
    name: row['name'] ?? '',
    type: row['type'] ?? '',
    notNull: row['nullable'] === 'NO',
    generated: (row['extra'] ?? '').includes('GENERATED'),
    identity: undefined,
    portableBinary: false,
  }));
  const key = rows.filter((row) => row['is_key'] === 'PRI').map((row) => row['name'] ?? '');
  return {name, columns, key, partitions: [], estimatedRows: 1, estimatedBytes: 1, ...changes};
};
