import {expect, test} from 'vitest';
import {created, ended, journal, runner, START_MS, started, through} from '../../test/support/journal-facts.ts';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {forecastWords, liveForecast} from './live-forecast.ts';
import {watchView} from './watch-view.ts';

const phases = [
  {phase: 'initial-load', ms: 40_000, grows: true},
  {phase: 'catch-up', ms: 70_000, grows: false},
  {phase: 'verify-data', ms: 12_000, grows: true},
];
const forecast = {factor: 4, phases, heldMs: 60, targetBytes: null, keptLogBytes: null};
const verdicts = [{gate: 'rehearsed', go: true, evidence: 'rehearsed', forecast}];
const rehearsed: JournalFact = {type: 'gates-passed', phase: 'initial-load', verdicts};
/** An entry a minute: the load took one, and the catch-up is half a minute old. */
const catchingUp = [...through('assess', 'prepare-target'), rehearsed, ...through('initial-load'), started('catch-up')];

function seen(facts: readonly JournalFact[]) {
  const entries = journal([created, runner(1), ...facts]);
  const now = new Date(START_MS + (entries.length - 1) * 60_000 + 30_000);
  const state = runState(entries);
  return {forecast: liveForecast(entries, state, now), view: watchView({id: 'm1', state, entries, report: undefined, alive: true, now})};
}

test('phase by phase: what it took, what it has taken so far, what is to come', () => {
  const {forecast: told, view} = seen(catchingUp);
  expect(told?.lines.map(({what, forecastMs, ms, soFarMs}) => [what, forecastMs, ms, soFarMs])).toEqual([
    ['phase initial-load', 40_000, 60_000, null],
    ['phase catch-up', 70_000, null, 30_000],
    ['phase verify-data', 12_000, null, null],
    ['longest hold', 60, null, null],
  ]);
  expect(told && forecastWords(told)).toBe(
    'initial-load 1m00s of ~40s, catch-up 30s so far of ~1m10s, verify-data ~12s, longest hold ~60ms',
  );
  expect(view.phases.map(({name, time, forecast: words}) => [name, time, words]).slice(2, 6)).toEqual([
    ['initial-load', '1m00s', '~40s'],
    ['catch-up', '30s', '~1m10s'],
    ['verify-data', '', '~12s'],
    ['cutover', '', ''],
  ]);
});

test('a phase that the run comes back to is compared with its first visit, and watch says nothing of the second', () => {
  const back = [
    ...catchingUp,
    ended('catch-up'),
    ...through('verify-data'),
    started('cutover'),
    ended('cutover', 'back'),
    started('catch-up'),
  ];
  const {forecast: told, view} = seen(back);
  expect(told?.lines[1]).toMatchObject({ms: 60_000, soFarMs: null});
  expect(view.phases.find(({name}) => name === 'catch-up')?.forecast).toBe('');
});

test('status tells it in a line and in its document, and nothing without a rehearsal', async () => {
  await using state = await stateFolder();
  const ID = '0191aaaa-0000-7000-8000-000000000001';
  await state.begin(ID, created, runnerHere(), ...through('assess', 'prepare-target'));
  const status = async (...words: string[]) => (await type(['status', ...words, '--state', state.folder])).out;
  expect(await status()).not.toContain('forecast');
  expect(JSON.parse(await status('--json'))).toMatchObject({forecast: null});
  await state.append(ID, rehearsed, started('initial-load'));
  expect(await status()).toMatch(/^forecast: initial-load .* so far of ~40s, catch-up ~1m10s, /m);
  expect(JSON.parse(await status('--json'))).toMatchObject({
    forecast: {factor: 4, lines: [{what: 'phase initial-load', forecastMs: 40_000, ms: null, soFarMs: expect.any(Number)}, {}, {}, {}]},
  });
});
