import {setImmediate} from 'node:timers/promises';
import {beforeEach, expect, test} from 'vitest';
import {type FakeClock, fakeClock} from '../../test/support/clock.ts';
import type {Position} from '../model/position.ts';
import {KeptPlace} from './kept-place.ts';

const at = (place: string): Position => place as Position;

let clock: FakeClock;
/** What the source was asked for, in order. */
let asked: string[];
/** How the source answers `upTo`. */
let answer: () => Promise<boolean>;
let place: KeptPlace;

beforeEach(() => {
  clock = fakeClock();
  asked = [];
  answer = async () => true;
  place = new KeptPlace(
    {
      begin: async () => void asked.push('begin'),
      upTo: async (position) => {
        asked.push(position);
        return answer();
      },
      goBack: async () => at('back'),
    },
    clock,
  );
});

const moved = async (position: string): Promise<void> => {
  place.moveTo(at(position));
  await setImmediate();
};

test('it is moved at most every five seconds, whoever asks how often', async () => {
  await moved('1');
  await moved('2');
  await clock.advance(4_999);
  await moved('3');
  expect(asked).toEqual(['1']);
  await clock.advance(1);
  await moved('4');
  expect(asked).toEqual(['1', '4']);
});

test('one move at a time, and a long one earns a long rest, of a minute at most', async () => {
  const answered = Promise.withResolvers<boolean>();
  answer = () => answered.promise;
  await moved('1');
  await clock.advance(10_000);
  await moved('2');
  expect(asked).toEqual(['1']);
  answered.resolve(true);
  await setImmediate();
  await clock.advance(39_999);
  await moved('3');
  expect(asked).toEqual(['1']);
  answer = () => clock.advance(3_600_000).then(() => true);
  await clock.advance(1);
  await moved('4');
  await clock.advance(59_999);
  await moved('5');
  expect(asked).toEqual(['1', '4']);
  await clock.advance(1);
  await moved('6');
  expect(asked).toEqual(['1', '4', '6']);
});

test('one that is gone is made anew', async () => {
  answer = async () => false;
  await moved('1');
  expect(asked).toEqual(['1', 'begin']);
  expect(place.failure).toBeUndefined();
});

test('why it stands still is said until it moves again', async () => {
  answer = () => Promise.reject(new Error('no slot is free'));
  await moved('1');
  expect(place.failure).toBe('the second slot of the stream stands still: no slot is free');
  answer = async () => true;
  await moved('2');
  expect(place.failure).toBeDefined();
  await clock.advance(5_000);
  await moved('3');
  expect(asked).toEqual(['1', '3']);
  expect(place.failure).toBeUndefined();
});

test('a source that keeps no second place is asked for nothing', async () => {
  const none = new KeptPlace(undefined, clock);
  await none.begin();
  none.moveTo(at('1'));
  expect(none.failure).toBeUndefined();
  expect(await none.goBack()).toBeUndefined();
  expect(await place.goBack()).toBe('back');
});
