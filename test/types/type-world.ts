/** Two databases of PostgreSQL whose settings would bend values, with the product's copy and streams between them. */
import type {Engine} from '../../src/engine/engine.ts';
import {postgresEngine} from '../../src/engine/postgres/postgres-engine.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';
import type {TableMapping} from '../../src/mapping/mapping.ts';
import type {Direction} from '../../src/model/side.ts';
import {nameOf, type Table} from '../../src/model/table.ts';
import {openSide, type TestSide} from '../support/databases.ts';
import {ownMigration} from '../support/own-migration.ts';
import {postgresServer} from '../support/servers.ts';
import {leased, type StreamWorld, streamWorld} from './stream-world.ts';

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

export type TypeWorld = StreamWorld<TestSide> & {
  both(...statements: readonly string[]): Promise<void>;
  mappings(direction: Direction, format?: 'text'): Promise<readonly TableMapping[]>;
};

export async function openTypeWorld(limits: {readonly valueBytesMax?: number} = {}): Promise<TypeWorld> {
  const migration = ownMigration();
  const source = await leased(await hostileSide('source', 17, migration, limits));
  const target = await leased(await hostileSide('target', 18, migration, limits));
  const tables = (side: TestSide) => side.database.catalog.tables({tables: ['public.*'], exclude: []});
  const mappings: TypeWorld['mappings'] = async (direction, format) => {
    const [from, to] = [await tables(source), await tables(target)];
    const all = migrationMapping({tables: [], allowLoss: false}, noFunction).tables(from, to, direction);
    return format ? all.map((one) => ({...one, writes: asText(one.writes)})) : all;
  };
  const engines: Readonly<Record<'source' | 'target', Engine>> = {source: postgresEngine, target: postgresEngine};
  return {
    ...streamWorld({source, target}, engines, mappings),
    mappings,
    both: async (...statements) => void (await Promise.all([source.run(...statements), target.run(...statements)])),
  };
}

/** A fresh database with these settings, and a session that is not misled by them. */
export async function hostileSide(
  side: 'source' | 'target',
  version: 17 | 18,
  migration: ReturnType<typeof ownMigration>,
  limits: {readonly valueBytesMax?: number} = {},
): Promise<TestSide> {
  const url = await (await postgresServer({version})).createDatabase();
  const bare = await openSide(side, url);
  const name = new URL(url).pathname.slice(1);
  await bare.run(...Object.entries(HOSTILE).map(([setting, value]) => `ALTER DATABASE "${name}" SET ${setting} = ${value}`));
  await bare.close();
  const opened = await openSide(side, url, migration, limits);
  await opened.run(SPOKEN);
  return opened;
}

export const noFunction = (): never => {
  throw new Error('these mappings have no functions');
};

/** The same table, copied as text. */
const asText = (table: Table): Table => ({...table, columns: table.columns.map((column) => ({...column, portableBinary: false}))});

export const isNamed =
  (name: string) =>
  (table: {readonly name: Table['name']}): boolean =>
    nameOf(table.name) === `public.${name}`;
