import {expect, test} from 'vitest';
import {created, runner, signal, started, stateAfter, through} from '../../test/support/journal-facts.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {copyEnd, numbersLine} from './live-numbers.ts';

const samples = Array.from({length: 51}, (_, minute) => ({elapsedMs: minute * 60_000, copiedShare: minute / 100}));
const report: LiveReport = {at: '2026-05-01T10:50:00.000Z', elapsedMs: 3_000_000, gauges: {}, samples, notes: []};
const copying = [created, runner(1), ...through('assess', 'prepare-target'), started('initial-load')];

test('the end of a copy that goes on is told as a band', () => {
  const state = stateAfter(...copying);
  expect(numbersLine(state, true, report)).toMatch(/ \| ETA ~40-62m$/);
  expect(copyEnd(state, true, report)).toEqual({lowMs: expect.any(Number), highMs: expect.any(Number)});
});

test.each([
  ['has no runner', stateAfter(...copying), false],
  ['is paused', stateAfter(...copying, signal({type: 'pause'}), {type: 'paused', where: 'between chunks'}), true],
  ['has failed', stateAfter(...copying, {type: 'failed', code: 'CF-CONN-004', error: 'gone'}), true],
  ['is throttled', stateAfter(...copying, signal({type: 'throttle', percent: 50})), true],
] as const)('none of one that %s', (_how, state, alive) => {
  expect(numbersLine(state, alive, report)).not.toContain('ETA');
  expect(copyEnd(state, alive, report)).toBeUndefined();
});
