import {expect, test} from 'vitest';
import {RateWindow} from './rates.ts';

const at = (seconds: number, rowsCopied?: number, changesApplied?: number) => ({
  elapsedMs: seconds * 1000,
  gauges: {...(rowsCopied === undefined ? {} : {rowsCopied}), ...(changesApplied === undefined ? {} : {changesApplied})},
});

test('rates are those of the last ten seconds, and what stands still has none', () => {
  const rates = new RateWindow();
  expect(rates.at(at(0))).toEqual({});
  expect(rates.at(at(2, 400))).toEqual({rowsPerSecond: 200});
  for (let second = 3; second <= 20; second++) rates.at(at(second, 400, 50 * (second - 10)));
  expect(rates.at(at(21, 400, 550)), 'the copy is over for longer than that').toEqual({changesPerSecond: 50});
  expect(rates.at(at(40, 400, 550)), 'measured since the last look').toEqual({});
});

test('a count that begins anew is no rate below nothing', () => {
  const rates = new RateWindow();
  rates.at(at(0, 1000));
  expect(rates.at(at(1, 10))).toEqual({});
});
