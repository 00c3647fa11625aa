import {expect, test} from 'vitest';
import {untilTrue} from '../../test/support/until.ts';
import type {Token} from './dual-side.ts';
import {Outbox} from './outbox.ts';
import {markUncommitted} from './outcome-marks.ts';

/** Tokens that are raised beside the writes are answered by the test. */
function open() {
  const beside: (Token & PromiseWithResolvers<bigint>)[] = [];
  const outbox = new Outbox({
    epoch: () => 1,
    raise: (token) => {
      beside.push({...token, ...Promise.withResolvers<bigint>()});
      return (beside.at(-1) as PromiseWithResolvers<bigint>).promise;
    },
  });
  const write = async (error?: Error): Promise<readonly [number, bigint]> => {
    const one = outbox.write();
    let told: readonly [number, bigint] = [-1, 0n];
    await one.record(({place, n}) => {
      told = [place, n];
      return Promise.resolve(n);
    });
    one.end(error);
    return told;
  };
  return {outbox, beside, write};
}

const refused = new Error('refused');
markUncommitted(refused);
const lost = new Error('socket hang up');

test('the row of a write whose answer was lost is no next write’s, until it was raised behind the lock that may stand on it', async () => {
  const {beside, write} = open();
  expect([await write(), await write(refused), await write(lost), await write(), await write()].map(([place]) => place)).toEqual([
    0, 0, 0, 1, 1,
  ]);
  expect(beside).toMatchObject([{place: 0, n: 4n}]);
  beside[0]?.resolve(4n);
  await new Promise((resolve) => setImmediate(resolve));
  expect((await write())[0]).toBe(0);
});

test('what readers are asked to wait for comes in the end, also when it was taken back, and what cannot be raised is tried again', async () => {
  const {outbox, beside, write} = open();
  const [place, n] = await write(lost);
  beside[0]?.reject(new Error('connection refused'));
  const again = () => {
    outbox.needed();
    return beside.length === 2;
  };
  await untilTrue('it is tried again', again);
  expect(outbox.problem).toBe('connection refused');
  expect(beside[1]).toMatchObject({place});
  expect(beside[1]?.n).toBeGreaterThan(n);
  beside[1]?.resolve(beside[1].n);
});

test('of several the one behind the other, so that locks keep no more than one connection', async () => {
  const {beside, write} = open();
  await Promise.all([write(lost), write(lost), write(lost)]);
  expect(beside.map(({place}) => place)).toEqual([0]);
  beside[0]?.resolve(2n);
  await untilTrue('the second', () => beside.length === 2);
  expect(beside.map(({place}) => place)).toEqual([0, 1]);
});
