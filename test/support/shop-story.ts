/** A story in the demo's shop: its application writes all the while, and its oracle judges by what the clients were told. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'vitest';
import {type Application, startApplication} from '../../examples/demo/application-process.ts';
import {compareFilledRows} from '../../examples/demo/fill-checksum.ts';
import {askOracle, type OracleReport} from '../../examples/demo/oracle.ts';
import {APPLICATION_ROLE, applicationUrl, buildShop, withClient} from '../../examples/demo/shop-database.ts';
import {openStory, type Story, type StoryOptions} from './story.ts';

export type ShopStory = Story & {
  readonly application: Application;
  /** Acknowledged so far. */
  acknowledged(): number;
  /** Ends the application and asks the oracle; `switches` is how often the open side changed. */
  expectNothingLost(open: 'source' | 'target', switches: number, other?: 'the copy is gone'): Promise<OracleReport>;
};

const ROWS = 2000;
const PASSWORD = 'only-for-this-test';
const sql = (file: string): string => fileURLToPath(new URL(`../../examples/demo/${file}`, import.meta.url));

export async function openShopStory(
  name: string,
  seed: number,
  plan: Readonly<Record<string, unknown>> = {},
  on: StoryOptions['on'] = {},
): Promise<ShopStory> {
  const schema = {preData: sql('schema-pre.sql'), postData: sql('schema-post.sql')};
  const story = await openStory({name, schema, tables: ['shop.*'], plan, on});
  await Promise.all([ensureRole(story.source.url), ensureRole(story.target.url)]);
  const count = await buildShop(story.source.url, {rows: ROWS, seed});
  const addresses = {source: applicationUrl(story.source.url, PASSWORD), target: applicationUrl(story.target.url, PASSWORD)};
  const application = await startApplication({folder: story.folder, migration: name, clients: 4, tps: 40, seed}, addresses);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await application.stop();
  };
  return {
    ...story,
    application,
    acknowledged: () => application.report()?.ok ?? 0,
    async expectNothingLost(open, switches, other) {
      await stop();
      const windows = Array.from({length: switches}, () => ({direction: 'forward', fromMs: 0, toMs: 0}));
      writeFileSync(join(story.folder, 'switches.json'), JSON.stringify(windows));
      const closed = open === 'source' ? 'target' : 'source';
      const report = await askOracle({
        folder: story.folder,
        openUrl: story[open].url,
        closedUrl: other === undefined ? story[closed].url : undefined,
        sourcePort: story.source.port,
      });
      expect(report).toMatchObject({words: [], lost: 0, duplicated: 0, corrupt: 0, sideFaults: 0});
      if (other) return report;
      const sums = await compareFilledRows([story.source.url, story.target.url], count);
      expect(sums.filter(({isEqual}) => !isEqual)).toEqual([]);
      return report;
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await story[Symbol.asyncDispose]();
    },
  };
}

/** Roles belong to the server, which other tests share. */
export const ensureRole = (url: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(`SELECT pg_advisory_lock(hashtext('${APPLICATION_ROLE}'))`);
    const {rows} = await client.query<{may: boolean}>('SELECT rolcanlogin AS may FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE]);
    if (rows[0]?.may !== true) await client.query(`${rows[0] ? 'ALTER' : 'CREATE'} ROLE ${APPLICATION_ROLE} LOGIN PASSWORD '${PASSWORD}'`);
  });
