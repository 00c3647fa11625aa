import {expect, test} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import {memoryJournal} from '../journal/memory-journal.ts';
import {SignalWatch} from './signal-watch.ts';

const open = () => {
  const journal = memoryJournal('m', realEffects());
  return {journal, watch: new SignalWatch(journal, realEffects().clock, 0)};
};

test('a wait that begins after the run was stopped ends at once', async () => {
  const {watch} = open();
  await expect(watch.next(['complete'], [], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  watch.close();
});

test('a signal that came earlier counts, one that comes later is heard', async () => {
  const {journal, watch} = open();
  const never = new AbortController().signal;
  expect(await watch.next(['cutover'], [{type: 'pause'}, {type: 'cutover'}], never)).toEqual({type: 'cutover'});
  const heard = watch.next(['reverse'], [], never);
  await journal.append({
    type: 'signal',
    signal: {type: 'reverse'},
    actor: {kind: 'person', name: 'ann', authenticated: false},
    reason: undefined,
  });
  expect(await heard).toEqual({type: 'reverse'});
  watch.close();
});
