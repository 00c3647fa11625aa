/** The order of an attempt, as the two sides, the switches and the watchdog see it: every step rests on the one before. */
import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Database} from '../engine/engine.ts';
import type {Link} from '../pipeline/replication.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import {attemptCutover} from './cutover-attempt.ts';
import type {PhaseContext} from './phase.ts';
import {rolesOf} from './roles.ts';

/** Answers anything that is asked of it, and keeps what was asked. */
const recorder = (calls: string[], name: string, answers: Readonly<Record<string, unknown>>): unknown =>
  new Proxy(
    {},
    {
      get: (_, facet: string) =>
        new Proxy(
          {},
          {
            get:
              (_none, method: string) =>
              (...words: readonly unknown[]): Promise<unknown> => {
                const told = [`${name}.${facet}.${method}`, ...words.filter((word) => word === 'reverse' || word === 'forward')].join(' ');
                calls.push(told);
                return Promise.resolve(answers[`${facet}.${method}`]);
              },
          },
        ),
    },
  );

const AS_PLANNED = {primary: 'one:5432', planned: 'one:5432', isPaused: true};

const attempt = async (
  compareLeft: () => Promise<unknown> = async () => ({isKnown: true, rows: 0, tables: 0}),
): Promise<readonly string[]> => {
  const calls: string[] = [];
  const say = (what: string): Promise<void> => Promise.resolve(void calls.push(what));
  const effects = recordingEffects();
  const answers = {'fence.rows': [], 'source.readSequences': [], 'compare.counts': [], 'clients.blockers': []};
  const source = recorder(calls, 'source', {...answers, 'fence.raise': {position: '0/1'}, 'fence.commit': {refused: 'the test ends here'}});
  const target = recorder(calls, 'target', answers);
  const never = new Promise<never>(() => undefined);
  const context = {
    source: source as Database,
    target: target as Database,
    epoch: 1,
    plan: {
      plan: {
        source: {url: {kind: 'env', value: 'S'}},
        target: {url: {kind: 'env', value: 'T'}},
        cutover: {stallBudgetMs: 5000, onBlockers: 'abort'},
        switch: [{name: 'router'}],
      },
    },
    switches: [{hold: () => say('switch holds'), resume: () => say('switch resumes'), foresee: async () => []}],
    replication: {
      ensure: (direction: string, mode: string) => say(`${direction} link: ${mode}`),
      stop: (direction: string) => setImmediate().then(() => say(`${direction} link stops`)), // when all else has come as far as it can
    },
    startWatchdog: async () => {
      await say('watchdog');
      return {pid: 1, gone: never, dismiss: () => say('watchdog is dismissed')};
    },
    startCanary: async () => undefined,
    failover: {
      pause: () => say('failover is paused'),
      resume: () => say('failover is resumed'),
      observe: () => say('failover is asked').then(() => ({source: AS_PLANNED, target: AS_PLANNED})),
    },
    isFailoverPaused: async () => true,
    tables: (side: string) => say(`tables of the ${side}`).then(() => []),
    mappings: async () => [],
    steps: {each: (_: string, act: () => Promise<unknown>) => act()},
    verification: {
      compareChanged: () => say('compare'),
      compareLeft,
      calledOff: (error: Error) => say(`called off: ${error.message}`),
    },
    telemetry: {note: () => undefined, wait: () => undefined},
    effects,
    clock: {...effects.clock, sleep: () => never},
    signal: new AbortController().signal,
  } as unknown as PhaseContext;
  const link = {
    untilMark: async () => {
      await Promise.resolve();
      return say('the mark has come');
    },
    changed: {size: 0},
  } as unknown as Link;
  await attemptCutover(context, rolesOf(context, 'forward'), link);
  return calls.filter((call) => !call.endsWith('.rows'));
};

/** Where the first of them stands among the calls; every one must be there. */
const order = (calls: readonly string[], ...wanted: readonly string[]): readonly string[] => {
  for (const one of wanted) expect(calls, one).toContain(one);
  return wanted.toSorted((a, b) => calls.indexOf(a) - calls.indexOf(b));
};
const expectOrder = async (...wanted: readonly string[]): Promise<void> => expect(order(await attempt(), ...wanted)).toEqual(wanted);

test('the watchdog lives before anything is held, and until nothing is any more', () =>
  expectOrder('watchdog', 'switch holds', 'switch resumes', 'watchdog is dismissed'));

test('the reverse stream is there before the hold, because its slot may have to wait', () =>
  expectOrder('target.source.createStream reverse', 'reverse link: drop', 'switch holds'));

test('what a fence needs beforehand is made before the hold, because it may have to wait for open transactions', () =>
  expectOrder('source.fence.arm', 'watchdog', 'switch holds', 'source.fence.raise'));

test('what the stream carried is asked when nobody can write any more, and before the decision (H-25)', () =>
  expectOrder('source.fence.raise', 'source.source.probeSchema forward', 'source.fence.commit'));

test('sequences are read when nobody can draw from them any more', () =>
  expectOrder('source.fence.raise', 'source.source.readSequences', 'target.target.setSequences', 'source.fence.commit'));

test('no catalogue is read while clients wait', async () => {
  const calls = await attempt();
  expect(order(calls, 'tables of the source', 'switch holds')).toEqual(['tables of the source', 'switch holds']);
  expect(calls.slice(calls.indexOf('switch holds')).filter((call) => call.startsWith('tables'))).toEqual([]);
});

test('a last check that fails waits for what goes on beside it before anything is taken back', async () => {
  const calls = await attempt(() => Promise.reject(new Error('rows differ')));
  const wanted = ['target.target.setSequences', 'source.target.setProgress reverse', 'called off: rows differ', 'source.fence.release'];
  expect(order(calls, ...wanted)).toEqual(wanted);
});

test('the reverse stream begins after our last write, its reader gone', () =>
  expectOrder(
    'target.target.setSequences',
    'reverse link stops',
    'target.source.mark',
    'source.target.setProgress reverse',
    'source.fence.commit',
  ));

test('an attempt that was not decided takes its fence back before it lets go', () =>
  expectOrder('source.fence.commit', 'source.fence.release', 'switch resumes'));

test('no server may be promoted by itself from before the hold until nothing is held', async () => {
  await expectOrder('watchdog', 'failover is paused', 'failover is asked', 'switch holds');
  await expectOrder('switch resumes', 'failover is resumed', 'watchdog is dismissed');
});

test('it is asked again after the fence', async () => {
  const calls = await attempt();
  expect(calls.slice(calls.indexOf('source.fence.raise'), calls.indexOf('source.fence.commit'))).toContain('failover is asked');
});

test('what called it off is told to whoever has to doubt the comparison', () =>
  expectOrder('source.fence.commit', 'called off: the decision was refused: the test ends here'));

test('the other side is not opened before the decision', async () => expect(await attempt()).not.toContain('target.fence.open'));
