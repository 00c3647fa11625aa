import {expect, test} from 'vitest';
import type {Attempt} from './client-log.ts';
import {longestGapMs, sideFaults, stalls} from './stalls.ts';

const SOURCE = 1;
const TARGET = 2;

const invoke = (seq: number, atMs: number) => ({type: 'invoke', client: 1, seq, kind: 'k', nonce: 'n', writes: [], atMs}) as const;
const ok = (seq: number, fromMs: number, toMs: number, side: number): Attempt => ({
  invoke: invoke(seq, fromMs),
  end: {type: 'ok', seq, side, atMs: toMs},
});
const fail = (seq: number, fromMs: number, toMs: number): Attempt => ({
  invoke: invoke(seq, fromMs),
  end: {type: 'fail', seq, error: '', atMs: toMs},
});

test('the stall is the longest wait that touches the window, not the time in which nothing was asked for', () => {
  const client = [ok(1, 0, 5, SOURCE), ok(2, 1000, 1300, TARGET), ok(3, 1310, 1315, TARGET), ok(4, 9000, 9900, TARGET)];
  expect(stalls([client], [{direction: 'forward', fromMs: 900, toMs: 1400}])).toEqual([
    {direction: 'forward', maxStallMs: 300, p99StallMs: 300},
  ]);
});

test('refusals in between belong to the wait', () => {
  const client = [ok(1, 0, 5, SOURCE), fail(2, 10, 400), ok(3, 410, 500, TARGET)];
  expect(stalls([client], [{direction: 'forward', fromMs: 0, toMs: 600}])[0]?.maxStallMs).toBe(490);
});

test('the 99th percentile is over all transactions of the window, not over the clients', () => {
  const busy = Array.from({length: 199}, (_, index) => ok(index + 1, index * 10, index * 10 + 2, SOURCE));
  const clients = [busy, [ok(1, 500, 900, TARGET)]];
  expect(stalls(clients, [{direction: 'forward', fromMs: 0, toMs: 2000}])).toEqual([
    {direction: 'forward', maxStallMs: 400, p99StallMs: 2},
  ]);
});

test('sides that take turns are no fault', () => {
  const clients = [
    [ok(1, 0, 5, SOURCE), ok(2, 10, 30, TARGET)],
    [ok(1, 0, 20, SOURCE), ok(2, 21, 31, TARGET)],
  ];
  expect(sideFaults(clients, 1, SOURCE)).toEqual([]);
});

test('two open sides are found within one client, and across clients', () => {
  const backAndForth = [ok(1, 0, 5, SOURCE), ok(2, 10, 30, TARGET), ok(3, 40, 50, SOURCE)];
  expect(sideFaults([backAndForth], 1, SOURCE)).toHaveLength(1);
  const late = [ok(1, 0, 5, SOURCE), ok(2, 40, 50, SOURCE), ok(3, 60, 70, TARGET)];
  const early = [ok(1, 0, 5, SOURCE), ok(2, 10, 30, TARGET)];
  expect(sideFaults([late, early], 1, SOURCE)).toHaveLength(1);
  expect(sideFaults([[ok(1, 0, 5, TARGET)]], 1, SOURCE)).toHaveLength(1);
});

test('the longest gap counts a wait that was never served until the end, and pauses', () => {
  expect(longestGapMs([[ok(1, 0, 5, SOURCE), fail(2, 10, 20), ok(3, 30, 405, SOURCE)], [ok(1, 0, 300, SOURCE)]])).toBe(400);
});
