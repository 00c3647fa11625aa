import {expect, test} from 'vitest';
import type {SequenceState} from './sequence-state.ts';
import {parseSequence, sequenceTarget, setBelow} from './sequence-target.ts';

const MARGIN = 10_000n;
const state = (more: Partial<SequenceState>): SequenceState => ({
  name: {schema: 's', name: 'q'},
  last: '500',
  isCalled: true,
  increment: '1',
  cache: '1',
  min: '1',
  max: '9223372036854775807',
  ...more,
});
const target = (more: Partial<SequenceState>) => sequenceTarget(parseSequence(state(more)), MARGIN);

test('a sequence goes on beyond what sessions may hold in their caches', () => {
  expect(target({cache: '20'})).toEqual({value: 500n + 10_020n, isCalled: true});
  expect(target({increment: '-1', last: '-500', min: '-9223372036854775808', max: '-1'})).toEqual({value: -10_501n, isCalled: true});
  expect(target({isCalled: false})).toEqual({value: 500n, isCalled: false});
});

test('one that others go on drawing from leaves them room, even when nobody has drawn yet', () => {
  expect(target({shared: 'leaves-room'})).toEqual({value: 100_000_501n, isCalled: true});
  expect(target({shared: 'leaves-room', isCalled: false, last: '1'})).toEqual({value: 100_000_002n, isCalled: true});
  expect(target({shared: 'leaves-room', increment: '-2', last: '-2', min: '-9223372036854775808', max: '-1'}).value).toBe(-200_000_004n);
});

test('of a small one it takes a part of what is left, so that several ways there and back fit', () => {
  expect(target({shared: 'leaves-room', last: '1000', max: '32767'}).value).toBe(1000n + 7941n + 1n);
  expect(target({shared: 'leaves-room', last: '32700', max: '32767'}).value).toBe(32_717n);
});

test('on the way back the usual margin is enough', () => {
  expect(target({shared: 'never-back'}).value).toBe(10_501n);
});

test('a shared one is set only where it is well behind; where there is no room left, wherever it is behind at all', () => {
  const sequence = parseSequence(state({shared: 'never-back'}));
  expect(setBelow(sequence, 10_501n)).toBe(9501n);
  expect(setBelow(sequence, 500n)).toBe(500n);
  expect(setBelow(parseSequence(state({shared: 'never-back', last: '-500', increment: '-1'})), -10_501n)).toBe(-9501n);
  expect(setBelow(parseSequence(state({})), 10_501n)).toBeUndefined();
});
