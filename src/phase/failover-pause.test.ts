/** What an attempt does with the automation's answers; that it asks at all is shown by the order of an attempt. */
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Failover} from '../failover/failover.ts';
import {TransientError} from '../model/errors.ts';
import {isAstray, pauseFailover, requirePrimaries, resumeFailover} from './failover-pause.ts';
import type {PhaseContext} from './phase.ts';

const trouble = (): TransientError => new TransientError('no answer', {code: 'CF-FAILOVER-001', next: 'ask it by hand'});

/** Fails as often as `failures` says. */
const world = (more: {failures?: number; primary?: string; paused?: boolean; isResumed?: boolean; isPausedOnRecord?: boolean} = {}) => {
  const clock = fakeClock();
  const stop = new AbortController();
  const [calls, waits]: [string[], (string | undefined)[]] = [[], []];
  let failures = more.failures ?? 0;
  const act = async (what: string): Promise<void> => {
    calls.push(what);
    if (failures-- > 0) throw trouble();
  };
  const one = {primary: more.primary ?? 'one:5432', planned: 'one:5432', isPaused: more.paused ?? true};
  const failover: Failover = {
    pause: () => act('pause'),
    resume: () => act('resume'),
    observe: async () => act('observe').then(() => ({source: one, target: one})),
  };
  const context = {
    ...{failover, clock, signal: stop.signal, isResumed: more.isResumed ?? false},
    isFailoverPaused: async () => more.isPausedOnRecord ?? true,
    steps: {each: (_: string, work: () => Promise<unknown>) => work()},
    telemetry: {note: () => undefined, wait: (_: string, wait?: {cause: string}) => waits.push(wait?.cause)},
  } as unknown as PhaseContext;
  return {context, clock, calls, waits, stop};
};

test('a pause that failed, or that is seen not to hold, is a failure that can be called off', async () => {
  const refused = world({failures: 1});
  await expect(pauseFailover(refused.context, 1)).rejects.toThrow(TransientError);
  expect(refused.calls).toEqual(['pause']);
  await expect(pauseFailover(world({paused: false}).context, 1)).rejects.toMatchObject({code: 'CF-FAILOVER-001'});
  await expect(requirePrimaries(world({paused: false}).context, 'fenced')).rejects.toMatchObject({code: 'CF-FAILOVER-001'});
  await pauseFailover(world().context, 1);
});

test.each([
  ['before the hold', 'pausing', false, 'TerminalError'],
  ['after the fence', 'fenced', false, 'TerminalError'],
  ['after the decision', 'decided', false, 'OwnershipUnknownError'],
  ['before a dead runner’s fence rows are trusted', 'looking', true, 'OwnershipUnknownError'],
] as const)('another primary %s', async (_, stage, isResumed, kind) => {
  const error: unknown = await requirePrimaries(world({primary: 'three:5432', isResumed}).context, stage).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({code: 'CF-FAILOVER-002', message: expect.stringContaining('three:5432')});
  expect((error as Error).constructor.name).toBe(kind);
  expect(isAstray(error)).toBe(true);
});

test('after the decision the automation need not wait any more, and a question is asked three times', async () => {
  await requirePrimaries(world({paused: false}).context, 'decided');
  const slow = world({failures: 2});
  const asked = requirePrimaries(slow.context, 'decided');
  while (slow.calls.length < 3) await slow.clock.advance(500);
  await asked;
  const silent = world({failures: 9});
  const refused = expect(requirePrimaries(silent.context, 'decided')).rejects.toThrow(/cannot be asked: no answer/);
  while (silent.calls.length < 3) await silent.clock.advance(500);
  await refused;
  await expect(requirePrimaries(world({failures: 1}).context, 'fenced')).rejects.toThrow(TransientError);
});

test('a resume that fails is told and tried again; an undo fails instead; what nobody paused is left alone', async () => {
  const {context, calls, waits, clock} = world({failures: 2});
  const resumed = resumeFailover(context, 1);
  while (calls.length < 3) await clock.advance(5_000);
  await resumed;
  expect(waits).toEqual([...Array<string>(2).fill('the failover automation is still paused: no answer'), undefined]);
  await expect(resumeFailover(world({failures: 1}).context, 1, 'once')).rejects.toThrow('no answer');
  const untouched = world({isPausedOnRecord: false});
  await resumeFailover(untouched.context, 1);
  expect(untouched.calls).toEqual([]);
});

test('a run that is to stop tries once', async () => {
  const {context, calls, stop} = world({failures: 9});
  stop.abort();
  await expect(resumeFailover(context, 1)).rejects.toThrow('no answer');
  expect(calls).toEqual(['resume']);
});
