/** MySQL or MariaDB and PostgreSQL, the tables of the one converted for the other as `prepare-target` does it, with the product's streams. */
import {mariadbEngine, mysqlEngine} from '../../src/engine/mysql/mysql-engine.ts';
import {postgresEngine} from '../../src/engine/postgres/postgres-engine.ts';
import type {MigrationMapping, TableMapping} from '../../src/mapping/mapping.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';
import {enginePair} from '../../src/mapping/engine-pairs.ts';
import type {MappingRules} from '../../src/model/mapping-rules.ts';
import type {Direction} from '../../src/model/side.ts';
import type {Table} from '../../src/model/table.ts';
import type {HadServer} from '../support/mysql-databases.ts';
import {loginOf} from '../support/mysql-process.ts';
import {ownMigration} from '../support/own-migration.ts';
import {convertTables, openMysqlSide} from './mysql-side.ts';
import {leased, type StreamWorld, streamWorld, type WorldSide} from './stream-world.ts';
import {hostileSide, noFunction} from './type-world.ts';

export type PairWorld = StreamWorld<WorldSide> & {
  /** What the tables of both sides are in. */
  readonly schema: string;
  mappings(direction: Direction): Promise<readonly TableMapping[]>;
};

/** Tables whose name begins so may lose what PostgreSQL cannot hold. */
export const LOSSY = 'lossy';

export async function openPairWorld({server, request}: HadServer, schema: (name: string) => readonly string[]): Promise<PairWorld> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const migration = ownMigration();
  const engine = request.flavour === 'mysql' ? mysqlEngine : mariadbEngine;
  const url = await server.createDatabase();
  const name = loginOf(url).database ?? '';
  const source = await openMysqlSide(engine, url, migration);
  await source.run(...schema(name));
  const target = await hostileSide('target', 18, migration);
  await Promise.all([leased(source), leased(target)]);

  const scope = {tables: [`${name}.*`], exclude: []};
  const tables = await source.database.catalog.tables(scope);
  const pair = enginePair(request.flavour, 'postgres');
  const mapped = (allowLoss: boolean): MigrationMapping => migrationMapping({tables: bytesByPlan(tables), allowLoss}, noFunction, pair);
  const [lossy, exact] = [mapped(true), mapped(false)];
  await convertTables({source, target}, tables, lossy);
  const there = await target.database.catalog.tables(scope);
  const mappings: PairWorld['mappings'] = async (direction) =>
    tables.flatMap((table) => (table.name.name.startsWith(LOSSY) ? lossy : exact).tables([table], there, direction));
  return {...streamWorld({source, target}, {source: engine, target: postgresEngine}, mappings), schema: name, mappings};
}

/** What is only moved where the plan says so. */
const bytesByPlan = (tables: readonly Table[]): MappingRules['tables'] =>
  tables.flatMap(({name, columns}) => {
    const rules = columns
      .filter(({type}) => /^(?:geometry|point|vector)/.test(type))
      .map((column) => ({kind: 'rename' as const, column: column.name, to: column.name, type: 'bytea'}));
    return rules.length ? [{from: name, to: name, where: undefined, columns: rules}] : [];
  });
