/** What a user gets by `npm install crossfade`: the command, a run against two servers, and the router. */
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {installPackage, type Installed, readJson, type Started} from './support/installed-package.ts';
import {postgresServer} from './support/servers.ts';

const ROWS = 2_000;
/** A build and an installation, on a machine with other work. */
const INSTALL_MS_MAX = 600_000;
const TABLE = 'CREATE TABLE note (id bigint PRIMARY KEY, body text NOT NULL);';
const PLAN = `
name: packed
workflow: live-migration
source: { engine: postgres, url: env:SOURCE_URL }
target: { engine: postgres, url: env:TARGET_URL }
schema: { kind: files, preData: pre.sql, postData: post.sql }
scope: { tables: [public.note] }
gates: { cutover: [replication-lag, checksum-match] }
switch: [router]
cutover: { start: auto }
reverse: { window: 0s }
`;

let installed: Installed;
let folderOfTest: AsyncDisposable | undefined;
let environment: Record<'SOURCE_URL' | 'TARGET_URL' | 'CROSSFADE_STATE', string>;
const started: Started[] = [];

beforeAll(async () => {
  folderOfTest = installed = await installPackage();
  const servers = await Promise.all([postgresServer({version: 17}), postgresServer({version: 18})]);
  const [source = '', target = ''] = await Promise.all(servers.map((server) => server.createDatabase()));
  environment = {SOURCE_URL: source, TARGET_URL: target, CROSSFADE_STATE: join(installed.folder, 'state')};
  await query(source, TABLE, `INSERT INTO note SELECT n, 'note ' || n FROM generate_series(1, ${ROWS}) n`);
  await writeFile(join(installed.folder, 'pre.sql'), TABLE);
  await writeFile(join(installed.folder, 'post.sql'), 'CREATE INDEX note_body ON note (body);');
  await writeFile(join(installed.folder, 'plan.yaml'), PLAN);
}, INSTALL_MS_MAX);

afterAll(async () => {
  for (const {process: child, ended} of started) {
    child.kill('SIGKILL');
    await ended;
  }
  await folderOfTest?.[Symbol.asyncDispose]();
});

