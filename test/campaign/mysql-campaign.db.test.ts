/** A fixed part of `npm run campaign -- --pair mysql-postgres`. */
import {describe} from 'vitest';
import {mysqlServer} from '../support/mysql-servers.ts';
import {ifHad, postgresServer} from '../support/servers.ts';
import {sampleOf} from './sample.ts';

const server = await ifHad(() => mysqlServer({flavour: 'mysql', version: '9.7'}));

describe.skipIf(!server)('from MySQL', () => {
  sampleOf('mysql-postgres', async () => ({
    source: server?.url ?? '',
    target: await (await postgresServer({version: 18})).createDatabase(),
  }));
});
