import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {postgresServer} from '../../test/support/servers.ts';
import {startApplication} from './application-process.ts';
import {isClean, askOracle} from './oracle.ts';
import {SABOTAGES, sabotage} from './sabotage.ts';
import {applicationUrl, APPLICATION_ROLE, buildShop, withClient} from './shop-database.ts';

const PASSWORD = 'only-for-this-test';
const NOWHERE = 'postgres://nobody:x@127.0.0.1:1/none';

let folder: string;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossfade-shop-'));
  url = await (await postgresServer({version: 17})).createDatabase();
  await withClient(url, async (client) => {
    // Roles belong to the server, which other tests share.
    const {rowCount} = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
    await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${APPLICATION_ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  });
});

afterEach(() => rmSync(folder, {recursive: true}));

test('the application leaves what its logs say, and the oracle finds each kind of damage', async () => {
  await buildShop(url, {rows: 5000, seed: 1});
  writeFileSync(join(folder, 'switches.json'), '[]');
  const options = {folder, migration: 'shop', clients: 8, tps: 400, seed: 3};
  const application = await startApplication(options, {source: applicationUrl(url, PASSWORD), target: NOWHERE});
  await application.stop();
  const question = {folder, openUrl: url, sourcePort: Number(new URL(url).port)};
  const clean = await askOracle(question);
  expect(clean).toMatchObject({lost: 0, duplicated: 0, corrupt: 0, failed: 0, unknown: 0, sideFaults: 0});
  expect(clean.acknowledged).toBeGreaterThan(0);
  expect(isClean(clean)).toBe(true);
  const found = {lost: 0, duplicated: 0, corrupt: 0};
  for (const kind of SABOTAGES) {
    await sabotage(kind, url);
    const {lost, duplicated, corrupt} = await askOracle(question);
    expect({lost, duplicated, corrupt}).not.toEqual(found);
    Object.assign(found, {lost, duplicated, corrupt});
  }
  expect(found).toEqual({lost: 1, duplicated: 1, corrupt: 1});
});

test('the same seed fills the same rows', async () => {
  const server = await postgresServer({version: 18});
  const sums = [];
  for (const seed of [1, 1, 2]) sums.push(await sumOfOrders(await server.createDatabase(), seed));
  expect(sums[0]).toBe(sums[1]);
  expect(sums[0]).not.toBe(sums[2]);
});

async function sumOfOrders(database: string, seed: number): Promise<string | undefined> {
  await withClient(database, async (client) => {
    const {rowCount} = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${APPLICATION_ROLE}`);
  });
  await buildShop(database, {rows: 2000, seed});
  const sql = 'SELECT sum(hashtextextended(o::text, 0)::numeric)::text AS sum FROM shop.orders o';
  return withClient(database, async (client) => (await client.query<{sum: string}>(sql)).rows[0]?.sum);
}
