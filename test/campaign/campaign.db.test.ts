/** A fixed part of `npm run campaign`. */
import {postgresServer} from '../support/servers.ts';
import {sampleOf} from './sample.ts';

const database = async (version: 17 | 18) => (await postgresServer({version})).createDatabase();

sampleOf('postgres-postgres', async () => ({source: await database(17), target: await database(18)}));
