import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {SentStatement, StatementCosts} from '../engine/engine.ts';
import type {JournalFact, StatementsOnRecord} from '../journal/journal.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {beside} from './beside.ts';
import {COMPARE_EVERY_MS, compareNow, recordComparison, rememberStatements, watchStatements} from './compare-statements.ts';
import type {PhaseContext} from './phase.ts';

const one = (fingerprint: string, calls: number, meanMs: number): SentStatement => ({
  ...{fingerprint, text: fingerprint, sent: `SELECT ${fingerprint}`, calls},
  totalMs: calls * meanMs,
});
const costs = (statements: () => readonly SentStatement[]): StatementCosts => ({
  read: async () => ({countedSince: undefined, statements: statements()}),
  plan: async ({sent}) => {
    if (sent === 'SELECT bad') throw new Error('no plan of that');
    return `Plan of ${sent}`;
  },
});
const side = (statements: () => readonly SentStatement[]) => ({engine: 'postgres', costs: costs(statements)});
const mute = {
  engine: 'postgres',
  costs: {read: () => Promise.reject(new Error('connection refused')), plan: () => Promise.reject(new Error('never asked'))},
};

const against = (target: Parameters<typeof compareNow>[1]['target']) => ({source: side(() => []), target, plan: {}});

/** A reverse window whose target costs what the test says, and what it put on record. */
async function windowOf(now: () => readonly SentStatement[]) {
  const clock = fakeClock();
  const facts: JournalFact[] = [];
  const remembered = await rememberStatements(
    side(() => [one('a', 100, 1), one('bad', 100, 1)]),
    side(() => []),
    clock,
  );
  const statements = async (): Promise<StatementsOnRecord> => {
    const comparisons = facts.flatMap((fact) => (fact.type === 'statements-compared' ? [fact.comparison] : []));
    const newest = comparisons.at(-1);
    return {remembered, compared: newest && {at: remembered.at, comparison: newest}};
  };
  const context = {
    ...{
      clock,
      statements,
      source: side(() => []),
      target: side(now),
      plan: {plan: {}},
      telemetry: silentTelemetry(),
      signal: new AbortController().signal,
    },
    record: async (fact: JournalFact) => void facts.push(fact),
  } as unknown as PhaseContext;
  return {clock, context, facts, remembered};
}

test('a comparison is put on record when it has news, and only then', async () => {
  let now: readonly SentStatement[] = [];
  const {clock, context, facts} = await windowOf(() => now);
  const decided = Promise.withResolvers<string>();
  const window = beside(context.signal, [(signal) => watchStatements(context, signal)], () => decided.promise);
  const afterNextLook = async (): Promise<number> => {
    await untilTrue('it sleeps', () => clock.sleepers() > 0);
    await clock.advance(COMPARE_EVERY_MS);
    await untilTrue('it sleeps again', () => clock.sleepers() > 0);
    return facts.length;
  };
  expect(await afterNextLook(), 'nothing has come yet').toBe(0);
  now = [one('a', 50, 1)];
  expect(await afterNextLook()).toBe(1);
  now = [one('a', 90, 1)];
  expect(await afterNextLook(), 'as before').toBe(1);
  now = [one('a', 90, 90)];
  expect(await afterNextLook()).toBe(2);
  expect(facts.at(-1)).toMatchObject({comparison: {slower: [{fingerprint: 'a', plan: 'Plan of SELECT a'}]}});
  decided.resolve('complete');
  expect(await window).toBe('complete');
});

test('the last one of a window is put on record whatever it says', async () => {
  const {context, facts} = await windowOf(() => []);
  await recordComparison(context, 'always', context.signal);
  expect(facts).toMatchObject([{type: 'statements-compared', comparison: {compared: 0, waiting: 2, slower: []}}]);
});

