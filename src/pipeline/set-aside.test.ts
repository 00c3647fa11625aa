import {expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import type {TableName} from '../model/table.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';
import {PARKED_MAX, SetAside} from './set-aside.ts';

const notes: TableName = {schema: 'store', name: 'notes'};
const refused = (...ids: readonly string[]) => ids.map((id) => ({table: notes, key: [id], reason: '22001: too long'}));

function opened() {
  const seen: {gauge: number; wait: Wait | undefined; notes: string[]} = {gauge: -1, wait: undefined, notes: []};
  const telemetry: Pick<Telemetry, 'gauge' | 'wait' | 'note'> = {
    gauge: (_, value) => void (seen.gauge = value),
    wait: (_, wait) => void (seen.wait = wait),
    note: (text) => void seen.notes.push(text),
  };
  let nowMs = 0;
  const {clock} = recordingEffects();
  const aside = new SetAside({...clock, monotonicMs: () => nowMs, now: () => new Date(nowMs)}, telemetry);
  return {aside, seen, later: (ms: number) => void (nowMs += ms)};
}

test('rows that are parked are counted, said with a number, an owner and what to do, and gone when they were taken', () => {
  const {aside, seen, later} = opened();
  aside.park(refused('1', '2'));
  later(1_000);
  aside.park(refused('2', '3'));
  expect(aside.parked).toBe(3);
  expect(seen.gauge).toBe(3);
  expect(seen.wait).toMatchObject({
    cause: '3 rows of store.notes cannot go back and are parked (crossfade parked)',
    since: '1970-01-01T00:00:00.000Z',
    next: {command: 'crossfade parked'},
  });
  expect(seen.notes, 'once, not per row').toEqual(['a row of store.notes cannot go back and is parked: 22001: too long']);
  aside.settle(notes, [['1'], ['2'], ['3']], refused('3'));
  expect([aside.parked, seen.wait?.cause, seen.wait?.since]).toEqual([
    1,
    '1 row of store.notes cannot go back and is parked (crossfade parked)',
    '1970-01-01T00:00:00.000Z',
  ]);
  aside.settle(notes, [['3']], []);
  expect(seen).toMatchObject({gauge: 0, wait: undefined});
});

test('a change that meets one of them with either key is not applied; any other is', () => {
  const {aside} = opened();
  const change = (key: string, oldKey?: string) =>
    ({kind: 'update', table: notes, key: [key], row: {}, ...(oldKey ? {oldKey: [oldKey]} : {})}) as const;
  expect(aside.met(change('1'))).toEqual([]);
  aside.park(refused('1'));
  expect(aside.met(change('1'))).toEqual([{table: notes, key: ['1']}]);
  expect(aside.met(change('2', '1'))).toHaveLength(2);
  expect(aside.met(change('1', '2'))).toHaveLength(2);
  expect(aside.met(change('2', '3'))).toEqual([]);
  aside.add([{table: notes, key: ['2']}]);
  expect(aside.met(change('2')), 'before it was read again').toHaveLength(1);
  expect(aside.parked).toBe(1);
  aside.clear([notes]);
  expect([aside.met(change('1')), aside.parked]).toEqual([[], 0]);
});

test('now and then all that is parked is looked at again, because another row may have been in the way', () => {
  const {aside, later} = opened();
  aside.park(refused('1'));
  expect(aside.due()).toEqual([]);
  later(30_000);
  expect(aside.due()).toMatchObject([{key: ['1']}]);
  expect(aside.due()).toEqual([]);
  later(30_000);
  aside.settle(notes, [['1']], refused('1'));
  expect(aside.due(), 'what is refused again does not wait anew').toHaveLength(1);
});

test('so many that they are no exceptions end the stream', () => {
  const {aside} = opened();
  aside.park(refused(...Array.from({length: PARKED_MAX}, (_, i) => String(i))));
  aside.park(refused('1'));
  expect(() => aside.park(refused('one more'))).toThrow(expect.objectContaining({code: 'CF-PARK-002'}));
});
