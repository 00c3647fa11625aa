/** The rules of the code's shape (ARCHITECTURE.md). A new folder, package home or seam file is one line here, with its reason where it does not tell it. */
import {describe, expect, test} from 'vitest';
import {type Import, type SourceFile, sourceFiles} from './support/source-tree.ts';

/** A folder imports only what follows its arrow, `model`, and `telemetry°`; `x°` is only the contract file of `x`. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  model: [],
  telemetry: [],
  plan: [],
  workflow: [],
  workflows: ['workflow'],
  mapping: [],
  journal: ['workflow', 'workflows'], // the fold finds a migration's workflow by the name it recorded
  engine: [],
  relay: ['engine°'], // it stands in for a source, which only calls it
  switch: [],
  failover: ['switch'], // an operator's programs are run in one way
  throttle: ['engine°'],
  pipeline: ['engine°', 'mapping°', 'relay°', 'throttle°', 'journal°'],
  verify: ['engine°', 'mapping°'],
  operation: ['engine°'],
  guardian: ['engine°', 'pipeline', 'throttle°'], // it looks at the servers, reads how far the streams are, and is a throttle
  gate: ['engine°', 'verify°', 'switch°', 'journal°'],
  phase: [
    'plan',
    'engine°',
    'switch°',
    'failover°',
    'operation°',
    'journal°',
    'verify°',
    'pipeline',
    'workflow°',
    'watchdog°',
    'throttle°',
    'mapping°',
    'canary°',
  ], // events it answers with; the watchdog and the canary it starts; the throttle it passes on; the mappings it passes on
  runner: ['plan', 'workflow', 'journal', 'phase°', 'gate°', 'engine°'], // it writes the journal; lease and mirror are on the sides
  watchdog: ['engine°', 'switch°', 'failover°'],
  canary: ['switch°', 'router'], // an application that uses the router has no other path
  router: [],
  rehearsal: ['plan', 'engine°', 'pipeline', 'verify°', 'mapping°'], // a load is written as the migration itself writes
  hook: ['journal', 'gate'], // moments are another fold of the same entries; services are asked in one way
  report: ['journal'], // another fold of the same entries
  server: ['journal'], // numbers are another fold of the same entries
  cli: ['*'],
};

/** What `x°` means. */
const CONTRACTS: Readonly<Record<string, string>> = {
  telemetry: 'telemetry.ts',
  mapping: 'mapping.ts',
  journal: 'journal.ts',
  engine: 'engine.ts',
  relay: 'relay.ts',
  switch: 'traffic-switch.ts',
  failover: 'failover.ts',
  throttle: 'throttle.ts',
  verify: 'verifier.ts',
  operation: 'operation.ts',
  gate: 'gate.ts',
  phase: 'phase.ts',
  workflow: 'workflow.ts',
  watchdog: 'watchdog.ts',
  canary: 'canary.ts',
};

/** Each package has one home; a package that is not here may be imported nowhere. */
const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  pg: ['engine', 'journal', 'router', 'switch', 'canary'], // switch: the admin console of PgBouncer; canary: it connects as applications do
  'pg-copy-streams': ['engine'],
  'pg-logical-replication': ['engine'],
  'libpg-query': ['engine'],
  mysql2: ['engine', 'router', 'canary'],
  kysely: ['engine', 'journal', 'router'],
  kafkajs: ['relay'],
  '@platformatic/kafka': ['relay'],
  xstate: ['workflow'],
  commander: ['cli'],
  '@bomb.sh/tab': ['cli'],
  picocolors: ['cli'],
  ink: ['cli'],
  react: ['cli'],
  'cli-table3': ['cli'],
  pino: ['telemetry'],
  zod: ['plan'],
  yaml: ['plan'],
  canonicalize: ['plan', 'journal', 'cli'], // checksum of the plan; hash of an entry; digest of a rehearsal's record
  'env-paths': ['journal'],
  'prom-client': ['server'],
};

