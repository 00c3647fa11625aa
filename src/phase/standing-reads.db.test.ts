/** Two real sides whose routers are played by the test: what they report, and when the watch looks, is the test's to say. */
import {afterEach, beforeEach, expect, test} from 'vitest';
import {fakeClock, type FakeClock} from '../../test/support/clock.ts';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {until, untilTrue} from '../../test/support/until.ts';
import type {JournalFact} from '../journal/journal.ts';
import {NO_READS, type ReadTally} from '../model/read-tally.ts';
import type {RouteRow} from '../model/route.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import type {PhaseContext} from './phase.ts';
import {StandingReads} from './standing-reads.ts';

const MIGRATION = {id: '0198c0de-0000-7000-8000-0000000dd002', short: '0198c0de', name: 'standing'};
const READS = {
  outbox: 'public.outbox',
  shadow: {percent: 20, equal: 100},
  shift: {steps: [50, 100], answered: 100},
  failuresMax: 3,
};
const SAMPLE = {statement: 'SELECT name FROM guest', columns: ['name'], rows: {source: 1, target: 0}};

let source: TestSide;
let target: TestSide;
let clock: FakeClock;
let watch: StandingReads;
let facts: JournalFact[];
let over: AbortController;

beforeEach(async () => {
  const server = await postgresServer({version: 18});
  [source, target] = await Promise.all([
    openSide('source', await server.createDatabase(), MIGRATION),
    openSide('target', await server.createDatabase(), MIGRATION),
  ]);
  for (const {database} of [source, target]) await database.control.install();
  [clock, facts, over] = [fakeClock(), [], new AbortController()];
  const effects = recordingEffects({clock});
  const sides = {source: source.database, target: target.database};
  const context = {...sides, plan: {plan: {reads: READS}}, effects, clock, telemetry: silentTelemetry()};
  watch = new StandingReads(context as unknown as PhaseContext);
});

afterEach(async () => {
  watch.stop();
  over.abort();
  await watch.whileStill(async () => {});
  await source.close();
  await target.close();
});

test('a difference that is proven while nobody waits for reads brings all of them back, and is told again after a while only', async () => {
  await route({readPercent: 100, shadowPercent: 20});
  await report({served: 5000, equal: 400});
  start();
  await looks(3);
  expect(await routes()).toEqual([
    [100, 20],
    [100, 20],
  ]);
  await report({served: 5001, equal: 400, differing: 1, samples: [SAMPLE]});
  await looks(1);
  await untilTrue('the reads are back', async () => (await routes()).every(([percent]) => percent === 0));
  expect(await routes()).toEqual([
    [0, 20],
    [0, 20],
  ]);
  const [told] = await until('the record', () => (facts.length ? facts : undefined));
  expect(told).toMatchObject({type: 'note', text: expect.stringContaining('CF-READ-001: 1 reads have another answer')});
  expect(told).toMatchObject({text: expect.stringMatching(/SELECT name FROM guest gave 1 rows .* all reads go back to the source$/)});

  const halted = await version();
  await report({differing: 1, samples: [SAMPLE]});
  await looks(5);
  expect([await version(), facts.length]).toEqual([halted, 1]);
  await looks(60);
  await untilTrue('they are counted anew', async () => (await version()) > halted);
  await untilTrue('it is told again', () => facts.length === 2);
});

test('errors count among as many reads as a share has, not since the beginning', async () => {
  await route({readPercent: 100, shadowPercent: 20});
  start();
  for (let hundreds = 1; hundreds <= 4; hundreds++) {
    await report({served: hundreds * 100, failed: hundreds * 3});
    await looks(2);
  }
  expect(facts).toEqual([]);
  await report({served: 401, failed: 16});
  await looks(1);
  await untilTrue('it is told', () => facts.length === 1);
  expect(facts[0]).toMatchObject({text: expect.stringContaining('CF-READ-002: 4 reads failed on the target')});
  expect((await routes())[0]).toEqual([0, 20]);
});

test('a route that is held, and one of the other side, are left alone', async () => {
  await route({readPercent: 100, shadowPercent: 20}, {epoch: 2, state: 'hold', holdMs: 60_000});
  await report({differing: 1});
  start();
  await looks(3);
  await route({readPercent: 100, shadowPercent: 20}, {epoch: 3, side: 'target'});
  await report({differing: 1});
  await looks(3);
  expect((await routes())[0]).toEqual([100, 20]);
  expect(facts).toEqual([]);
});

const start = (): void => watch.start(async (fact) => void facts.push(fact), over.signal);

/** Each begins when the one before it is over. */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look++) {
    await untilTrue('the watch sleeps', () => clock.sleepers() > 0);
    await clock.advance(1000);
  }
  await untilTrue('the last one is over', () => clock.sleepers() > 0);
}

const version = async (): Promise<number> => (await source.database.control.readRoute())?.version ?? -1;

const routes = async (): Promise<readonly (readonly (number | undefined)[])[]> =>
  Promise.all(
    [source, target].map(async ({database}) => {
      const row = await database.control.readRoute();
      return [row?.readPercent, row?.dual?.shadowPercent];
    }),
  );

async function route(
  {readPercent, shadowPercent}: {readonly readPercent: number; readonly shadowPercent: number},
  more: Partial<RouteRow> = {},
): Promise<void> {
  const row = {epoch: 1, side: 'source', state: 'open', holdMs: undefined, readPercent, dual: {shadowPercent}, ...more} as const;
  for (const {database} of [source, target]) await database.control.writeRoute(row);
}

const report = async (tally: Partial<ReadTally>): Promise<void> =>
  source.run(
    `SELECT crossfade.report_reads('${MIGRATION.short}', '00000000-0000-4000-8000-000000000001', ${await version()}, '${JSON.stringify({...NO_READS, ...tally})}')`,
  );
