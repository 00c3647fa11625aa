/**
 * A whole migration by roles that hold exactly what `doctor` prints, and nothing else (H-95): two roles that may only
 * log in, the printed statements run by an administrator, then forward, back and forward while the application writes;
 * with schema files, with the catalogue's DDL, and with pg_dump's, which bring the source's policies along.
 */
import {randomBytes} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import type {Finding, Grant} from '../../src/engine/engine.ts';
import {ifHad, optional, postgresServer, type PostgresVersion} from '../support/servers.ts';
import {openShopStory, type ShopStory} from '../support/shop-story.ts';
import type {StoryDatabase} from '../support/story-database.ts';
import {thereAndBack} from '../support/there-and-back.ts';

/** pg_dump has to be as new as the source; the one that is installed is. */
const MOVES: readonly (readonly [PostgresVersion, PostgresVersion, 'files' | 'catalog' | 'pg_dump'])[] = [
  [17, 18, 'files'],
  [15, 18, 'files'],
  [14, 18, 'files'],
  [17, 18, 'catalog'],
  [14, 18, 'catalog'],
  [15, 18, 'pg_dump'],
];
const SIDES = ['source', 'target'] as const;

type Doctor = {
  readonly fit: boolean;
  readonly findings: readonly Finding[];
  readonly grants: Readonly<Record<'source' | 'target', readonly Grant[]>>;
};

describe.each(MOVES)('from %i to %i, schema: %s (H-95)', async (from, to, kind) => {
  const servers = await (from === 14 ? ifHad : optional)(async () => ({
    source: await postgresServer({version: from}),
    target: await postgresServer({version: to}),
  }));

  test.skipIf(!servers)(
    'roles with the printed grants move a database with policies on its owner, and no superuser session is ours (H-24, H-95)',
    {timeout: 300_000},
    async () => {
      const name = `least-${from}-${kind}`.replace('_', '-');
      await using story = await openShopStory(name, from, {}, servers);
      const mover = `mover_${randomBytes(4).toString('hex')}`;
      await giveShopToAnOwner(story.source, `owner_${mover}`);
      const plan = await planOf(story, mover, kind);

      const before = await doctor(story, plan);
      expect(before.fit).toBe(false);
      expect(before.findings.map(({code}) => code)).toContain('CF-GRANT-001');
      for (const side of SIDES) await story[side].run(...before.grants[side].map(({statement}) => statement));
      const after = await doctor(story, plan);
      expect(after.findings.filter(({code}) => code === 'CF-GRANT-001')).toEqual([]);
      expect(SIDES.flatMap((side) => after.grants[side]).filter(({isHeld}) => !isHeld)).toEqual([]);
      expect(after.fit).toBe(true);

      const watch = watchSessions(story);
      await thereAndBack(story, name, plan);
      expect(await watch.roles()).toEqual([mover]);
      for (const side of SIDES) expect(await story[side].value(`SELECT rolsuper FROM pg_roles WHERE rolname = '${mover}'`)).toBe('f');
      await story.expectNothingLost('target', 3);
    },
  );
});

/** As in a database that an administrator has set up: the tables belong to a role nobody logs in as. One forces its policies on the owner. */
async function giveShopToAnOwner(source: StoryDatabase, owner: string): Promise<void> {
  await source.run(
    `CREATE ROLE ${owner}`,
    `DO $$ DECLARE one record; BEGIN
       FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE relnamespace = 'shop'::regnamespace AND relkind IN ('r', 'p') ORDER BY c.oid LOOP
         EXECUTE format('ALTER TABLE %s OWNER TO ${owner}', one.name);
       END LOOP;
       FOR one IN SELECT c.oid::regclass AS name FROM pg_class c WHERE relnamespace = 'shop'::regnamespace AND relkind = 'S'
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')) LOOP
         EXECUTE format('ALTER SEQUENCE %s OWNER TO ${owner}', one.name);
       END LOOP; END $$`,
    `CREATE POLICY everybody ON shop.accounts USING (current_user <> '${owner}')`,
    'ALTER TABLE shop.accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
  );
}

/** The same role name on both servers; it may log in and nothing more. Its addresses stand in files. */
async function planOf(story: ShopStory, mover: string, kind: 'files' | 'catalog' | 'pg_dump'): Promise<string> {
  const password = randomBytes(12).toString('hex');
  for (const side of SIDES) {
    await story[side].run(`CREATE ROLE ${mover} LOGIN PASSWORD '${password}'`);
    const url = new URL(story[side].url);
    url.username = mover;
    url.password = password;
    writeFileSync(join(story.folder, side), `${url.href}\n`, {mode: 0o600});
  }
  const [source, target] = SIDES.map((side) => ({engine: 'postgres', url: `file:${join(story.folder, side)}`}));
  return story.writePlan('least.yaml', {source, target, ...(kind === 'files' ? {} : {schema: {kind}})});
}

async function doctor(story: ShopStory, plan: string): Promise<Doctor> {
  const {output, error} = await story.type('doctor', plan, '--json');
  if (!output.includes('"fit"')) throw new Error(`${output}${error}`);
  // The document's form is an interface.
  return JSON.parse(output) as Doctor;
}

const POLL_MS = 50;

/** Every role that a session of ours, a walsender included, was seen with in either database. */
function watchSessions({source, target}: ShopStory): {roles(): Promise<readonly string[]>} {
  const seen = new Set<string>();
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      for (const side of [source, target]) {
        const rows = await side.rows(
          `SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'crossfade %'`,
        );
        for (const [role] of rows) seen.add(role ?? '');
      }
      await sleep(POLL_MS);
    }
  })();
  return {
    async roles() {
      over.abort();
      await watching;
      return [...seen];
    },
  };
}
