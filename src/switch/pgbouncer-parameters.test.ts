import {expect, test} from 'vitest';
import {carriedOver} from './pgbouncer-parameters.ts';

const FOREIGN = ['scram_iterations', 'New_One'];

test('from 1.26 on everything that is reported is carried over', () => {
  expect(carriedOver({version: 'PgBouncer 1.26.1', extra: ''}, FOREIGN)).toEqual(FOREIGN);
  expect(carriedOver({version: 'PgBouncer 2.0.0', extra: ''}, FOREIGN)).toEqual(FOREIGN);
  expect(carriedOver({version: 'of another make', extra: ''}, FOREIGN)).toEqual(FOREIGN);
});

test('before it only what the configuration names, and there is nothing to carry where the next server knows all', () => {
  expect(carriedOver({version: 'PgBouncer 1.18.0', extra: ''}, FOREIGN)).toEqual([]);
  expect(carriedOver({version: 'PgBouncer 1.25.2', extra: 'IntervalStyle, new_one'}, FOREIGN)).toEqual(['New_One']);
  expect(carriedOver({version: 'PgBouncer 1.26.1', extra: ''}, [])).toEqual([]);
});
