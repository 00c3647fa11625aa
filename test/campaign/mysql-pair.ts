/** MySQL to PostgreSQL 18, whose tables are those that a conversion makes. */
import {startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import {mysqlEngine} from '../../src/engine/mysql/mysql-engine.ts';
import {postgresEngine} from '../../src/engine/postgres/postgres-engine.ts';
import {enginePair} from '../../src/mapping/engine-pairs.ts';
import {migrationMapping} from '../../src/mapping/migration-mapping.ts';
import {openSide} from '../support/databases.ts';
import {startMysql} from '../support/mysql-process.ts';
import {fetchedPrograms} from '../support/mysql-programs.ts';
import {ownMigration} from '../support/own-migration.ts';
import {convertTables, openMysqlSide} from '../types/mysql-side.ts';
import {leased} from '../types/stream-world.ts';
import {noFunction} from '../types/type-world.ts';
import {mysqlRecipes} from './mysql-recipes.ts';
import {mysqlKeys, mysqlTables} from './mysql-tables.ts';
import type {CampaignPair} from './pair.ts';
import {SETTINGS} from './postgres-pair.ts';

const values = enginePair('mysql', 'postgres');

export const mysqlPair: CampaignPair = {
  engines: {source: mysqlEngine, target: postgresEngine},
  values,
  recipes: mysqlRecipes,
  start: {
    source: () => {
      const [programs] = fetchedPrograms('mysql');
      if (!programs) throw new Error('there is no MySQL: npm run servers:fetch');
      return startMysql(programs, {});
    },
    target: () => startEmbeddedServer({version: 18, settings: SETTINGS}),
  },
  /** The database of the source is taken away again: its server may be one that others share. */
  async open(urls) {
    const migration = ownMigration();
    const [source, target] = [await openMysqlSide(mysqlEngine, urls.source, migration), await openSide('target', urls.target, migration)];
    await Promise.all([leased(source), leased(target)]);
    await source.run(...mysqlTables);
    await target.run(`SET TimeZone = 'UTC'`);
    const tables = await source.database.catalog.tables({tables: ['camp.*'], exclude: []});
    await convertTables({source, target}, tables, migrationMapping({tables: [], allowLoss: false}, noFunction, values));
    const close = async (): Promise<void> => {
      await source.run('DROP DATABASE camp');
      await source.close();
    };
    return {source: {...source, close}, target};
  },
  keys: mysqlKeys,
  writeUnseen: (source, ...statements) => source.run('SET SESSION sql_log_bin = 0', ...statements, 'SET SESSION sql_log_bin = 1'),
};
