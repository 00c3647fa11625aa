import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {Database, Look} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';
import {silentTelemetry, type Wait} from '../telemetry/telemetry.ts';
import {type Watched, watchWaits} from './wait-watch.ts';

const QUIET: Look = {position: '20' as Position, waits: [], builds: []};
const blocker = {
  process: 7,
  transaction: '',
  role: 'app',
  application: 'psql',
  ageMs: 9_000,
  state: 'idle in transaction',
  endedBy: 'KILL 7',
};

/** Two sides whose looks are what `looks` says, or an error, and what is told of them. */
async function watching(looks: {source: Look | Error; target: Look | Error}) {
  const clock = fakeClock('2026-05-01T10:00:00.000Z');
  const [waits, work] = [new Map<string, Wait>(), new Map<string, string>()];
  const quiet = silentTelemetry();
  const telemetry: Watched['telemetry'] = {
    ...quiet,
    wait: (key, wait) => void (wait ? waits.set(key, wait) : waits.delete(key)),
    work: (key, words) => void (words ? work.set(key, words) : work.delete(key)),
  };
  const side = (name: 'source' | 'target') =>
    ({
      side: name,
      activity: {
        look: async () => {
          const look = looks[name];
          if (look instanceof Error) throw look;
          return look;
        },
      },
    }) as unknown as Database;
  const link = (direction: string) => (direction === 'forward' ? {mode: 'apply', applied: '12' as Position} : undefined);
  const stop = new AbortController();
  const over = watchWaits(
    {
      source: side('source'),
      target: side('target'),
      replication: {link} as unknown as Watched['replication'],
      telemetry,
      clock,
      engines: {source: {bytesBetween: (from, to) => Number(to) - Number(from)}, target: {}},
    },
    stop.signal,
  );
  const end = async (): Promise<void> => {
    stop.abort();
    await over;
  };
  const looked = () => untilTrue('both sides were looked at', () => clock.sleepers() > 0);
  await looked();
  const again = async (): Promise<void> => {
    await clock.advance(1000);
    await looked();
  };
  return {waits, work, gauges: quiet.read, looks, again, end};
}

test('what waits for more than two seconds is told with who is in the way and what ends it, until it is over', async () => {
  const wait = {purpose: 'apply forward', table: 'shop.orders', blockers: [blocker]};
  const seen = await watching({source: QUIET, target: {...QUIET, waits: [{...wait, waitedMs: 1999}]}});
  expect([...seen.waits]).toEqual([]);
  expect(seen.gauges()).toMatchObject({backlogBytes: 8});
  seen.looks.target = {...QUIET, waits: [{...wait, waitedMs: 3000}]};
  await seen.again();
  expect([...seen.waits.values()]).toEqual([
    {
      cause:
        'the forward stream waits on the target for a lock on shop.orders, behind process 7 of app (psql), idle in transaction for 9 s',
      since: '2026-05-01T09:59:58.000Z',
      owner: 'whoever runs process 7 of app (psql) on the target',
      next: {command: 'on the target: KILL 7', why: expect.any(String)},
    },
  ]);
  seen.looks.target = QUIET;
  await seen.again();
  expect([...seen.waits]).toEqual([]);
  await seen.end();
});

test('a prepared transaction has no process, and of many the first are named', async () => {
  const prepared = {
    ...blocker,
    process: undefined,
    transaction: "it's",
    role: 'app',
    application: '',
    state: 'prepared',
    endedBy: 'XA ROLLBACK 1',
  };
  const others = [2, 3, 4].map((process) => ({...blocker, process}));
  const wait = {purpose: 'visible', table: undefined, waitedMs: 5000, blockers: [prepared, ...others]};
  const seen = await watching({source: {...QUIET, waits: [wait]}, target: QUIET});
  const [told] = [...seen.waits.values()];
  expect(told?.cause).toMatch(/behind prepared transaction it's of app for 9 s; process 2 .*; process 3 .*; and 1 more$/);
  expect(told?.next.command).toBe('on the source: XA ROLLBACK 1');
  await seen.end();
});

test('commits that a standby holds up are told with what answers them', async () => {
  const withheld = {statements: 2, waitedMs: 5000, standbys: `names is 'nobody'`, endedBy: 'RELOAD'};
  const seen = await watching({source: {...QUIET, withheld: {...withheld, waitedMs: 1999}}, target: QUIET});
  expect([...seen.waits]).toEqual([]);
  seen.looks.source = {...QUIET, withheld};
  await seen.again();
  expect([...seen.waits.values()]).toMatchObject([
    {
      cause: `2 commits of ours are done on the source and not answered: it waits for its synchronous standby, as for every commit there (names is 'nobody')`,
      since: '2026-05-01T09:59:56.000Z',
      owner: 'whoever runs the standbys of the source',
      next: {command: 'bring the standby back; or on the source: RELOAD'},
    },
  ]);
  seen.looks.source = QUIET;
  await seen.again();
  expect([...seen.waits]).toEqual([]);
  await seen.end();
});

test('a side that cannot be asked is told, once and since when, and the other is asked all the same', async () => {
  const build = {table: 'shop.orders', phase: 'building index', done: 30, total: 120, unit: 'blocks', ageMs: 4000} as const;
  const seen = await watching({source: new Error('no connection'), target: {...QUIET, builds: [build]}});
  for (let i = 0; i < 3; i++) await seen.again();
  expect([...seen.waits.values()]).toMatchObject([
    {cause: 'the source cannot be asked: no connection', since: '2026-05-01T10:00:00.000Z', next: {command: 'crossfade doctor PLAN'}},
  ]);
  expect([...seen.work.values()]).toEqual([
    'an index of shop.orders is built on the target for 4 s: building index, 30 of 120 blocks (25 %)',
  ]);
  seen.looks.source = QUIET;
  seen.looks.target = QUIET;
  await seen.again();
  expect([[...seen.waits], [...seen.work]]).toEqual([[], []]);
  await seen.end();
});
