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
  /** Of a table as if it had its key and this column alone. */
  alone(table: string, column: string): TableMapping;
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
  const mapped = (of: readonly Table[], allowLoss: boolean): MigrationMapping =>
    migrationMapping({tables: bytesByPlan(of), allowLoss}, noFunction, pair);
  const [lossy, exact] = [mapped(tables, true), mapped(tables, false)];
  await convertTables({source, target}, tables, lossy);
  const there = await target.database.catalog.tables(scope);
  const mappings: PairWorld['mappings'] = async (direction) =>
    tables.flatMap((table) => (table.name.name.startsWith(LOSSY) ? lossy : exact).tables([table], there, direction));
  const alone: PairWorld['alone'] = (table, column) => {
    const part = ({columns, ...rest}: Table): Table => ({
      ...rest,
      columns: columns.filter((one) => one.name === column || rest.key.includes(one.name)),
    });
    const from = tables.filter((one) => one.name.name === table).map(part);
    const [mapping] = mapped(from, table.startsWith(LOSSY)).tables(from, there.map(part), 'forward');
    if (!mapping) throw new Error(`there is no table ${table}`);
    return mapping;
  };
  return {...streamWorld({source, target}, {source: engine, target: postgresEngine}, mappings), schema: name, mappings, alone};
}

/** What is only moved where the plan says so. */
const bytesByPlan = (tables: readonly Table[]): MappingRules['tables'] =>
  tables.flatMap(({name, columns}) => {
    const rules = columns
      .filter(({type}) => /^(?:geometry|point|vector)/.test(type))
      .map((column) => ({kind: 'rename' as const, column: column.name, to: column.name, type: 'bytea'}));
    return rules.length ? [{from: name, to: name, where: undefined, columns: rules}] : [];
  });
