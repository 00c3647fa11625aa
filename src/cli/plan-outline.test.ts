import {readdirSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {stateFolder, type} from '../../test/support/command-line.ts';
import {engines} from '../engine/engines.ts';
import type {Statement} from '../engine/engine.ts';
import type {Table} from '../model/table.ts';
import {pinPlan, readPlanFile} from '../plan/plan-file.ts';
import {stepPageOf} from './explain-steps.ts';
import {allSteps, type OutlineStep} from './outline.ts';
import {printOutline, sqlLines} from './outline-print.ts';
import {createOutput} from './output.ts';
import {planFacts, type PlanFacts} from './plan-facts.ts';
import {planOutline} from './plan-outline.ts';

const ref = {id: 'plan', short: '<run>', name: 'demo'};

const column = (name: string, type: string) => ({
  name,
  type,
  notNull: true,
  generated: false,
  identity: undefined,
  portableBinary: true,
});

const ORDERS: Table = {
  name: {schema: 'shop', name: 'orders'},
  columns: [column('id', 'bigint'), column('note', 'text')],
  key: ['id'],
  partitions: [],
  estimatedRows: 1_000_000,
  estimatedBytes: 200_000_000,
};

/** As the catalogues of two servers with one table would tell it. */
async function factsOf(file: string, tables: readonly Table[] = [ORDERS]): Promise<PlanFacts> {
  const {plan} = await readPlanFile(file);
  const facts = await planFacts(plan, ref, {none: 'nobody was asked'});
  const [forward] = facts.forward;
  if (!forward) throw new Error('the plan names no table');
  const mapping = {...forward, from: ORDERS, to: ORDERS, reads: ORDERS, writes: ORDERS};
  const schema = {
    ...facts.schema,
    preData: 'CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text NOT NULL);',
    postData: 'CREATE INDEX orders_note ON shop.orders (note);',
  };
  return {...facts, tables, targets: tables, forward: [mapping], reverse: [mapping], schema, missing: []};
}

async function printed(file: string, withSql: boolean): Promise<string> {
  const lines: string[] = [];
  const output = createOutput({write: (text: string) => lines.push(text), on: () => {}}, {write: () => {}, on: () => {}}, plainly);
  printOutline(await planOutline(await factsOf(file)), output, withSql);
  return lines.join('');
}

/** Bodies of functions and our own tables change for reasons of their own. */
const withoutBodies = (text: string): string =>
  text
    .replaceAll(/(\$\w+\$)[\s\S]*?\1/g, '$1 … $1')
    .replaceAll(/( *)CREATE SCHEMA IF NOT EXISTS crossfade;[\s\S]*? FROM PUBLIC;/g, '$1CREATE SCHEMA IF NOT EXISTS crossfade; …')
    .replaceAll(/( *)(CREATE TABLE IF NOT EXISTS crossfade\.[^;]*;\s*)+/g, '$1CREATE TABLE IF NOT EXISTS crossfade … \n$1');

const plainly = {json: false, quiet: false, verbose: false, color: false};

describe('the outline', () => {
  it.each([
    'plans/demo.yaml',
    'plans/add-column.yaml',
    'plans/reshape-orders.yaml',
    'plans/widen-key.yaml',
    'plans/mysql-reshape-orders.yaml',
    'plans/reads-first.yaml',
  ])('of %s', async (file) => {
    expect(withoutBodies(await printed(file, true))).toMatchSnapshot();
  });

  it('leaves the SQL out when asked to', async () => {
    const words = await printed('plans/demo.yaml', false);
    expect(words).toContain('raise-fence: close 1 table of the source');
    expect(words).not.toContain('CREATE TRIGGER');
  });

  it.each([
    'plans/demo.yaml',
    'plans/reshape-orders.yaml',
    'plans/widen-key.yaml',
    'plans/mysql-reshape-orders.yaml',
    'plans/reads-first.yaml',
  ])('of %s has a page for every step', async (file) => {
    const steps = allSteps(await planOutline(await factsOf(file)));
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.filter(({name}) => !stepPageOf(name)).map(({name}) => name)).toEqual([]);
  });

  it('names the steps that the phases have, and pages explain them', async () => {
    const phases = readdirSync('src/phase').filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const code = phases.map((name) => readFileSync(`src/phase/${name}`, 'utf8')).join('\n');
    const inCode = [...code.matchAll(/steps\s*\.(?:once|each)\(\s*['`]([\w-]+)/g)].map(([, name = '']) => name);
    expect(inCode.length).toBeGreaterThan(30);
    expect(inCode.filter((name) => !stepPageOf(name))).toEqual([]);
    const outlines = await Promise.all(
      ['plans/demo.yaml', 'plans/reshape-orders.yaml', 'plans/reads-first.yaml'].map(async (file) => planOutline(await factsOf(file))),
    );
    const shown = new Set(outlines.flatMap(allSteps).map(({name}) => name.split(' ')[0]));
    // Those only where the plan says so.
    const wished = ['ask-hooks', 'end-blockers', 'pause-failover', 'observe-failover', 'resume-failover'];
    expect(inCode.filter((name) => !shown.has(name) && !wished.includes(name))).toEqual([]);
  });

  it('of a plan that names a failover automation tells it before the hold, and after the switch', async () => {
    const text = `${readFileSync('plans/demo.yaml', 'utf8')}\nfailover: {pause: [p], resume: [p], observe: [p]}\n`;
    const facts = await factsOf('plans/demo.yaml');
    const names = allSteps(await planOutline({...facts, plan: pinPlan(text, 'plans/demo.yaml').plan})).map(({name}) => name);
    const told = ['pause-failover', 'observe-failover', 'hold', 'open', 'route', 'resume-failover'];
    expect(names.filter((name) => told.includes(name))).toEqual([...told, ...told]);
  });

  it.each(['mysql', 'mariadb'])(
    'of a plan from %s shows what that side sends, a few triggers in the hold and many before it',
    async (engine) => {
      const demo = readFileSync('plans/demo.yaml', 'utf8');
      const text = demo.replace('engine: postgres', `engine: ${engine}`).replace(/^canary: .*$/m, 'canary: off');
      const {plan} = pinPlan(text, 'plans/demo.yaml');
      const facts = await factsOf('plans/demo.yaml');
      const source = engines[plan.source.engine as 'mysql' | 'mariadb'].statements?.('source', ref);
      const cutoverOf = async (tables: readonly Table[]): Promise<readonly OutlineStep[]> =>
        (await planOutline({...facts, plan, source, tables})).phases.find(({phase}) => phase === 'cutover')?.steps ?? [];
      const statementIn = (steps: readonly OutlineStep[], name: string, start: string): Statement | undefined =>
        steps.find((step) => step.name === name)?.statements.find(({sql}) => sql.startsWith(start));
      const cutover = await cutoverOf(facts.tables);
      const statementOf = (name: string, start: string): Statement | undefined => statementIn(cutover, name, start);
      const [table] = facts.tables;
      const many = await cutoverOf(Array.from({length: 9}, (_, i) => ({...table, name: {schema: 'shop', name: `t${i}`}}) as Table));
      expect(statementOf('arm-reverse-stream', 'CREATE TRIGGER')).toBeUndefined();
      expect(cutover.find(({name}) => name === 'raise-fence')?.what).toContain('when no client has a transaction open');
      expect(many.find(({name}) => name === 'arm-reverse-stream')?.what).toContain('1213');
      expect(many.find(({name}) => name === 'raise-fence')?.what).not.toContain('when no client');
      expect(statementIn(many, 'arm-reverse-stream', 'CREATE TRIGGER')).toBeDefined();
      expect(statementOf('raise-fence', 'CREATE TRIGGER')).toMatchObject({
        side: 'source',
        sql: expect.stringContaining('BEFORE INSERT ON `shop`.`orders` FOR EACH ROW'),
        locks: [{mode: 'EXCLUSIVE', on: ['shop.orders'], waitMsMax: 1000, heldUntil: 'the end of the statement'}],
      });
      expect(statementOf('raise-fence', 'UPDATE crossfade.fence_attempt SET attempt = <attempt>')?.locks).toMatchObject([
        {waitsFor: 'open transactions that have written to this table', waitMsMax: 1000, heldUntil: 'COMMIT'},
      ]);
      expect(cutover.find(({name}) => name === 'raise-fence')?.locks).toContain('waits 1000 ms at most');
      expect(JSON.stringify(cutover.flatMap(({statements}) => statements))).not.toContain('undefined');
    },
  );

  it('of a plan whose schema comes from pg_dump tells what that program locks, whenever it runs', async () => {
    const facts = await factsOf('plans/demo.yaml');
    const {phases} = await planOutline({...facts, plan: {...facts.plan, schema: {kind: 'pg_dump'}}});
    const steps = phases.flatMap(({steps: all}) => all);
    const told = steps.filter(({what}) => what.includes('LOCK TABLE … IN ACCESS SHARE MODE')).map(({name}) => name);
    expect(told).toEqual(['look-at-both-sides', 'schema-pre-data']);
  });

  it('of a plan that ends blockers says so', async () => {
    const text = readFileSync('plans/demo.yaml', 'utf8').replace('stallBudget: 5s', 'stallBudget: 5s, onBlockers: terminate');
    const facts = await factsOf('plans/demo.yaml');
    const steps = allSteps(await planOutline({...facts, plan: pinPlan(text, 'plans/demo.yaml').plan}));
    expect(steps.find(({name}) => name === 'end-blockers')?.statements[0]?.sql).toContain('pg_terminate_backend');
  });
});

describe('SQL of a step', () => {
  const statements = async (): Promise<readonly Statement[]> =>
    (await engines.postgres.statements?.('source', ref)?.fence.raise([ORDERS], 7000)) ?? [];

  it('says what is locked, for how long at most, and what undoes it', async () => {
    expect((await statements()).find(({sql}) => sql.startsWith('CREATE TRIGGER'))).toEqual({
      side: 'source',
      sql: `CREATE TRIGGER "crossfade_<run>_fence_<attempt>" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "shop"."orders" FOR EACH STATEMENT EXECUTE FUNCTION crossfade.fence_guard('<run>', '<attempt>')`,
      locks: [
        {
          mode: 'SHARE ROW EXCLUSIVE',
          on: ['shop.orders'],
          waitsFor: 'open transactions that have written to the table',
          waitMsMax: 500,
          heldUntil: 'COMMIT',
        },
      ],
      undo: 'DROP TRIGGER IF EXISTS "crossfade_<run>_fence_<attempt>" ON "shop"."orders"',
    });
  });

  it('is the same for both sides shown once', async () => {
    const source = await statements();
    const target = source.map((statement) => ({...statement, side: 'target' as const}));
    const lines = sqlLines({name: 'x', what: 'x', statements: [...source, ...target]});
    expect(lines[0]).toBe('-- on both sides, each');
    expect(lines).toHaveLength(sqlLines({name: 'x', what: 'x', statements: source}).length);
  });
});

describe('crossfade sql', () => {
  it('lists the steps', async () => {
    expect((await type(['sql'])).out).toMatch(/^raise-fence +the old side refuses writes$/m);
  });

  it('shows a step of a plan whose databases nobody can ask, and says what is missing', async () => {
    const {code, out, err} = await type(['sql', 'raise-fence', '--plan', 'plans/demo.yaml']);
    expect(code).toBe(4);
    expect(out).toMatch(/^-- raise-fence: close .*\n-- on the source\nBEGIN; SET LOCAL synchronous_commit = local;$/m);
    expect(out).toContain(`SET LOCAL lock_timeout = '500ms';`);
    expect(err).toContain('MISSING the tables of the source: CF-PLAN-003');
  });

  it('knows every step that a plan has by its name, and each has its page', async () => {
    const stepsOf = async (...asked: readonly string[]) => {
      const {out} = await type(['sql', ...asked, '--plan', 'plans/demo.yaml', '--json']);
      return (JSON.parse(out) as {readonly steps: readonly {readonly name: string}[]}).steps.map(({name}) => name);
    };
    const names = [...new Set(await stepsOf())];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      expect(new Set(await stepsOf(...name.split(' ')))).toEqual(new Set([name]));
      expect(stepPageOf(name), name).toBeDefined();
    }
  });

  it('knows the step that was meant', async () => {
    expect(await type(['sql', 'raise-fense', '--plan', 'plans/demo.yaml'])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/did you mean raise-fence\?\n.*\nNext: crossfade sql raise-fence --plan plans\/demo\.yaml/),
    });
  });

  it('without a plan and without a run says where to look', async () => {
    await using state = await stateFolder();
    expect(await type(['sql', 'raise-fence', '--state', state.folder])).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('CF-STATE-001'),
    });
  });
});

describe('crossfade plan without its databases', () => {
  it('shows what the file tells, and names what is missing', async () => {
    const {code, out} = await type(['plan', 'plans/demo.yaml', '--json']);
    expect(code).toBe(4);
    const document = JSON.parse(out) as {readonly missing: readonly string[]; readonly phases: readonly {readonly phase: string}[]};
    expect(document.missing).toHaveLength(2);
    expect(document.phases.map(({phase}) => phase)).toContain('cutover');
    expect(out).toContain(`CREATE TRIGGER \\"crossfade_<run>_fence_<attempt>\\"`);
  });
});
