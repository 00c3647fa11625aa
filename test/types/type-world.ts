/** Two databases whose settings would bend values, and the product's own copy and streams between them, without a run. */
import {copyChunks} from '../../src/pipeline/copier.ts';
import {InProcessReplication} from '../../src/pipeline/in-process-replication.ts';
import type {Link} from '../../src/pipeline/replication.ts';
import type {TableMapping} from '../../src/mapping/mapping.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';
import {comparePositions} from '../../src/engine/postgres/postgres-position.ts';
import {isPassing} from '../../src/engine/postgres/postgres-errors.ts';
import type {Direction} from '../../src/model/side.ts';
import type {KeyRange} from '../../src/engine/engine.ts';
import {nameOf, type Table} from '../../src/model/table.ts';
import type {Telemetry} from '../../src/telemetry/telemetry.ts';
import {openSide, type TestSide} from '../support/databases.ts';
import {realEffects} from '../support/effects.ts';
import {ownMigration} from '../support/own-migration.ts';
import {postgresServer} from '../support/servers.ts';

const EPOCH = 1;

/** Settings of a database that change how values are read or written by sessions that do not say otherwise. */
const HOSTILE: Readonly<Record<string, string>> = {
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "'sql_standard'",
  TimeZone: "'Asia/Kathmandu'",
  bytea_output: "'escape'",
  extra_float_digits: '-15',
  xmloption: "'document'",
  array_nulls: 'off',
  standard_conforming_strings: 'off',
  escape_string_warning: 'off',
  quote_all_identifiers: 'on',
  default_transaction_isolation: "'serializable'",
  search_path: '"Odd types"',
  statement_timeout: "'10min'",
};

/** How the tests themselves speak to a side, as applications that know what they write. */
const SPOKEN = `SET DateStyle = ISO; SET IntervalStyle = postgres; SET TimeZone = UTC; SET bytea_output = hex; SET extra_float_digits = 3;
  SET xmloption = content; SET array_nulls = on; SET standard_conforming_strings = on; SET quote_all_identifiers = off;
  SET default_transaction_isolation = 'read committed'; SET search_path = public; SET lc_monetary = 'C'`;

export type TypeWorld = AsyncDisposable & {
  readonly source: TestSide;
  readonly target: TestSide;
  both(...statements: readonly string[]): Promise<void>;
  mappings(direction: Direction, format?: 'text'): Promise<readonly TableMapping[]>;
  /** Makes the stream of a direction at the sending side's position of now. */
  beginStream(direction: Direction): Promise<void>;
  copy(mappings: readonly TableMapping[], ranges: (mapping: TableMapping) => Promise<readonly KeyRange[]>): Promise<number>;
  /** Applies what has been committed so far. */
  stream(direction: Direction): Promise<Link>;
  stopStream(direction: Direction): Promise<void>;
};

export async function openTypeWorld(limits: {readonly valueBytesMax?: number} = {}): Promise<TypeWorld> {
  const migration = ownMigration();
  const open = async (side: 'source' | 'target', version: 17 | 18): Promise<TestSide> => {
    const url = await (await postgresServer({version})).createDatabase();
    const bare = await openSide(side, url);
    const name = new URL(url).pathname.slice(1);
    await bare.run(...Object.entries(HOSTILE).map(([setting, value]) => `ALTER DATABASE "${name}" SET ${setting} = ${value}`));
    await bare.close();
    const opened = await openSide(side, url, migration, limits);
    await opened.run(SPOKEN);
    await opened.database.control.install();
    await opened.database.control.lock('types');
    await opened.database.control.raiseEpoch(EPOCH, 'types');
    return opened;
  };
  const source = await open('source', 17);
  const target = await open('target', 18);
  const telemetry: Telemetry = {note: () => undefined, gauge: () => undefined} as unknown as Telemetry;
  const shared = {
    source: source.database,
    target: target.database,
    compare: comparePositions,
    isPassing,
    telemetry,
    effects: realEffects(),
  };
  const replication = new InProcessReplication(shared);
  const tables = (side: TestSide) => side.database.catalog.tables({tables: ['public.*'], exclude: []});
  const mappings: TypeWorld['mappings'] = async (direction, format) => {
    const [from, to] = [await tables(source), await tables(target)];
    const all = migrationMapping({tables: [], allowLoss: false}, noFunction).tables(from, to, direction);
    return format ? all.map((one) => ({...one, writes: asText(one.writes)})) : all;
  };
  const sides = (direction: Direction) => (direction === 'forward' ? ([source, target] as const) : ([target, source] as const));
  return {
    source,
    target,
    both: async (...statements) => void (await Promise.all([source.run(...statements), target.run(...statements)])),
    mappings,
    async beginStream(direction) {
      const [from, to] = sides(direction);
      const sending = (await mappings(direction)).map((one) => one.from);
      const position = await from.database.source.createStream(direction, sending, new AbortController().signal);
      await to.database.target.setProgress(direction, position, EPOCH);
    },
    async copy(all, ranges) {
      const planned = [];
      for (const mapping of all) for (const range of await ranges(mapping)) planned.push({table: mapping.to.name, range});
      const chunks = await target.database.target.planChunks(planned, EPOCH);
      const request = {from: source.database, to: target.database, mappings: all, chunks, epoch: EPOCH, parallel: () => 2, telemetry};
      const done = await copyChunks({...request, lane: () => (piece) => piece(), signal: new AbortController().signal});
      return done.rows;
    },
    async stream(direction) {
      const [from] = sides(direction);
      const link = await replication.ensure(direction, 'apply', await mappings(direction), EPOCH);
      await Promise.race([link.untilStrict(new AbortController().signal), replication.failed]);
      await Promise.race([link.reached(await from.database.source.mark('types'), new AbortController().signal), replication.failed]);
      return link;
    },
    stopStream: (direction) => replication.stop(direction),
    async [Symbol.asyncDispose]() {
      await replication.close();
      await source.database.source.dropStream('forward');
      await target.database.source.dropStream('reverse');
      await Promise.all([source.close(), target.close()]);
    },
  };
}

const noFunction = (): never => {
  throw new Error('these mappings have no functions');
};

/** The same table, copied as text. */
const asText = (table: Table): Table => ({...table, columns: table.columns.map((column) => ({...column, portableBinary: false}))});

export const isNamed =
  (name: string) =>
  (table: {readonly name: Table['name']}): boolean =>
    nameOf(table.name) === `public.${name}`;
