import {expect, test} from 'vitest';
import {takeTurns, type Turns} from './take-turns.ts';

/** Each look or act answers the next of its list, and throws what is an error; time is told by how long was waited for. */
function turns(script: {readonly ended?: unknown[]; readonly holder?: unknown[]; readonly work?: unknown[]}, takesMs = 0) {
  const waits: number[] = [];
  const notes: string[] = [];
  const over = new AbortController();
  let nowMs = 0;
  const next = (list: unknown[] | undefined) => async (): Promise<never> => {
    const answer = list?.shift();
    if (answer instanceof Error) throw answer;
    return answer as never;
  };
  const work = next(script.work);
  const options: Turns<string> = {
    ended: next(script.ended),
    holder: next(script.holder),
    work: async () => {
      nowMs += takesMs;
      return work();
    },
    verdict: (error) => (error as Error).cause as 'again',
    clock: {
      monotonicMs: () => nowMs,
      sleep: async (ms: number) => void waits.push(ms),
      now: () => new Date(nowMs),
    } as Turns<string>['clock'],
    note: (text) => void notes.push(text),
    signal: over.signal,
  };
  return {waits, notes, over, taken: () => takeTurns(options)};
}

const failing = (message: string, cause: string): Error => new Error(message, {cause});

test('it stands by while somebody works, says so once, and works when nobody does', async () => {
  const {taken, waits, notes} = turns({holder: ['ann works', 'ann works', undefined], work: ['done']});
  expect(await taken()).toBe('done');
  expect(waits).toEqual([1000, 1000]);
  expect(notes).toEqual(['stands by: ann works']);
});

test('another that was quicker, or has taken over, is no failure; the end that it comes to is the end', async () => {
  const {taken, notes} = turns({ended: [undefined, 'over'], work: [failing('another runner holds this migration', 'stands by')]});
  expect(await taken()).toBe('over');
  expect(notes).toEqual(['another runner holds this migration; stands by']);
});

test('what may be better in a moment is tried again, later each time, and from the beginning once it has worked for a while', async () => {
  const away = (): Error => failing('the source is away', 'again');
  const often = turns({holder: [away(), away(), away(), away(), away(), away(), away(), undefined], work: ['done']});
  expect(await often.taken()).toBe('done');
  expect(often.waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  expect(often.notes).toEqual(['the source is away; it is tried again']);
  const late = turns({work: [away(), away(), 'done']}, 60_000);
  expect(await late.taken()).toBe('done');
  expect(late.waits).toEqual([1000, 1000]);
});

test('what a person has to settle ends it', async () => {
  const {taken, waits} = turns({work: [failing('the slot is gone', 'ends')]});
  await expect(taken()).rejects.toThrow('the slot is gone');
  expect(waits).toEqual([]);
});

test('told to leave while it stands by, it leaves', async () => {
  const {taken, over} = turns({holder: ['ann works', 'ann works']});
  const end = taken();
  over.abort();
  expect(await end).toBeUndefined();
});
