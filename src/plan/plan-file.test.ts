import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {problemsOf} from '../../test/support/plan-problems.ts';
import {pinPlan, readPlanFile} from './plan-file.ts';
import {SHIPPED} from './vocabulary.ts';

const HEAD = `name: shop
workflow: live-migration
source: {engine: postgres, url: env:SOURCE_URL}
target: {engine: postgres, url: env:TARGET_URL}
`;
const SCHEMA = 'schema: {kind: existing}\n';
const SCOPE = 'scope: {tables: [shop.*]}\n';
const MINIMAL = HEAD + SCHEMA + SCOPE;

describe('a good plan', () => {
  it('gets every default', () => {
    expect(pinPlan(MINIMAL, 'p.yaml').plan).toEqual({
      name: 'shop',
      workflow: 'live-migration',
      source: {engine: 'postgres', url: {kind: 'env', value: 'SOURCE_URL'}},
      target: {engine: 'postgres', url: {kind: 'env', value: 'TARGET_URL'}},
      schema: {kind: 'existing'},
      scope: {tables: ['shop.*'], exclude: []},
      load: {parallel: 4, chunkBytes: 64 * 1024 * 1024},
      relay: {kind: 'in-process'},
      gates: {},
      switch: [{name: 'router', settings: {}}],
      cutover: {start: 'manual', stallBudgetMs: 5_000, onBlockers: 'abort'},
      reverse: {windowMs: 604_800_000},
      approval: {quorum: 1, starterMay: false, expiresMs: 86_400_000},
      allowOlder: false,
      applicationRoles: [],
    });
  });

  it('keeps gates and switches in their order, with durations in milliseconds', () => {
    const {plan} = pinPlan(
      `${MINIMAL}gates: {cutover: [{replication-lag: {max: 1s}}, approval: {quorum: 2, expires: 1h}, checksum-match: ]}\nswitch: [{router: {}}, {command: {run: ./switch.sh}}]\n`,
      'p.yaml',
    );
    expect(plan.gates).toEqual({
      cutover: [
        {name: 'replication-lag', settings: {max: 1_000}},
        {name: 'approval', settings: {quorum: 2, expires: 3_600_000}},
        {name: 'checksum-match', settings: {}},
      ],
    });
    expect(plan.switch).toEqual([
      {name: 'router', settings: {}},
      {name: 'command', settings: {run: './switch.sh'}},
    ]);
  });

  it('finds its files beside itself', () => {
    const {plan, file} = pinPlan(
      `${HEAD.replace('env:TARGET_URL', 'env:TARGET_URL, tls: {mode: verify-full, ca: ../ca.pem}')}schema: {kind: files, preData: shop/pre.sql, postData: /abs/post.sql}\n${SCOPE}`,
      '/plans/x/p.yaml',
    );
    expect(file).toBe('/plans/x/p.yaml');
    expect(plan.schema).toEqual({kind: 'files', preData: '/plans/x/shop/pre.sql', postData: '/abs/post.sql'});
    expect(plan.target.tls).toEqual({mode: 'verify-full', ca: '/plans/ca.pem'});
  });
});