test('a server that comes and goes is put on record once', async () => {
  const {context, facts} = await windowOf(() => []);
  for (const words of ['refused at port 1', 'refused at port 2']) {
    const target = {...mute, costs: {...mute.costs, read: () => Promise.reject(new Error(words))}};
    await recordComparison({...context, target} as unknown as PhaseContext, 'news', context.signal);
  }
  expect(facts).toMatchObject([{comparison: {notCompared: 'the target: it could not be asked: refused at port 1'}}]);
});

test('a statement without a plan is named with the reason', async () => {
  const {remembered} = await windowOf(() => []);
  expect(
    await compareNow(remembered, against(side(() => [one('bad', 20, 50)])), {signal: new AbortController().signal, clock: fakeClock()}),
  ).toMatchObject({
    slower: [{fingerprint: 'bad', noPlan: 'no plan of that'}],
  });
});

test('a side that cannot be asked, or counts nothing, is an answer and no failure', async () => {
  const {remembered, clock} = await windowOf(() => []);
  const now = (before: typeof remembered | undefined) =>
    compareNow(before, against(mute), {signal: new AbortController().signal, clock: fakeClock()});
  expect(await now(remembered)).toEqual({
    notCompared: 'the target: it could not be asked: connection refused',
    plans: {notCompared: 'postgres plans no statement without its values'},
  });
  expect(await now(await rememberStatements({engine: 'other'}, mute, clock))).toEqual({
    notCompared: 'the source: other is not asked what statements cost',
  });
  expect(await now(undefined)).toEqual({notCompared: 'nothing was remembered of the source before the cutover'});
});

const shapeWith = (by: readonly string[]) => ({
  ...{nodes: ['Scan'], rows: 1, cost: by.length > 0 ? 10 : 5000, scans: [{table: 't', by, rows: 1}]},
  indexes: {t: by.map((name) => ({name, of: 'btree (a)'}))},
});
const planning = (statements: readonly SentStatement[], shape: NonNullable<StatementCosts['shape']>) => ({
  engine: 'postgres',
  costs: {...costs(() => statements), shape},
});

test('a worse plan is news before a call has come, and again only when others are worse', async () => {
  const {context, facts} = await windowOf(() => []);
  let indexes: readonly string[] = [];
  const source = planning([one('a', 100, 1)], async () => shapeWith(['i']));
  const target = planning([], async () => shapeWith(indexes));
  const look = async () => {
    await recordComparison({...context, source, target} as unknown as PhaseContext, 'news', context.signal);
    return facts.length;
  };
  expect(await look()).toBe(1);
  expect(facts).toMatchObject([
    {
      comparison: {
        compared: 0,
        plans: {
          compared: 1,
          worse: [{fingerprint: 'a', found: [{kind: 'index-missing', index: 'i'}]}],
          unknown: [{reason: 'its text is in the record of neither server any more', statements: 1}],
        },
      },
    },
  ]);
  expect(await look(), 'as before').toBe(1);
  indexes = ['i'];
  expect(await look(), 'it was made').toBe(2);
});

test('both sides are asked for the plan of the same text, and a side that tells none is named', async () => {
  const {remembered} = await windowOf(() => []);
  const asked: string[] = [];
  const source = planning([one('a', 1, 1), one('bad', 1, 1)], async ({sent}) => {
    asked.push(sent);
    return shapeWith(['i']);
  });
  const target = planning([{...one('a', 1, 1), sent: 'the same, as the target writes it'}], async ({sent}) => {
    if (sent.includes('bad')) throw new Error('permission denied');
    asked.push(sent);
    return shapeWith(['i']);
  });
  const {plans} = await compareNow(remembered, {source, target, plan: {}}, {signal: new AbortController().signal, clock: fakeClock()});
  expect(asked.filter((sent) => !sent.includes('bad'))).toEqual(['SELECT a', 'SELECT a']);
  expect(plans).toEqual({compared: 1, worse: [], unknown: [{reason: 'the target: permission denied', statements: 1}]});
  expect((await compareNow(remembered, {source, target, plan: {}}, {signal: AbortSignal.abort(), clock: fakeClock()})).plans).toEqual({
    notCompared: 'none of 2 statements has a plan on both sides; 2 of them: there was no time left for it',
  });
});
