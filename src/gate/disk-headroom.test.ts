import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {diskHeadroom} from './disk-headroom.ts';

const room = (freeBytes: number) => ({where: 'data on its disk', neededBytes: 2048, freeBytes});
const check = (...free: readonly number[]) =>
  diskHeadroom.check(measures({headroom: async () => ({neededBytes: 2048, rooms: free.map(room)})}));

test('go where everything fits, with the numbers', async () => {
  expect(await check(4096)).toEqual({go: true, evidence: '4.0KiB free for data on its disk, ~2.0KiB needed (~2.0KiB in all)'});
});

test('no-go where one place has too little', async () => {
  expect((await check(4096, 1024)).go).toBe(false);
});

test('throws where no room could be measured', async () => {
  await expect(check()).rejects.toThrow('target.disk');
});
