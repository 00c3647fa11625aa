/** Pages that name what does not exist are worse than none: every command, file, code, test and plan in them is looked up. */
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import * as z from 'zod';
import {commandsPage} from '../docs/commands-page.ts';
import {dashboard} from '../docs/dashboard.ts';
import {enginesPage} from '../docs/engines-page.ts';
import {mutationsPage} from '../docs/mutations-page.ts';
import {errorsPage} from '../docs/errors-page.ts';
import {metricsPage} from '../docs/metrics-page.ts';
import {mysqlPage} from '../docs/mysql-page.ts';
import {toMysqlPage} from '../docs/to-mysql-page.ts';
import {proofPage, proofSentence, readProof} from '../docs/proof-page.ts';
import {commands} from '../src/cli/commands.ts';
import {explainPages} from '../src/cli/explain-pages.ts';
import {enginePair} from '../src/mapping/engine-pairs.ts';
import {type} from './support/command-line.ts';
import {sourceFiles} from './support/source-tree.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...[
    'docs',
    'docs/runbook',
    'docs/decisions',
    'examples/router-app',
    'examples/switch-command',
    'examples/failover-patroni',
    'examples/backup-verified',
  ].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

describe('the pages', () => {
  test.each([
    ['docs/engines.md', enginesPage],
    ['docs/commands.md', commandsPage],
    ['docs/mutations.md', mutationsPage],
    ['docs/metrics.md', metricsPage],
    ['docs/runbook/errors.md', errorsPage],
    ['docs/dashboards/crossfade.json', dashboard],
    ['docs/mysql.md', mysqlPage],
    ['docs/to-mysql.md', toMysqlPage],
    ['docs/proof.md', () => proofPage(readProof())],
  ])('%s is what npm run docs writes', async (path, write) => {
    expect(read(path)).toBe(await write());
  });

  test('README quotes the sum of the sweeps', () => {
    expect(read('README.md')).toContain(`[What was run to prove it](docs/proof.md): ${proofSentence(readProof())}`);
  });

  test('name commands that exist', () => {
    const known = new Set(commands.map(({name}) => name));
    const named = found(/(?:^|`|\$ |[;|] )crossfade(?: --?[\w-]+)* ([a-z]+)/gm);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({word}) => !known.has(word))).toEqual([]);
  });

  test('name error codes that exist', () => {
    const named = found(/\b(CF-[A-Z]+-\d+)/g);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({word}) => !Object.hasOwn(explainPages, word))).toEqual([]);
  });

  test('lead to files that exist, and to headings in them', () => {
    const links = found(/\]\((?!https?:)([^)\s]+)\)/g);
    expect(links.length).toBeGreaterThan(10);
    const missing = links.filter(({page, word}) => {
      const [path = '', heading] = word.split('#');
      const file = join(dirname(page), path);
      return !existsSync(file) || (heading !== undefined && !headings(file).includes(heading));
    });
    expect(missing).toEqual([]);
  });

  test('name files of the code that exist', () => {
    const named = found(/`((?:src|test|workflows|examples|plans|docs)\/[\w./-]+\.\w+)`/g);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({word}) => !existsSync(word))).toEqual([]);
  });
});

test('each of the ten invariants has a file that keeps it and a test that shows it', () => {
  const rows = [...read('ARCHITECTURE.md').matchAll(/^\| (\d+) \| .* \| `([^`]+)` \| `([^`]+)`: "([^"]+)" \|$/gm)];
  expect(rows.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const wrong = rows.filter(
    ([, , kept = '', shown = '', title = '']) => !existsSync(kept) || !existsSync(shown) || !read(shown).includes(title),
  );
  expect(wrong.map(([row]) => row)).toEqual([]);
});

test('the plan in the README is valid', async () => {
  const [plan = ''] = /(?<=```yaml\n)[^`]*/.exec(read('README.md').replaceAll(/^ {3}/gm, '')) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-readme-'));
  try {
    writeFileSync(join(folder, 'plan.yaml'), plan);
    expect(await type(['validate', join(folder, 'plan.yaml')])).toMatchObject({code: 0, out: expect.stringContaining('shop-17-to-18')});
  } finally {
    rmSync(folder, {recursive: true});
  }
});

const composeFile = z.object({
  services: z.object({
    source: z.object({image: z.string(), command: z.array(z.string()), ports: z.array(z.string())}),
    target: z.object({image: z.string(), command: z.array(z.string()), ports: z.array(z.string())}),
    pgbouncer: z.object({build: z.object({dockerfile_inline: z.string()}), ports: z.array(z.string()), volumes: z.array(z.string())}),
  }),
});

test('docker-compose.yml has both servers as the plan for them needs them, open on this machine only', async () => {
  const {source, target, pgbouncer} = composeFile.parse(parse(read('docker-compose.yml'), {merge: true})).services;
  expect([source.image, target.image]).toEqual(['${CROSSFADE_SOURCE_IMAGE:-postgres:17}', '${CROSSFADE_TARGET_IMAGE:-postgres:18}']);
  for (const {command} of [source, target]) expect(command).toContain('wal_level=logical');
  expect([source, target, pgbouncer].flatMap(({ports}) => ports).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  const [mounted = ''] = pgbouncer.volumes[0]?.split(':') ?? [];
  const plan = z
    .object({switch: z.tuple([z.object({pgbouncer: z.object({config: z.string(), database: z.string()})})])})
    .parse(parse(read('plans/compose.yaml')));
  const {config, database} = plan.switch[0].pgbouncer;
  expect(config).toBe(join(mounted, 'pgbouncer.ini'));
  expect(read(config)).toMatch(new RegExp(`^${database} = host=source `, 'm'));
  expect((await type(['validate', 'plans/compose.yaml'])).code).toBe(0);
});

test('the plans between engines are some, and every pair that the page has is known', async () => {
  for (const plan of ['mysql-to-mariadb', 'postgres-to-mysql', 'reads-first-from-mysql'])
    expect((await type(['validate', `plans/${plan}.yaml`])).code).toBe(0);
  const pairs = [...read('docs/mysql-to-mysql.md').matchAll(/^\| (MySQL|MariaDB) \| (MySQL|MariaDB) \|/gm)];
  expect(pairs).toHaveLength(4);
  for (const [, from = '', to = ''] of pairs) expect(() => enginePair(from.toLowerCase(), to.toLowerCase())).not.toThrow();
});

test('production dependencies are exactly what the product imports', () => {
  const {dependencies} = z.object({dependencies: z.record(z.string(), z.string())}).parse(JSON.parse(read('package.json')));
  const product = sourceFiles(['src', 'workflows']).filter(({path}) => !path.endsWith('.test.ts'));
  const imported = product.flatMap(({imports}) =>
    imports.flatMap((one) => ('module' in one && !one.module.startsWith('node:') ? [packageOf(one.module)] : [])),
  );
  expect([...new Set(imported)].toSorted()).toEqual(Object.keys(dependencies).toSorted());
});

const packageOf = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');

function found(pattern: RegExp): {page: string; word: string}[] {
  return pages.flatMap((page) => [...read(page).matchAll(pattern)].map(([, word = '']) => ({page, word})));
}

/** As a page's own links write them. */
const headings = (file: string): string[] =>
  [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s+/g, '-'),
  );
