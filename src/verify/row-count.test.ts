import {expect, it} from 'vitest';
import {rowOf, SimulatedSides} from '../../test/support/simulated-sides.ts';
import {rowCount} from './row-count.ts';
import {ROUNDS_MAX} from './settle.ts';

const sides = (): SimulatedSides => {
  const made = new SimulatedSides();
  for (const id of ['1', '2', '3']) made.write(id, rowOf(id));
  made.apply();
  return made;
};

it('is equal when the counts are', async () => {
  expect(await rowCount.verify(sides().request())).toMatchObject({equal: true, tables: [{rows: '3'}]});
});

it('says how many rows are missing when both sides stand still, and names none', async () => {
  const two = sides();
  two.target.clear();
  const report = await rowCount.verify(two.request({evidence: undefined}));
  expect(report).toMatchObject({equal: false, differing: 3, tables: [{differences: [{key: [], kind: 'missing'}]}]});
});

it('says how many are too many', async () => {
  const two = sides();
  two.target.set('9', rowOf('9'));
  expect(await rowCount.verify(two.request({evidence: undefined}))).toMatchObject({
    differing: 1,
    tables: [{differences: [{kind: 'extra'}]}],
  });
});

it('waits for rows that are on their way', async () => {
  const two = sides();
  two.write('4', rowOf('4'));
  expect(await rowCount.verify(two.request())).toMatchObject({equal: true, tables: [{rows: '4'}]});
});

it('could not compare counts that never agree while the sides are in use', async () => {
  const two = sides();
  two.target.clear();
  await expect(rowCount.verify(two.request())).rejects.toMatchObject({code: 'CF-VERIFY-002'});
  expect(two.reads).toHaveLength(2 * ROUNDS_MAX);
});
