import {describe, expect, test} from 'vitest';
import type {Attempt, End, Write} from './client-log.ts';
import {type ActualState, judge, type LedgerRow, placeOf} from './expected-state.ts';

const at = {atMs: 0};
const row = (key: string, value: string | null): Write => ({table: 'preferences', key, value: value === null ? null : [value]});

function attempt(seq: number, end: End['type'] | 'none', ...writes: Write[]): Attempt {
  const invoke = {type: 'invoke', client: 1, seq, kind: 'prefer', nonce: `n${seq}`, writes, ...at} as const;
  if (end === 'ok') return {invoke, end: {type: 'ok', seq, side: 1, ...at}};
  return {invoke, end: end === 'none' ? undefined : {type: end, seq, error: '', ...at}};
}

const ledgerOf = (...seqs: number[]): LedgerRow[] => seqs.map((seq) => ({client: 1, seq, nonce: `n${seq}`, kind: 'prefer'}));

const state = (ledger: LedgerRow[], ...rows: Write[]): ActualState => {
  const byPlace = Map.groupBy(rows, placeOf);
  return {ledger, rows: new Map([...byPlace].map(([place, own]) => [place, own.map(({value}) => value)]))};
};

function counts(attempts: Attempt[], actual: ActualState): [lost: number, duplicated: number, corrupt: number] {
  const {lost, duplicated, corrupt} = judge([attempts], actual);
  return [lost.size, duplicated.size, corrupt.size];
}

describe('the oracle', () => {
  const a1 = row('a', '1');
  const a2 = row('a', '2');

  test('is content when everything acknowledged is there and nothing else', () => {
    const attempts = [attempt(1, 'ok', a1), attempt(2, 'ok', a2), attempt(3, 'fail', row('b', '1'))];
    expect(counts(attempts, state(ledgerOf(1, 2), a2))).toEqual([0, 0, 0]);
  });

  test.each<[string, Attempt[], ActualState, [number, number, number]]>([
    ['a transaction that is gone counts once, with all its rows', [attempt(1, 'ok', a1, row('b', '1'))], state([]), [1, 0, 0]],
    ['a row that is gone', [attempt(1, 'ok', a1)], state(ledgerOf(1)), [1, 0, 0]],
    ['a delete that is gone', [attempt(1, 'ok', a1), attempt(2, 'ok', row('a', null))], state(ledgerOf(1, 2), a1), [1, 0, 0]],
    ['carried out twice', [attempt(1, 'ok', a1)], state(ledgerOf(1, 1), a1), [0, 1, 0]],
    ['a row that is there twice', [attempt(1, 'ok', a1)], state(ledgerOf(1), a1, a1), [0, 1, 0]],
    ['an older value', [attempt(1, 'ok', a1), attempt(2, 'ok', a2)], state(ledgerOf(1, 2), a1), [0, 0, 1]],
    ['refused, yet there', [attempt(1, 'fail', a1)], state(ledgerOf(1), a1), [0, 0, 2]],
    ['a row that nobody wrote', [], state([], a1), [0, 0, 1]],
    ['a ledger row that nobody wrote', [], state(ledgerOf(9)), [0, 0, 1]],
    ['unknown and there twice', [attempt(1, 'unknown', a1)], state(ledgerOf(1, 1), a1), [0, 1, 0]],
    ['unknown and there by half', [attempt(1, 'unknown', a1)], state(ledgerOf(1)), [1, 0, 0]],
    ['unknown and there by the other half', [attempt(1, 'unknown', a1)], state([], a1), [0, 0, 1]],
  ])('finds: %s', (_, attempts, actual, expected) => {
    expect(counts(attempts, actual)).toEqual(expected);
  });

  test.each(['unknown', 'none'] as const)('lets a transaction without a known end (%s) be there or not, as a whole', (end) => {
    expect(counts([attempt(1, end, a1)], state(ledgerOf(1), a1))).toEqual([0, 0, 0]);
    expect(counts([attempt(1, end, a1)], state([]))).toEqual([0, 0, 0]);
  });
});
