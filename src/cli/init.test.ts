import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {parse} from 'yaml';
import {type} from '../../test/support/command-line.ts';
import {SHIPPED} from '../plan/vocabulary.ts';
import {questionsFor, SCHEMAS} from './init-answers.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossfade-init-'));
  file = join(folder, 'shop.yaml');
});
afterEach(() => rmSync(folder, {recursive: true}));

const FLAGS = ['--source', 'env:OLD', '--target', 'env:NEW', '--tables', 'shop.*, *.log'];
const plan = () => parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

describe('init without a terminal', () => {
  it.each(SCHEMAS.flatMap((schema) => SHIPPED.switches.map((name) => [schema, name] as const)))(
    'with schema %s and switch %s writes a plan that validates',
    async (schema, name) => {
      const from = schema === 'convert' ? ['--from', 'mysql', '--switch', 'router'] : [];
      expect(await type(['init', file, ...FLAGS, '--schema', schema, '--switch', name, ...from])).toMatchObject({code: 0});
      expect(await type(['validate', file])).toMatchObject({code: 0, out: expect.stringContaining('is valid: shop (live-migration)')});
      expect(readFileSync(file, 'utf8')).toMatch(/^# yaml-language-server: \$schema=plan\.schema\.json\n/);
    },
  );

  it('writes what the flags say, and beside it what the editor asks for', async () => {
    const answer = await type(['init', file, ...FLAGS, '--gates', 'approval', '--name', 'move', '--json']);
    expect(JSON.parse(answer.out)).toMatchObject({file, name: 'move', written: true, schemaFile: join(folder, 'plan.schema.json')});
    expect(plan()).toMatchObject({
      name: 'move',
      source: {url: 'env:OLD'},
      target: {url: 'env:NEW'},
      scope: {tables: ['shop.*', '*.log']},
      gates: {cutover: ['approval']},
    });
    expect(readFileSync(join(folder, 'plan.schema.json'), 'utf8')).toBe((await type(['schema'])).out);
  });

  it('takes the engines, the schema and the tables from addresses that are in the environment', async () => {
    vi.stubEnv('OLD', 'mariadb://app:hunter2@old.internal/blog');
    vi.stubEnv('NEW', 'postgresql://app@new.internal/blog');
    expect(await type(['init', file, '--source', 'env:OLD', '--target', 'env:NEW', '--tables', 'blog.*'])).toMatchObject({code: 0});
    expect(plan()).toMatchObject({source: {engine: 'mariadb'}, target: {engine: 'postgres'}, schema: {kind: 'convert'}});
    expect(readFileSync(file, 'utf8')).not.toContain('hunter2');
    expect(await type(['init', file, '--source', 'env:OLD', '--target', 'env:NEW', '--yes'])).toMatchObject({
      err: expect.stringContaining("--tables 'blog.*'"),
    });
    vi.unstubAllEnvs();
  });

  it('takes them from the flags where no address is known', async () => {
    expect(await type(['init', file, ...FLAGS, '--from', 'postgres', '--to', 'mysql'])).toMatchObject({code: 0});
    expect(plan()).toMatchObject({source: {engine: 'postgres'}, target: {engine: 'mysql'}, schema: {kind: 'convert'}});
  });

  it.each([
    [[...FLAGS, '--from', 'mysq'], 'give --from'],
    [['--source', 'env:A', '--tables', 'a.b'], 'run it again with --target'],
    [[...FLAGS, '--switch', 'ruoter'], "give --switch 'router'"],
    [[...FLAGS, '--gates', ''], 'give --gates'],
    [[...FLAGS, '--tables', 'orders'], "give --tables 'public.*'"],
  ])('%j is exit 2, and says what to pass', async (words, next) => {
    expect(await type(['init', file, ...words])).toMatchObject({code: 2, err: expect.stringContaining(`Next: ${next}`)});
    expect(existsSync(file)).toBe(false);
  });

  it('never writes a password, and never repeats one', async () => {
    const answer = await type(['init', file, ...FLAGS, '--source', 'postgres://ann:hunter2@db/shop']);
    expect(answer).toMatchObject({code: 2, err: expect.stringContaining('give --source env:SOURCE_URL')});
    expect(`${answer.out}${answer.err}`).not.toContain('hunter2');
    expect(existsSync(file)).toBe(false);
  });

  it('of a change in place asks for its database and its table only', async () => {
    const answer = await type(['init', file, '--in-place', 'shop.orders', '--source', 'env:SHOP']);
    expect(answer).toMatchObject({code: 0, err: expect.stringContaining(`Next: crossfade doctor ${file}`)});
    expect(await type(['validate', file])).toMatchObject({code: 0, out: expect.stringContaining('is valid: shop (expand-contract)')});
    expect(plan()).toMatchObject({database: {url: 'env:SHOP'}, operations: [{'add-column': {table: 'shop.orders'}}]});
  });

  it('with Kafka between the sides, or with the reads first, writes a plan that validates', async () => {
    expect(await type(['init', file, ...FLAGS, '--through-kafka'])).toMatchObject({code: 0});
    expect(await type(['validate', file])).toMatchObject({code: 0, out: expect.stringContaining('(live-migration)')});
    expect(plan()).toMatchObject({relay: {kind: 'kafka', retention: '7d'}});
    expect(await type(['init', file, ...FLAGS, '--reads-first', 'shop.outbox', '--yes'])).toMatchObject({code: 0});
    expect(await type(['validate', file])).toMatchObject({code: 0, out: expect.stringContaining('(dual-write)')});
    expect(plan()).toMatchObject({reads: {outbox: 'shop.outbox'}, gates: {cutover: expect.arrayContaining(['reads-match'])}});
    const moving = [...FLAGS, '--reads-first', 'shop.outbox', '--yes', '--to', 'postgres', '--from'];
    for (const from of ['mysql', 'mariadb']) {
      expect(await type(['init', file, ...moving, from])).toMatchObject({code: 0});
      expect(plan()).toMatchObject({workflow: 'dual-write', source: {engine: from}, schema: {kind: 'convert'}});
    }
    const bad = await type(['init', file, ...FLAGS, '--reads-first', 'outbox', '--yes']);
    expect(bad).toMatchObject({code: 2, err: expect.stringContaining('reads.outbox')});
  });

  it('replaces nothing without being told so', async () => {
    writeFileSync(file, 'mine');
    expect(await type(['init', file, ...FLAGS])).toMatchObject({code: 2, err: expect.stringContaining('--yes')});
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await type(['init', file, ...FLAGS, '--yes'])).code).toBe(0);
    expect(plan()).toMatchObject({name: 'shop'});
  });

  it('to stdout, or as a trial, writes no file', async () => {
    const {out} = await type(['init', '-', ...FLAGS]);
    expect(await type(['validate', '-'], undefined, out)).toMatchObject({code: 0});
    expect((await type(['init', file, ...FLAGS, '--dry-run'])).out).toContain('name: shop\n');
    expect(existsSync(file)).toBe(false);
  });
});

describe('init at a terminal', () => {
  it('asks what no flag has said; Enter takes the usual, and what cannot be meant is asked again', async () => {
    const answers = ['', 'postgres://ann:hunter2@db/shop', 'env:OLD', '', '', '', 'shop.*', 'catalogue', 'catalog', ''];
    const {code, err} = await type(['init', file, '--switch', 'router'], answers);
    expect({code, asked: err.split(']: ').length - 1}).toEqual({code: 0, asked: questionsFor(file).length - 1 + 2});
    expect(err).toContain('did you mean catalog?');
    expect(err).not.toContain('hunter2');
    expect(plan()).toMatchObject({name: 'shop', source: {url: 'env:OLD'}, target: {url: 'env:TARGET_URL'}, scope: {tables: ['shop.*']}});
  });

  it('leaves without a change', async () => {
    expect(await type(['init', file], ['shop'])).toMatchObject({code: 0, err: expect.stringContaining('Nothing was changed.')});
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'mine');
    expect(await type(['init', file, ...FLAGS], ['', '', '', '', 'n'])).toMatchObject({code: 0});
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
