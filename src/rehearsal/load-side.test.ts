import {expect, test} from 'vitest';
import {textTable} from '../../test/support/text-table.ts';
import type {LoadClient, Rehearsing} from '../engine/engine.ts';
import type {ColumnMapping} from '../mapping/mapping.ts';
import {forwardMapping} from '../mapping/table-mapping.ts';
import {mapped, straight} from './load-side.ts';

const [here, there] = [textTable('shop', 'people', 'id', 'is_on', 'born'), textTable('Shop', 'people', 'id', 'on', 'born')];

const one = (source: string, target: string, words: Readonly<Record<string, string>>): ColumnMapping => {
  const back = Object.fromEntries(Object.entries(words).map(([key, value]) => [value, key]));
  return {
    source: [source],
    target: [target],
    isPlain: false,
    asKey: 'converted',
    type: undefined,
    stops: undefined,
    forward: ([value = null]) => [value === null ? null : (words[value] ?? value)],
    reverse: ([value = null]) => [value === null ? null : (back[value] ?? value)],
  };
};
/** A date of zeros becomes NULL, and does not come back as it was. */
const mapping = forwardMapping(
  here,
  there,
  [
    one('id', 'id', {}),
    one('is_on', 'on', {'1': 'true', '0': 'false'}),
    {...one('born', 'born', {}), forward: ([value = null]) => [value === '0000-00-00' ? null : value]},
  ],
  true,
);

const written: unknown[] = [];
const client: LoadClient = {
  update: async (...words) => (written.push(words), 'done'),
  replace: async (...words) => (written.push(words), 'done'),
  read: async () => ({id: '7', on: 'true', born: '2001-01-01'}),
  close: async () => {},
};
const side = {some: async () => [], client: async () => client} as unknown as Rehearsing;

test('what is written to the target is what the migration makes of it, and what is read is shown by the source’s names', async () => {
  const way = await mapped(side, async () => [mapping]).client();
  written.length = 0;
  expect(await way.update(here, ['7'], 'is_on', '1')).toBe('done');
  expect(await way.replace(here, ['7'], {id: '7', is_on: '0', born: null})).toBe('done');
  expect(written).toEqual([
    [mapping.writes, ['7'], 'on', 'true'],
    [mapping.writes, ['7'], {id: '7', on: 'false', born: null}],
  ]);
  expect(await way.read(here, ['7'])).toEqual({id: '7', is_on: 'true', born: '2001-01-01'});
  expect([way.asHeld(here, 'is_on', '1'), way.asHeld(here, 'born', null)]).toEqual(['true', null]);
});

test('a value that cannot go there is refused, and nothing is written', async () => {
  const way = await mapped(side, async () => [mapping]).client();
  written.length = 0;
  expect(await way.update(here, ['7'], 'born', '0000-00-00')).toBe('refused');
  expect(await way.replace(here, ['7'], {id: '7', is_on: '1', born: '0000-00-00'})).toBe('refused');
  expect(written).toEqual([]);
});

test('a target without tables is closed, and asked again', async () => {
  let isThere = false;
  const way = await mapped(side, async () => {
    if (!isThere) throw new Error('no tables');
    return [mapping];
  }).client();
  expect(await way.update(here, ['7'], 'is_on', '1')).toBe('closed');
  isThere = true;
  expect(await way.update(here, ['7'], 'is_on', '1')).toBe('done');
});

test('where every value keeps its text it is written and looked at like any other', async () => {
  const plain = (name: string): ColumnMapping => ({...one(name, name, {}), isPlain: true, asKey: 'same'});
  const same = forwardMapping(
    here,
    here,
    here.columns.map(({name}) => plain(name)),
    true,
  );
  const way = await mapped(side, async () => [same]).client();
  written.length = 0;
  expect(await way.update(here, ['7'], 'born', '2001-01-01')).toBe('done');
  expect(written).toEqual([[here, ['7'], 'born', '2001-01-01']]);
  expect(await way.read(here, ['7'])).toEqual({id: '7', is_on: null, born: '2001-01-01'});
  expect(way.asHeld(here, 'born', '2001-01-01')).toBe('2001-01-01');
});

test('a side of the same engine is written as it is', async () => {
  const way = await straight(side).client();
  written.length = 0;
  expect(await way.update(here, ['7'], 'is_on', '1')).toBe('done');
  expect(written).toEqual([[here, ['7'], 'is_on', '1']]);
  expect(way.asHeld(here, 'is_on', '1')).toBe('1');
});