describe('a bad plan', () => {
  it.each([
    ['empty', '', ['p.yaml:1:1 is empty']],
    ['only a comment', '# nothing\n', ['p.yaml:1:1 is empty']],
    ['a list', '- a\n', ['p.yaml:1:1 must be a mapping of keys to values']],
    [
      'not YAML',
      `${MINIMAL}load: {parallel: 4\n`,
      ['p.yaml:8:1 is not valid YAML: Flow map in block collection must be sufficiently indented and end with a }'],
    ],
    ['a key twice', `${MINIMAL}name: again\n`, ['p.yaml:7:1 is not valid YAML: Map keys must be unique']],
    ['a missing part', HEAD + SCHEMA, ['p.yaml:1:1 scope: is missing']],
    ['a missing inner part', `${HEAD}${SCHEMA}scope: {exclude: []}\n`, ['p.yaml:6:1 scope.tables: is missing']],
    [
      'an unknown key',
      `${MINIMAL}cutover:\n  stalBudget: 5s\n`,
      ['p.yaml:8:3 cutover.stalBudget: is not a known key; did you mean stallBudget?'],
    ],
    ['an unknown key that resembles none', `${MINIMAL}xylophone: {}\n`, ['p.yaml:7:1 xylophone: is not a known key']],
    [
      'an unknown gate',
      `${MINIMAL}gates: {cutover: [aproval]}\n`,
      [`p.yaml:7:19 gates.cutover[0]: must be one of ${SHIPPED.gates.join(', ')}; did you mean approval?`],
    ],
    [
      'an unknown gate with settings',
      `${MINIMAL}gates: {cutover: [{replication-lg: {max: 1s}}]}\n`,
      ['p.yaml:7:20 gates.cutover[0].replication-lg: is not a known key; did you mean replication-lag?'],
    ],
    [
      'a misspelt setting',
      `${MINIMAL}gates: {cutover: [{replication-lag: {mx: 1s}}]}\n`,
      ['p.yaml:7:38 gates.cutover[0].replication-lag.mx: is not a known key; did you mean max?'],
    ],
    [
      'a setting in other units',
      `${MINIMAL}gates: {cutover: [{replication-lag: {max: 1000}}]}\n`,
      ['p.yaml:7:43 gates.cutover[0].replication-lag.max: must be a duration such as 500ms, 5s, 24h or 7d'],
    ],
    [
      'two gates in one entry',
      `${MINIMAL}gates: {cutover: [{replication-lag: {}, approval: {}}]}\n`,
      ['p.yaml:7:19 gates.cutover[0]: must name one gate: start a new list entry for the next one'],
    ],
    [
      'a gate without a name',
      `${MINIMAL}gates: {cutover: [{}]}\n`,
      ['p.yaml:7:19 gates.cutover[0]: must name one gate: start a new list entry for the next one'],
    ],
    [
      'a gate that is a number',
      `${MINIMAL}gates: {cutover: [5]}\n`,
      ['p.yaml:7:19 gates.cutover[0]: must be a name, or one name with its settings'],
    ],
    [
      'gates of a phase that does not exist',
      `${MINIMAL}gates: {cutovr: [approval]}\n`,
      ['p.yaml:7:9 gates.cutovr: is not a known key; did you mean cutover?'],
    ],
    [
      'a misspelt approval setting',
      `${MINIMAL}gates: {cutover: [{approval: {quorm: 2}}]}\n`,
      ['p.yaml:7:31 gates.cutover[0].approval.quorm: is not a known key; did you mean quorum?'],
    ],
    [
      'an unknown switch',
      `${MINIMAL}switch: [{pgbuoncer: {}}]\n`,
      ['p.yaml:7:11 switch[0].pgbuoncer: is not a known key; did you mean pgbouncer?'],
    ],
    [
      'a switch without what it needs',
      `${MINIMAL}switch: [{pgbouncer: {admin: env:A, config: /x}}]\n`,
      ['p.yaml:7:11 switch[0].pgbouncer.database: is missing'],
    ],
    [
      'an unknown engine',
      MINIMAL.replace('target: {engine: postgres', 'target: {engine: postgers'),
      ['p.yaml:4:18 target.engine: must be one of postgres, mysql, mariadb; did you mean postgres?'],
    ],
    [
      'an unknown workflow',
      MINIMAL.replace('live-migration', 'live-migrations'),
      ['p.yaml:2:11 workflow: must be one of live-migration, expand-contract, dual-write; did you mean live-migration?'],
    ],
    [
      'an unknown kind of schema',
      `${HEAD}${SCOPE}schema: {kind: file}\n`,
      ['p.yaml:6:16 schema.kind: must be one of catalog, convert, files, existing, pg_dump; did you mean files?'],
    ],
    [
      'a schema without a kind',
      `${HEAD}${SCOPE}schema: {preData: x}\n`,
      ['p.yaml:6:1 schema.kind: is missing; must be one of catalog, convert, files, existing, pg_dump'],
    ],
    [
      'a name that cannot be typed safely',
      MINIMAL.replace('name: shop', 'name: The Shop'),
      ['p.yaml:1:7 name: must be lower-case letters, digits and hyphens, 63 characters at most'],
    ],
    [
      'a number for a text',
      MINIMAL.replace('name: shop', 'name: 17'),
      ['p.yaml:1:7 name: must be a text (quote it if it looks like a number)'],
    ],
    ['too long a stall', `${MINIMAL}cutover: {stallBudget: 11s}\n`, ['p.yaml:7:24 cutover.stallBudget: must be at most 10s']],
    ['no stall at all', `${MINIMAL}cutover: {stallBudget: 0s}\n`, ['p.yaml:7:24 cutover.stallBudget: must be at least 1ms']],
    [
      'a size in powers of ten',
      `${MINIMAL}load: {chunk: 64MB}\n`,
      ['p.yaml:7:15 load.chunk: must be a size such as 512KiB, 64MiB or 1GiB'],
    ],
    ['too small a chunk', `${MINIMAL}load: {chunk: 1B}\n`, ['p.yaml:7:15 load.chunk: must be from 1KiB to 4GiB']],
    ['half a connection', `${MINIMAL}load: {parallel: 2.5}\n`, ['p.yaml:7:18 load.parallel: must be a whole number from 1 to 64']],
    ['nobody to approve', `${MINIMAL}approval: {quorum: 0}\n`, ['p.yaml:7:20 approval.quorum: must be a whole number from 1 to 9']],
    ['yes for true', `${MINIMAL}allowOlder: yes\n`, ['p.yaml:7:13 allowOlder: must be true or false']],
    ['no tables', `${HEAD}${SCHEMA}scope: {tables: []}\n`, ['p.yaml:6:17 scope.tables: must name at least one table']],
    [
      'a table without its schema',
      `${HEAD}${SCHEMA}scope: {tables: [orders]}\n`,
      ['p.yaml:6:18 scope.tables[0]: must be schema.table, where * stands for any characters within one part'],
    ],
    [
      'the same database twice',
      MINIMAL.replace('env:TARGET_URL', 'env:SOURCE_URL'),
      ["p.yaml:4:33 target.url: is the same as the source's"],
    ],
    [
      'a secret without its kind',
      MINIMAL.replace('env:TARGET_URL', 'TARGET_URL'),
      ['p.yaml:4:33 target.url: must be a reference: env:NAME, file:/absolute/path or exec:command'],
    ],
  ])('%s is refused in words', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  it('is told everything at once, in the order of the file', () => {
    const lines = problemsOf(`nmae: shop\n${MINIMAL.replace('name: shop\n', '')}load: {parallel: 0, chunk: 1}\n`);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['p.yaml:1:1', 'p.yaml:1:1', 'p.yaml:7:18', 'p.yaml:7:28']);
  });

  it.each([
    ['in a URL', MINIMAL.replace('env:TARGET_URL', 'postgres://me:hunter2@db/shop')],
    [
      'in a reference of a switch',
      `${MINIMAL}switch: [{pgbouncer: {admin: ['postgres://me:hunter2@db/shop'], database: d, config: /c}}]\n`,
    ],
    ['in a setting', `${MINIMAL}switch: [{command: {run: [./switch.sh, 'postgres://me:hunter2@db/shop']}}]\n`],
    ['beside a syntax fault', `${MINIMAL}x: postgres://me:hunter2@db/shop: }\n`],
  ])('never repeats a password %s', (_, text) => {
    const lines = problemsOf(text);
    expect(lines).not.toEqual([]);
    expect(lines.join('\n')).not.toContain('hunter2');
  });

  it('that expands without end is refused', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(',')}]`),
    ].join('\n');
    expect(problemsOf(bomb)).toEqual(['p.yaml:1:1 uses aliases that expand too far']);
  });
});

describe('readPlanFile', () => {
  it('reads a file, and says when there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crossfade-plan-'));
    try {
      await writeFile(join(folder, 'p.yaml'), MINIMAL);
      await mkdir(join(folder, 'folder.yaml'));
      expect((await readPlanFile(join(folder, 'p.yaml'))).plan.name).toBe('shop');
      await expect(readPlanFile(join(folder, 'none.yaml'))).rejects.toMatchObject({code: 'CF-PLAN-004'});
      await expect(readPlanFile(join(folder, 'folder.yaml'))).rejects.toMatchObject({code: 'CF-PLAN-004'});
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});
