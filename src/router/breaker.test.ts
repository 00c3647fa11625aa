import {expect, test} from 'vitest';
import {Breaker} from './breaker.ts';

test('opens after failures in a row, closes after its rest, and then one more failure opens it', () => {
  let now = 1000;
  const breaker = new Breaker(() => now);
  for (let i = 0; i < 4; i++) breaker.failed();
  expect(breaker.isOpen).toBe(false);
  breaker.failed();
  expect(breaker.isOpen).toBe(true);
  now += 5000;
  expect(breaker.isOpen).toBe(false);
  breaker.failed();
  expect(breaker.isOpen).toBe(true);
  now += 5000;
  breaker.succeeded();
  for (let i = 0; i < 4; i++) breaker.failed();
  expect(breaker.isOpen).toBe(false);
});
