import {expect, test} from 'vitest';
import {Interruption} from './interruption.ts';

const recorded = (interruption: Interruption): string[] => {
  const record: string[] = [];
  interruption.onPause(async (isPaused, where) => void record.push(`${isPaused ? 'paused' : 'resumed'} ${where}`));
  return record;
};

/** Lets everything run that can. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test('several copies that stand at a pause are one pause', async () => {
  const interruption = new Interruption();
  const record = recorded(interruption);
  interruption.paused = true;
  const copies = [interruption.pausePoint('between chunks'), interruption.pausePoint('between chunks')];
  await settle();
  interruption.paused = false;
  await Promise.all(copies);
  expect(record).toEqual(['paused between chunks', 'resumed between chunks']);
});

test('a long wait takes a pause at once, and gives an answer that came meanwhile after it', async () => {
  const interruption = new Interruption();
  const record = recorded(interruption);
  const {promise, resolve} = Promise.withResolvers<string>();
  const waiting = interruption.pausable('in the window', promise).then((answer) => record.push(answer));
  interruption.paused = true;
  await settle();
  resolve('reverse');
  await settle();
  expect(record).toEqual(['paused in the window']);
  interruption.paused = false;
  await waiting;
  expect(record).toEqual(['paused in the window', 'resumed in the window', 'reverse']);
});

test('an abort breaks off a pause, and a wait', async () => {
  const paused = new Interruption();
  paused.paused = true;
  const standing = paused.pausePoint('between chunks');
  paused.abort();
  await expect(standing).rejects.toBe(paused.reason);
  await expect(paused.pausable('in the window', Promise.resolve(1))).rejects.toBe(paused.reason);
});
