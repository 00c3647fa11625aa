import {expect, it} from 'vitest';
import {rowOf, SimulatedSides} from '../../test/support/simulated-sides.ts';
import {sample} from './sample.ts';

const sides = (): SimulatedSides => {
  const made = new SimulatedSides();
  for (const id of ['1', '2', '3']) made.write(id, rowOf(id));
  made.apply();
  made.forget();
  return made;
};

it('looks at rows of both sides', async () => {
  const two = sides();
  two.target.delete('1');
  two.target.set('9', rowOf('9'));
  const report = await sample.verify(two.request());
  expect(report).toMatchObject({equal: false, differing: 2, tables: [{rows: '4', checksum: ''}]});
  expect(report.tables[0]?.differences.map(({key, kind}) => [...key, kind])).toEqual([
    ['1', 'missing'],
    ['9', 'extra'],
  ]);
  expect(two.memoriesOpen).toBe(0);
});

it('reads single rows only', async () => {
  const two = sides();
  expect(await sample.verify(two.request())).toMatchObject({equal: true});
  expect(two.reads.map(({what}) => what)).toEqual(['keys', 'keys']);
});
