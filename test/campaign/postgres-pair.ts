/** PostgreSQL 17 to 18, with the same tables on both. */
import {startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import {postgresEngine} from '../../src/engine/postgres/postgres-engine.ts';
import {enginePair} from '../../src/mapping/engine-pairs.ts';
import type {Side} from '../../src/model/side.ts';
import {writeUnseen} from '../support/behind-our-back.ts';
import {openSide, type TestSide} from '../support/databases.ts';
import {ownMigration} from '../support/own-migration.ts';
import {leased} from '../types/stream-world.ts';
import type {CampaignPair} from './pair.ts';
import {postgresRecipes} from './postgres-recipes.ts';
import {createTables, fillTables} from './postgres-tables.ts';
import {shapes} from './tables.ts';

export const SETTINGS = {fsync: 'off'};

export const postgresPair: CampaignPair = {
  engines: {source: postgresEngine, target: postgresEngine},
  values: enginePair('postgres', 'postgres'),
  recipes: postgresRecipes,
  start: {
    source: () => startEmbeddedServer({version: 17, settings: SETTINGS}),
    target: () => startEmbeddedServer({version: 18, settings: SETTINGS}),
  },
  async open(urls) {
    const migration = ownMigration();
    const open = async (side: Side): Promise<TestSide> => {
      const opened = await openSide(side, urls[side], migration);
      await opened.run(`SET TimeZone = 'UTC'`, ...createTables);
      return leased(opened);
    };
    const [source, target] = [await open('source'), await open('target')];
    await source.run(...fillTables);
    return {source, target};
  },
  keys: (table) => shapes[table].key,
  writeUnseen,
};
