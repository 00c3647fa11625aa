import {expect, test} from 'vitest';
import {Outbox} from './outbox.ts';
import {markUncommitted} from './outcome-marks.ts';

test("the row of a write whose answer was lost is nobody else's: its lock may stand for as long as the server believes in the session", async () => {
  const outbox = new Outbox({epoch: () => 1, raise: ({n}) => Promise.resolve(n)});
  const placeOf = async (error?: Error): Promise<number> => {
    const write = outbox.write();
    const places: number[] = [];
    await write.record(({place, n}) => {
      places.push(place);
      return Promise.resolve(n);
    });
    write.end(error);
    return places[0] ?? -1;
  };
  const refused = new Error('refused');
  markUncommitted(refused);
  expect([await placeOf(), await placeOf(refused), await placeOf(new Error('socket hang up')), await placeOf(), await placeOf()]).toEqual([
    0, 0, 0, 1, 1,
  ]);
});
