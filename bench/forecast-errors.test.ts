import {expect, test} from 'vitest';
import {errorsOf, forecastTable} from './forecast-errors.ts';

const report = (ms: number) => ({
  ...{at: '', factor: 4},
  lines: [
    {what: 'phase initial-load', forecastMs: 8000, ms, ratio: null},
    {what: 'phase assess', forecastMs: 2000, ms: 2000, ratio: null},
    {what: 'phase cutover', forecastMs: 100, ms: null, ratio: null},
    {what: 'longest hold', forecastMs: 500, ms: 400, ratio: null},
  ],
});

test('each line has its error, the sum is that of the phases that came to their end', () => {
  expect(errorsOf({seed: 1, factor: 4, report: report(10_000)}).map(({what, error}) => [what, Number(error.toFixed(2))])).toEqual([
    ['phase initial-load', 0.25],
    ['phase assess', 0],
    ['longest hold', -0.2],
    ['all phases', 0.2],
  ]);
});

test('the table has the median of the seeds, and each of them', () => {
  const errors = [10_000, 6000, 8000].flatMap((ms, i) => errorsOf({seed: i + 1, factor: 4, report: report(ms)}));
  expect(forecastTable(errors)).toContain('| 4 x | phase initial-load | 8.0 s | 8.0 s | +0 % | +25 %, -25 %, +0 % |');
});
