import {expect, test} from 'vitest';
import {signal} from '../../test/support/journal-facts.ts';
import {realEffects} from '../../test/support/effects.ts';
import type {HeardSignal, Signal} from '../journal/journal.ts';
import {memoryJournal} from '../journal/memory-journal.ts';
import {SignalWatch} from './signal-watch.ts';

const open = () => {
  const journal = memoryJournal('m', realEffects());
  return {journal, watch: new SignalWatch(journal, realEffects().clock, 0)};
};
const none = async () => [];
const never = new AbortController().signal;
const heard = (seq: number, type: 'pause' | 'cutover' | 'complete'): HeardSignal => ({seq, at: '', signal: {type}});

test('a wait that begins after the run was stopped ends at once', async () => {
  const {watch} = open();
  await expect(watch.next(['complete'], none, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  watch.close();
});

test('a signal that came earlier counts, one that comes later is heard', async () => {
  const {journal, watch} = open();
  expect(await watch.next(['cutover'], async () => [heard(4, 'pause'), heard(5, 'cutover')], never)).toEqual(heard(5, 'cutover'));
  const next = watch.next(['reverse'], none, never);
  await journal.append(signal({type: 'reverse'}));
  expect(await next).toMatchObject({seq: 1, signal: {type: 'reverse'}});
  watch.close();
});

test('one that comes while the earlier ones are being read is not lost', async () => {
  const {journal, watch} = open();
  const read = Promise.withResolvers<readonly HeardSignal[]>();
  const next = watch.next(['reverse'], () => read.promise, never);
  const isHeard = new Promise<Signal>((resolve) => watch.onSignal((_entry, one) => resolve(one)));
  await journal.append(signal({type: 'reverse'}));
  await isHeard;
  read.resolve([]);
  expect(await next).toMatchObject({signal: {type: 'reverse'}});
  watch.close();
});

test('one that was answered already does not count again', async () => {
  const {journal, watch} = open();
  const next = watch.next(['complete'], async () => [heard(1, 'complete')], never, 1);
  await journal.append(signal({type: 'complete'}));
  await journal.append(signal({type: 'complete'}));
  expect(await next).toMatchObject({seq: 2});
  watch.close();
});
