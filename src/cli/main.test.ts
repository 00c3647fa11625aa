import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type} from '../../test/support/command-line.ts';
import {commands} from './commands.ts';
import {gatePages} from './explain-gates.ts';
import {explainPages} from './explain-pages.ts';
import {stepPageOf, stepPages} from './explain-steps.ts';
import {subjects} from './explain-subjects.ts';

describe('the command line', () => {
  it.each([
    [['statsu'], 'there is no verb statsu; did you mean status?', 'crossfade status'],
    [['frobnicate'], 'there is no verb frobnicate', 'crossfade --help lists the verbs'],
    [[], 'a verb is missing', 'crossfade --help lists them'],
    [['validate'], "missing required argument 'file'", 'add --help to see the arguments and flags of the verb'],
    [
      ['version', 'x'],
      "too many arguments for 'version'. Expected 0 arguments but got 1.",
      'add --help to see the arguments and flags of the verb',
    ],
    [['status', '--stat'], "unknown option '--stat'; did you mean --state?", 'add --help to see the arguments and flags of the verb'],
    [['--state'], "option '--state <where>' argument missing", 'add --help to see the arguments and flags of the verb'],
  ])('answers %j with exit 2, what is wrong, and what to do', async (words, message, next) => {
    const {code, out, err} = await type(words);
    expect({code, out, err}).toEqual({
      code: 2,
      out: '',
      err: `crossfade: ${message}\nMore: crossfade explain CF-USAGE-001\nNext: ${next}\n`,
    });
  });

  it('gives refusals as JSON on stdout when asked, wherever the flag stands', async () => {
    for (const words of [
      ['--json', 'validate', 'none.yaml'],
      ['validate', 'none.yaml', '--json'],
    ]) {
      const {code, out, err} = await type(words);
      expect({code, err}).toEqual({code: 2, err: ''});
      expect(JSON.parse(out)).toEqual({
        schemaVersion: 1,
        error: {
          code: 'CF-PLAN-004',
          message: 'there is no readable plan file none.yaml',
          next: 'name a plan file, such as plans/shop-17-to-18.yaml',
          page: 'docs/runbook/errors.md#cf-plan-004',
        },
      });
    }
  });

  it('takes every global flag before the verb and after it', async () => {
    const state = mkdtempSync(join(tmpdir(), 'crossfade-flags-'));
    const [verb, plan] = ['validate', 'plans/shop-17-to-18.yaml'];
    const flags = [
      ['--json'],
      ['-q'],
      ['--quiet'],
      ['-v'],
      ['--no-color'],
      ['--state', state],
      ['--no-input'],
      ['-y'],
      ['--reason', 'because'],
      ['--confirm', 'shop-17-to-18'],
      ['--debug'],
    ];
    try {
      for (const flag of flags) expect(await type([...flag, verb, plan]), flag.join(' ')).toEqual(await type([verb, plan, ...flag]));
      for (const words of [
        ['--state', state, 'status'],
        ['status', '--state', state],
      ])
        expect(await type(words)).toMatchObject({code: 1, err: expect.stringContaining('there is no run in this state')});
      expect((await type(['-q', verb, plan])).err).toBe('');
    } finally {
      rmSync(state, {recursive: true});
    }
  });

  it.each([[['--help']], [['help']], [['-h']]])('%j lists every verb but the hidden ones, on stdout', async (words) => {
    const {code, out} = await type(words);
    const listed = (name: string): boolean => new RegExp(`^ +${name} `, 'm').test(out);
    expect(code).toBe(0);
    expect(commands.filter(({name, isHidden}) => listed(name) === (isHidden === true))).toEqual([]);
  });

  it.each([[['help', 'approve']], [['approve', '--help']]])('%j shows one verb with its own flags and the global ones', async (words) => {
    const {code, out} = await type(words);
    expect(code).toBe(0);
    expect(out).toContain('Usage: crossfade approve [options] <gate>');
    expect(out).toContain('--wait');
    expect(out).toContain('--reason <text>');
  });

  it('loads nothing but commander and picocolors before it knows the verb', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (url: URL): void => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      for (const [, name = ''] of readFileSync(url, 'utf8').matchAll(/^import (?!type )[^;]*? from '([^']+)';/gm)) {
        if (name.startsWith('.')) follow(new URL(name, url));
        else if (!name.startsWith('node:')) packages.add(name);
      }
    };
    follow(new URL('main.ts', import.meta.url));
    expect([...packages].toSorted()).toEqual(['commander', 'picocolors']);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('validate', () => {
  it('says that a good plan is good', async () => {
    const {code, out, err} = await type(['validate', 'plans/shop-17-to-18.yaml']);
    expect(code).toBe(0);
    expect(out).toMatch(/^plans\/shop-17-to-18\.yaml is valid: shop-17-to-18 \(live-migration\), checksum [0-9a-f]{12}\n$/);
    expect(err).toBe('Next: crossfade doctor plans/shop-17-to-18.yaml\n');
  });

  it('carries each problem with its place in JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-validate-'));
    try {
      const file = join(folder, 'plan.yaml');
      const good = readFileSync('plans/shop-17-to-18.yaml', 'utf8');
      writeFileSync(file, `${good}revers: {}\n`);
      const {code, out} = await type(['validate', file, '--json']);
      expect(code).toBe(2);
      const place = {file, line: good.split('\n').length, column: 1, path: 'revers'};
      expect(JSON.parse(out)).toMatchObject({
        error: {code: 'CF-PLAN-001', problems: [{...place, message: 'is not a known key', suggestion: 'reverse'}]},
      });
    } finally {
      rmSync(folder, {recursive: true});
    }
  });
});

describe('explain', () => {
  it.each(['CF-CUT-001', 'cf-cut-001', 'CUT-001'])('finds the page of %s', async (code) => {
    expect((await type(['explain', code])).out).toContain(explainPages['CF-CUT-001'].action);
  });

  it.each(['raise-fence', 'start', 'start add-column shop.orders.channel'])('finds the page of the step %s', async (step) => {
    expect((await type(['explain', step])).out).toContain(stepPageOf(step)?.meaning ?? 'no page');
  });

  it.each(Object.keys(gatePages))('finds the page of the gate %s, and no other', async (gate) => {
    expect((await type(['explain', gate])).out).toContain(gatePages[gate as keyof typeof gatePages].meaning);
  });

  it('lists all codes, and suggests the nearest for one that does not exist', async () => {
    expect((await type(['explain'])).out.trim().split('\n')).toHaveLength(subjects.flatMap(({pages}) => Object.keys(pages)).length);
    expect(await type(['explain', 'CF-PLAN-0011'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Next: crossfade explain CF-PLAN-001\n'),
    });
  });

  it('says something under every heading of every page', () => {
    const short = Object.entries({...explainPages, ...stepPages, ...gatePages}).filter(([, {meaning, normal, action}]) =>
      [meaning, normal, action].some((text) => text.length < 'Never.'.length),
    );
    expect(short).toEqual([]);
  });
});

describe('the verbs that only print', () => {
  it('schema is the committed file', async () => {
    expect((await type(['schema'])).out).toBe(readFileSync('plan.schema.json', 'utf8'));
  });

  it('graph draws a workflow and refuses one that does not exist', async () => {
    expect((await type(['graph'])).out).toMatch(/^stateDiagram-v2\n/);
    expect(await type(['graph', 'live-migraton'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Next: crossfade graph live-migration'),
    });
  });

  it.each([[['version']], [['--version']]])('%j', async (words) => {
    expect((await type(words)).out).toMatch(/^crossfade \d+\.\d+\.\d+ \(Node \d+/);
  });
});
