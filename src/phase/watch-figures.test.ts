import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {JournalFact} from '../journal/journal.ts';
import {silentTelemetry, type Figure} from '../telemetry/telemetry.ts';
import {untilExceeded, type WatchedFigure} from './watch-figures.ts';

const EVERY_MS = 5000;

/** A window in which one figure is looked at as often as the test says. */
function watching(onExceeded: WatchedFigure['onExceeded'], forMs = 10_000) {
  const clock = fakeClock();
  const [notes, facts, figures, answers]: [string[], JournalFact[], Figure[], (number | Error)[]] = [[], [], [], []];
  const measure = async (): Promise<number> => {
    const answer = answers.shift() ?? 0;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const decided = Promise.withResolvers<string>();
  const begin = () =>
    untilExceeded(
      {
        ...{clock, signal: new AbortController().signal},
        figures: [{name: 'errors', max: 0.01, everyMs: EVERY_MS, forMs, onExceeded, measure}],
        telemetry: {...silentTelemetry(), note: (text) => void notes.push(text), figure: (figure) => void figures.push(figure)},
        record: async (fact) => void facts.push(fact),
      },
      () => decided.promise,
    );
  /** Looks that the given answers make, each `EVERY_MS` after the one before. */
  const look = async (...next: readonly (number | Error)[]): Promise<void> => {
    for (const answer of next) {
      answers.push(answer);
      await untilTrue('it sleeps', () => clock.sleepers() > 0);
      await clock.advance(EVERY_MS);
      await untilTrue('it has looked', () => answers.length === 0);
    }
  };
  return {begin, look, decided, notes, facts, figures};
}

test('a figure above its limit for its whole time takes the way back, with what was measured', async () => {
  const {begin, look, notes, figures} = watching('reverse');
  const over = begin();
  await look(0.02, 0.03, 0.04);
  expect(await over).toEqual({figure: 'errors', value: 0.04, max: 0.01, forMs: 10_000, measured: 3});
  expect(notes).toEqual(['errors is 0.02, above its limit 0.01', 'errors is 0.04, above its limit 0.01 for 10s (3 measurements)']);
  expect(figures.at(-1)).toEqual({name: 'errors', max: 0.01, value: 0.04});
});

test('one look within the limit, or one that could not be made, begins the time anew', async () => {
  const {begin, look, decided, notes} = watching('reverse');
  const over = begin();
  await look(0.02, 0.02, 0.01, 0.02, 0.02, new Error('connection refused'), 0.02, 0.02);
  decided.resolve('an operator decided');
  expect(await over).toBe('an operator decided');
  expect(notes).toContain('errors is 0.01, within its limit 0.01 again');
  expect(notes).toContain('errors could not be measured, so nothing is decided by it: connection refused');
});

test('what cannot be measured at all decides nothing, however long, and is said once', async () => {
  const {begin, look, decided, notes, figures} = watching('reverse');
  const over = begin();
  await look(...Array.from({length: 20}, () => new Error('connection refused')));
  decided.resolve('an operator decided');
  expect(await over).toBe('an operator decided');
  expect(notes).toHaveLength(1);
  expect(figures.at(-1)).toEqual({name: 'errors', max: 0.01});
});

test('unless the plan says otherwise it is told and put on record, once each time', async () => {
  const {begin, look, decided, facts} = watching('tell');
  const over = begin();
  await look(0.02, 0.02, 0.02, 0.02, 0.02, 0, 0.05, 0.05, 0.05);
  decided.resolve('an operator decided');
  expect(await over).toBe('an operator decided');
  expect(facts).toEqual([
    {type: 'note', text: 'errors is 0.02, above its limit 0.01 for 10s (3 measurements)'},
    {type: 'note', text: 'errors is 0.05, above its limit 0.01 for 10s (3 measurements)'},
  ]);
});
