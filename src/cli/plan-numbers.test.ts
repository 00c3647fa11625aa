import {expect, test} from 'vitest';
import {runState} from '../journal/run-state.ts';
import {created, journal} from '../../test/support/journal-facts.ts';
import {stallWords, windowWords} from './plan-numbers.ts';

const state = (plan: unknown) => runState(journal([{...created, plan} as typeof created]));

test('a question says how long writes may stop, and until when it can be undone', () => {
  const planned = state({cutover: {stallBudgetMs: 5_000}, reverse: {windowMs: 7 * 86_400_000}});
  expect(stallWords(planned)).toBe("5s, the plan's stall budget,");
  expect(windowWords(planned)).toBe('for 7d00h at least, until crossfade complete');
  expect(stallWords(state({cutover: {stallBudgetMs: 500}}))).toBe("500ms, the plan's stall budget,");
  expect([stallWords(state({})), windowWords(state({reverse: {windowMs: 0}}))]).toEqual([
    "the plan's stall budget",
    'until crossfade complete',
  ]);
});
