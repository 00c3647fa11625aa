import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {postgresServer} from '../../test/support/servers.ts';
import {openClientLog} from './client-log.ts';
import {askWitness, closeWitness, openWitness} from './log-witness.ts';
import {askOracle, isClean} from './oracle.ts';
import {APPLICATION_ROLE, buildShop, withClient} from './shop-database.ts';

const CLOSE = `UPDATE crossfade.fence SET state = 'committed'`;
const COME_AND_GO = [`INSERT INTO shop.categories (name) VALUES ('unseen')`, `DELETE FROM shop.categories WHERE name = 'unseen'`];

test('a row that came and went while its side was closed is found in the log, though no table shows it', async () => {
  const {url, run} = await closingShop();
  await run(...COME_AND_GO);
  expect(await askWitness(url)).toEqual([]);
  await run(CLOSE, ...COME_AND_GO);
  expect(await askWitness(url)).toHaveLength(2);
  const report = await ask(url);
  expect(report).toMatchObject({sideFaults: 2, lost: 0, duplicated: 0, corrupt: 0});
  expect(isClean(report)).toBe(false);
  await closeWitness(url);
});

test('what a migration itself writes to a closed side is no fault, and a side that is open again takes writes', async () => {
  const {url, run} = await closingShop();
  await run(CLOSE, `BEGIN; INSERT INTO crossfade.tag VALUES (1); ${COME_AND_GO.join(';')}; COMMIT`);
  await run(`UPDATE crossfade.fence SET state = 'released'`, ...COME_AND_GO);
  expect(await askWitness(url)).toEqual([]);
  expect(isClean(await ask(url))).toBe(true);
  await closeWitness(url);
});

/** With the two tables that a side's migration tells the log by, and an attempt that has raised its fence. */
async function closingShop(): Promise<{url: string; run(...statements: string[]): Promise<void>}> {
  const url = await (await postgresServer({version: 18})).createDatabase();
  const run = (...statements: string[]): Promise<void> =>
    withClient(url, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  await withClient(url, async (client) => {
    const {rowCount} = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${APPLICATION_ROLE}`);
  });
  await buildShop(url, {rows: 500, seed: 1});
  await openWitness(url);
  await run(
    'CREATE SCHEMA crossfade',
    'CREATE TABLE crossfade.fence (migration text, epoch bigint, state text, PRIMARY KEY (migration, epoch))',
    'CREATE TABLE crossfade.tag (n int)',
    `INSERT INTO crossfade.fence VALUES ('ab', 1001, 'released')`,
  );
  return {url, run};
}

function ask(url: string) {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-witness-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  writeFileSync(join(folder, 'switches.json'), '[]');
  openClientLog(folder, 1).close();
  return askOracle({folder, openUrl: url, sourcePort: Number(new URL(url).port), hasWitness: true});
}
