/** Rows that change all the while are given a quiet moment, a few at a time. */
import {expect, test} from 'vitest';
import type {Key} from '../model/change.ts';
import {keyText} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import type {Pass} from './read-both.ts';
import {settle} from './settle.ts';

const table = {name: {schema: 'post', name: 'visits'}, key: ['id']} as unknown as Table;
const bracket = {before: '1', after: '1', applied: '1', sees: () => true};

/** Two equal sides in use: each row has changed whenever it is looked at, unless its writers wait. Counts the rows of each hold. */
const busySides = () => {
  const holds: number[] = [];
  let isHeld = false;
  const side = {
    compare: {
      rowDigests: async (_table: Table, keys: readonly Key[]) => ({
        rows: new Map(keys.map((key) => [keyText(key), {key, hash: isHeld ? 'same' : `${Math.random()}`}])),
        bracket,
      }),
      async holding<T>(_table: Table, keys: readonly Key[], act: () => Promise<T>): Promise<T> {
        holds.push(keys.length);
        isHeld = true;
        return act().finally(() => (isHeld = false));
      },
    },
  };
  const pass = {
    request: {
      from: side,
      to: side,
      evidence: {reached: async () => {}},
      direction: 'forward',
      compare: () => 0,
      signal: new AbortController().signal,
    },
    memory: {touched: () => true, pending: () => false, isParked: (_: unknown, [id]: Key) => id === 'parked'},
    effort: {waits: 0, retries: 0, held: 0},
  } as unknown as Pass;
  return {pass, holds};
};

const keys = (count: number): Key[] => Array.from({length: count}, (_, i) => [`${i}`]);

test('more rows than one hold takes are held in turn', async () => {
  const {pass, holds} = busySides();
  expect(await settle(pass, table, keys(120))).toEqual({found: [], uncompared: []});
  expect(holds).toEqual([50, 50, 20]);
});

test('of rows without number nobody waits: they stay uncompared', async () => {
  const {pass, holds} = busySides();
  expect((await settle(pass, table, keys(1_001))).uncompared).toHaveLength(1_001);
  expect(holds).toEqual([]);
});

test('a row that is known to differ is looked at once, and held up for nobody', async () => {
  const {pass, holds} = busySides();
  expect(await settle(pass, table, [['parked']])).toEqual({found: [], uncompared: [['parked']]});
  expect(holds).toEqual([]);
});