/** Acts that leave the process, and sources of time and chance. Only seam files may have them. */
const EFFECTS = {
  time: /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime\b|\bsetTimeout\(|\bsetInterval\(|'(?:node:)?timers\/promises'/,
  chance: /\bMath\.random\(|\brandomUUID\b|\brandomBytes\b|\brandomInt\b|\bgetRandomValues\b/,
  process: /\bprocess\.kill\(|'(?:node:)?child_process'/,
  network: /(?:from|import\() ?'(?:node:)?(?:net|tls|http|https|http2|dgram|dns)(?:\/promises)?'|\bfetch\(/,
} as const;
type Effect = keyof typeof EFFECTS | 'files';

const SEAM: readonly {readonly file: string; readonly may: readonly Effect[]; readonly why: string}[] = [
  {file: 'src/runner/system-effects.ts', may: ['time', 'chance'], why: 'the real effects: everything else asks them'},
  {file: 'src/router/clock.ts', may: ['time', 'chance'], why: 'the router is published alone, so it has a clock of its own'},
  {file: 'src/engine/postgres/pg-dump-program.ts', may: ['process'], why: 'runs pg_dump, for plans that want it'},
  {file: 'src/plan/secret.ts', may: ['process'], why: 'exec: references'},
  {file: 'src/switch/program.ts', may: ['process', 'time'], why: 'runs the switch command to its end or limit'},
  {file: 'src/switch/proxy-file.ts', may: ['files'], why: 'rewrites what a proxy reads when it starts'},
  {file: 'src/switch/haproxy-console.ts', may: ['network'], why: 'speaks with the socket of HAProxy, which has no driver'},
  {file: 'src/gate/http-request.ts', may: ['network'], why: 'asks the services that gates name'},
  {file: 'src/relay/connect-requests.ts', may: ['network'], why: 'speaks with the REST API of Kafka Connect'},
  {file: 'src/relay/platformatic-reader.ts', may: ['network'], why: 'fetches from brokers, by the library alone'},
  {file: 'src/watchdog/watchdog-process.ts', may: ['process'], why: 'starts the watchdog'},
  {file: 'src/cli/trial-tests.ts', may: ['process'], why: "runs the application's own tests"},
  {file: 'src/cli/pager.ts', may: ['process'], why: 'runs the program that people read with'},
  {file: 'src/cli/runner-alive.ts', may: ['process'], why: 'asks whether a runner of this machine still runs'},
  {file: 'src/cli/leave.ts', may: ['time'], why: 'ends the process, whatever a library has left open'},
  {file: 'src/cli/serve-page.ts', may: ['time', 'network'], why: 'the script of a page, which a browser carries out'},
  {file: 'src/cli/new-file.ts', may: ['files'], why: 'writes the plan that init was asked for'},
  {file: 'src/server/metrics-server.ts', may: ['network'], why: 'answers Prometheus'},
  {file: 'src/server/api-server.ts', may: ['network'], why: 'answers calls by HTTP'},
  {file: 'src/server/control-socket.ts', may: ['network', 'files'], why: 'answers operators of this machine'},
  {file: 'src/journal/sqlite-state.ts', may: ['files'], why: 'makes state folders, and removes those of rehearsals'},
];

/** Started by somebody else than an import. */
const ENTRY_POINTS = [
  ...['bin', 'main'].map((name) => `src/cli/${name}.ts`), // the command, installed and in a checkout
  ...['router', 'kysely', 'mysql2', 'mysql2-kysely', 'two-engines'].map((name) => `src/router/${name}.ts`),
  'src/journal/memory-journal.ts', // the journal of tests
];
const LINES_MAX = 260;
const FOLDERS = ['src', 'workflows', 'test', 'examples', 'bench', 'docs'];
/** Of `node:fs`: what does not change anything. */
const READS =
  /^(?:read\w*|exists\w*|stat\w*|lstat\w*|fstat\w*|access\w*|realpath\w*|opendir\w*|createReadStream|watch\w*|constants|Stats|Dirent)$/;

const files = sourceFiles(FOLDERS);
const product = files.filter(({path}) => /^(?:src|workflows)\//.test(path) && !path.endsWith('.test.ts'));

describe('the shape of the code', () => {
  test('a folder imports only what follows its arrow', () => {
    expect(product.flatMap((file) => ownImports(file).flatMap((path) => arrowProblem(file.path, path)))).toEqual([]);
  });

  test('the product never imports tests, examples or benchmarks, and examples never import tests', () => {
    const wrong = (file: SourceFile, path: string): boolean =>
      product.includes(file)
        ? !/^(?:src|workflows)\//.test(path)
        : file.path.startsWith('examples/') && path.startsWith('test/') && !file.path.endsWith('.test.ts');
    expect(
      files.flatMap((file) =>
        ownImports(file)
          .filter((path) => wrong(file, path))
          .map((path) => `${file.path} imports ${path}`),
      ),
    ).toEqual([]);
  });

  test('each package has one home', () => {
    expect(
      product.flatMap((file) =>
        packages(file)
          .filter((name) => !PACKAGE_HOMES[name]?.includes(folderOf(file.path)))
          .map((name) => `${file.path} imports ${name}`),
      ),
    ).toEqual([]);
  });

  test('testcontainers is for test/support only', () => {
    expect(
      files.filter((file) => packages(file).includes('testcontainers') && !file.path.startsWith('test/support/')).map(({path}) => path),
    ).toEqual([]);
  });

  test('effects happen in the seam, and a seam file has the effects it is listed for', () => {
    expect(
      product.flatMap((file) =>
        effectsOf(file)
          .filter((effect) => !seamOf(file.path).includes(effect))
          .map((effect) => `${file.path}: ${effect}`),
      ),
    ).toEqual([]);
    const unused = SEAM.flatMap(({file, may}) =>
      may.filter((effect) => !effectsOf(product.find(({path}) => path === file)).includes(effect)).map((effect) => `${file}: ${effect}`),
    );
    expect(unused).toEqual([]);
  });

  test('every file is reached from an entry point', () => {
    const reached = reach(ENTRY_POINTS);
    expect(product.filter(({path}) => !reached.has(path)).map(({path}) => path)).toEqual([]);
  });

  test('every import leads to a file', () => {
    const known = new Set(files.map(({path}) => path));
    expect(
      files.flatMap((file) =>
        ownImports(file)
          .filter((path) => path.endsWith('.ts') && path !== 'vitest.config.ts' && !known.has(path))
          .map((path) => `${file.path} imports ${path}`),
      ),
    ).toEqual([]);
  });

  test('names are kebab-case, and none is of a kind that says nothing', () => {
    const wrong = /(?:^|\/|-)(?:utils?|common|helpers?|managers?|misc)(?=[/.-])|[^a-z0-9/.-]/;
    expect(files.filter(({path}) => wrong.test(path)).map(({path}) => path)).toEqual([]);
  });

  test(`no file is longer than ${LINES_MAX} lines`, () => {
    expect(files.filter(({lines}) => lines > LINES_MAX).map(({path, lines}) => `${path}: ${lines}`)).toEqual([]);
  });
});

/** `src/engine/postgres/x.ts` is of `engine`; the root's `workflows` is a folder of its own. */
const folderOf = (path: string): string => path.split('/')[path.startsWith('src/') ? 1 : 0] ?? '';

const ownImports = (file: SourceFile): string[] => file.imports.flatMap((one) => ('path' in one ? [one.path] : []));

function arrowProblem(from: string, to: string): string[] {
  const [source, target] = [folderOf(from), folderOf(to)];
  const arrows = ARROWS[source];
  if (arrows === undefined) return [`${from}: the folder ${source} has no line in ARROWS`];
  const allowed = ['model', 'telemetry°', source, ...arrows];
  const contract = CONTRACTS[target] !== undefined && to === `src/${target}/${CONTRACTS[target]}`;
  const fits = allowed.includes('*') || allowed.includes(target) || (contract && allowed.includes(`${target}°`));
  return fits ? [] : [`${from} imports ${to}`];
}

const isForeign = (one: Import): one is Import & {module: string} => 'module' in one && !one.module.startsWith('node:');
const packages = (file: SourceFile): string[] =>
  file.imports.filter(isForeign).map(({module}) => module.split('/', module.startsWith('@') ? 2 : 1).join('/'));

function effectsOf(file: SourceFile | undefined): Effect[] {
  if (!file) return [];
  const found = Object.entries(EFFECTS).filter(([, pattern]) => pattern.test(file.code));
  const changes = file.imports.some(
    (one) =>
      'module' in one &&
      /^(?:node:)?fs(?:\/promises)?$/.test(one.module) &&
      (one.names.length === 0 || one.names.some((name) => !READS.test(name))),
  );
  return [...found.map(([effect]) => effect as Effect), ...(changes ? ['files' as const] : [])];
}

const seamOf = (path: string): readonly Effect[] => SEAM.find(({file}) => file === path)?.may ?? [];

function reach(starts: readonly string[]): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const one of product) if (one.path === path) ownImports(one).forEach(visit);
  };
  starts.forEach(visit);
  return reached;
}
