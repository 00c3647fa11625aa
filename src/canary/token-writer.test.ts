import {expect, test} from 'vitest';
import {type FakeClock, fakeClock} from '../../test/support/clock.ts';
import {recordingEffects} from '../../test/support/effects.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import {TokenWriter} from './token-writer.ts';
import {waitsOf} from './waits.ts';

class Refused extends Error {}

/** A path that answers when the test says so. */
function heldPath() {
  const sent: {values: readonly string[]; answer(error?: Error): void}[] = [];
  const path: ApplicationPath = {
    name: 'held',
    roles: async () => ({source: 'app', target: 'app'}),
    send: (_, values) =>
      new Promise((resolve, reject) => sent.push({values, answer: (error) => (error ? reject(error) : resolve([{client: '1'}]))})),
    isRefusal: (error) => error instanceof Refused,
    close: async () => sent.at(-1)?.answer(new Error('cut')),
  };
  return {path, sent};
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function start(): {writer: TokenWriter; sent: ReturnType<typeof heldPath>['sent']; clock: FakeClock} {
  const {path, sent} = heldPath();
  const clock = fakeClock();
  const writer = new TokenWriter({path, client: 1, migration: 'm', attempt: 7, effects: recordingEffects({clock})});
  writer.start();
  return {writer, sent, clock};
}

/** Answers the statement under way after that time, and lets the next one begin. */
async function answer({sent, clock}: Pick<ReturnType<typeof start>, 'sent' | 'clock'>, afterMs: number, error?: Error): Promise<void> {
  await clock.advance(afterMs);
  sent.at(-1)?.answer(error);
  await turn();
  await clock.advance(20);
  await turn();
}

test('every token is sent once, and what an error leaves open stays unknown', async () => {
  const {writer, sent, clock} = start();
  await turn();
  await answer({sent, clock}, 1);
  await answer({sent, clock}, 1, new Refused('closed'));
  await answer({sent, clock}, 1, new Error('the connection was lost'));
  await answer({sent, clock}, 1);
  expect(writer.written.map(({seq, outcome}) => [seq, outcome])).toEqual([
    [1, 'acknowledged'],
    [2, 'refused'],
    [3, 'unknown'],
    [4, 'acknowledged'],
    [5, 'unknown'],
  ]);
  expect(new Set(sent.map(({values}) => values[2])).size).toBe(sent.length);
  expect(writer.lastError).toBe('the connection was lost');
});

test('the stall is the longest time between two acknowledgements, errors in between and the one under way included', async () => {
  const {writer, sent, clock} = start();
  await turn();
  await answer({sent, clock}, 500);
  expect(writer.stallMs).toBe(20);
  await answer({sent, clock}, 300, new Refused('closed'));
  await answer({sent, clock}, 200);
  expect(writer.stallMs).toBe(540);
  await clock.advance(900);
  expect(writer.stallMs).toBe(920);
  expect(waitsOf([...writer.waitsMs, 3, 10, 20_000])).toEqual([
    {upToMs: 10, count: 2},
    {upToMs: 1000, count: 1},
    {upToMs: null, count: 1},
  ]);
});

test('a proof is a token begun after the question, acknowledged, and read back', async () => {
  const {writer, sent, clock} = start();
  await turn();
  let proven: string | undefined;
  void writer.proof().then((token) => (proven = token));
  await answer({sent, clock}, 1);
  expect(proven).toBeUndefined();
  await answer({sent, clock}, 1, new Refused('closed'));
  await clock.advance(1);
  sent.at(-1)?.answer();
  await turn();
  expect(sent.at(-1)?.values).toEqual([writer.written[2]?.token]);
  expect(proven).toBeUndefined();
  sent.at(-1)?.answer();
  await turn();
  expect(proven).toBe(writer.written[2]?.token);
});

test('what is under way when it is stopped is cut after a while, and nothing is begun any more', async () => {
  const {writer, sent, clock} = start();
  await turn();
  writer.late();
  await answer({sent, clock}, 1);
  const stopping = writer.stop();
  await turn();
  await clock.advance(2000);
  await stopping;
  expect(writer.written.map(({outcome, isLate}) => [outcome, isLate])).toEqual([
    ['acknowledged', false],
    ['unknown', true],
  ]);
  await clock.advance(1000);
  expect(sent.length).toBe(2);
});