describe('the package', () => {
  test('carries what a user needs and nothing that only developers do', () => {
    expect(installed.files).toEqual(
      expect.arrayContaining([
        'dist/src/cli/bin.js',
        'dist/src/router/router.js',
        'dist/src/router/router.d.ts',
        'docs/commands.md',
        'docs/runbook/cutover.md',
        'plan.schema.json',
        'README.md',
        'ARCHITECTURE.md',
        'CHANGELOG.md',
        'LICENSE',
      ]),
    );
    expect(installed.files.filter((path) => /\.test\.|^(?:src|test|bench|examples)\/|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  test('the command answers with its version, and reads a plan', async () => {
    const {version} = await readJson('package.json');
    expect(await installed.crossfade(['version'])).toMatchObject({
      code: 0,
      out: `crossfade ${String(version)} (Node ${process.versions.node})\n`,
    });
    expect(await installed.crossfade(['validate', 'plan.yaml'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('plan.yaml is valid: packed'),
    });
    expect(await installed.crossfade(['validate', 'none.yaml'])).toMatchObject({code: 2, err: expect.stringContaining('CF-PLAN-004')});
  });

  test('the router has types', async () => {
    const text = `
      import {createRouter, pgSide, type Router} from 'crossfade/router';
      import {createRouter as onMysql, mysql2Side, type Mysql2Router} from 'crossfade/router/mysql2';
      import {createRouterDialect} from 'crossfade/router/mysql2/kysely';
      import {createRouter as onBoth} from 'crossfade/router/two-engines';
      const router: Router = createRouter({source: 'postgres://a/b', target: 'postgres://c/d', migration: 'packed'});
      export const side: 'source' | 'target' = router.state().side;
      // @ts-expect-error: there is no such side
      export const wrong: 'elsewhere' = router.state().side;
      const mysql: Mysql2Router = onMysql({source: 'mysql://a/b', target: {host: 'c'}, migration: 'packed'});
      export const dialect = createRouterDialect(mysql);
      const both = onBoth({source: mysql2Side('mysql://a/b'), target: pgSide('postgres://c/d'), migration: 'packed'});
      export const here: Promise<'source' | 'target'> = both.transaction({source: async ({side}) => side, target: async ({side}) => side});
      // @ts-expect-error: an act of each side is needed
      export const half = both.transaction({source: async () => 1});
      // @ts-expect-error: PostgreSQL has no execute
      export const foreign = both.transaction({source: async () => 1, target: ({execute}) => execute('SELECT 1')});
    `;
    await writeFile(join(installed.folder, 'uses-router.mts'), text);
    const flags = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --moduleResolution nodenext --types';
    const {out} = await installed.script(`
      import {spawnSync} from 'node:child_process';
      const {stdout, status} = spawnSync('tsc', [...${JSON.stringify(flags.split(' '))}, '', 'uses-router.mts'], {encoding: 'utf8'});
      console.log(stdout + 'ended with ' + status);
    `);
    expect(out.trim()).toBe('ended with 0');
  });

  test.each([
    ['crossfade/router', ['pg']],
    ['crossfade/router/kysely', []],
    ['crossfade/router/mysql2', ['mysql2']],
    ['crossfade/router/mysql2/kysely', []],
    ['crossfade/router/two-engines', []],
  ])('%s loads no other driver than %j', async (entry, drivers) => {
    const {code, out, err} = await installed.script(`
      import {createRequire} from 'node:module';
      const entry = await import('${entry}');
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      const names = ['pg', 'mysql2'].filter((name) => loaded.some((path) => path.includes('/node_modules/' + name + '/')));
      console.log(JSON.stringify([typeof (entry.createRouter ?? entry.createRouterDialect), names]));
    `);
    expect({code, err, out: JSON.parse(out) as unknown}).toEqual({code: 0, err: '', out: ['function', drivers]});
  });
});

describe('the installed command moves a database', () => {
  test('until the target serves, the router follows, and the run is complete', {timeout: 300_000}, async () => {
    const run = start(['run', 'plan.yaml', '--no-input', '--yes']);
    await run.line((line) => / run \w+ of packed, epoch 1$/.test(line));
    const events = start(['events', '--follow', '--json']);
    await events.line((line) => /"phase-started","phase":"reverse-window"/.test(line));
    expect(await query(environment.TARGET_URL, 'SELECT count(*)::int AS n FROM note')).toEqual([{n: ROWS}]);
    expect(await writeThroughRouter()).toEqual({code: 0, out: 'target\n', err: ''});
    await expect(query(environment.SOURCE_URL, `INSERT INTO note VALUES (0, '')`)).rejects.toThrow(
      /^crossfade: writes to public\.note are closed/,
    );
    expect(await installed.crossfade(['complete', '--confirm', 'packed', '--wait'], environment)).toMatchObject({
      code: 0,
      out: 'complete: the target serves for good\n',
    });
    expect(await run.ended).toBe(0);
    expect(await installed.crossfade(['events', '--verify'], environment)).toMatchObject({code: 0});
  });
});

function start(words: readonly string[]): Started {
  const one = installed.start(words, environment);
  started.push(one);
  return one;
}

const writeThroughRouter = () =>
  installed.script(
    `
    import {createRouter} from 'crossfade/router';
    const router = createRouter({source: process.env.SOURCE_URL, target: process.env.TARGET_URL, migration: 'packed'});
    await router.query('INSERT INTO note VALUES ($1, $2)', [${ROWS + 1}, 'through the router']);
    console.log(router.state().side);
    await router.close();
  `,
    environment,
  );

async function query(url: string, ...statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    let rows: readonly unknown[] = [];
    for (const statement of statements) ({rows} = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}
