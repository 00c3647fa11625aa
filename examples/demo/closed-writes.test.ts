import {expect, test} from 'vitest';
import {closedWrites} from './closed-writes.ts';

const transaction = (...lines: string[]): string[] => ['BEGIN', ...lines, 'COMMIT'];
const fence = (epoch: number, state: string): string[] =>
  transaction(`table crossfade.fence: UPDATE: migration[text]:'ab' epoch[bigint]:${epoch} state[text]:'${state}' deadline[text]:null`);
const application = transaction(`table shop.sessions: DELETE: token[uuid]:'1'`);
const ours = transaction(`table crossfade.tag: UPDATE: n[bigint]:2`, `table shop.sessions: DELETE: token[uuid]:'1'`);

test('a side is closed from the fence of a decided attempt until its rows are released', () => {
  const log = [...application, ...fence(1001, 'fenced'), ...fence(1001, 'committed'), ...ours, ...fence(1001, 'released'), ...application];
  expect(closedWrites(log)).toEqual([]);
});

test.each([
  ['after the decision', [...fence(1001, 'fenced'), ...fence(1001, 'committed'), ...application]],
  ['behind the fence, before the decision', [...fence(1001, 'fenced'), ...application, ...fence(1001, 'committed')]],
  ['on a target that has never been open', [...fence(0, 'closed'), ...application]],
  [
    'behind a second fence',
    [...fence(1, 'fenced'), ...fence(1, 'released'), ...fence(2, 'fenced'), ...application, ...fence(2, 'committed')],
  ],
])('a write is found %s', (_, log) => expect(closedWrites(log)).toHaveLength(1));

test('an attempt that is taken back may have let writes pass: its deadline was over', () => {
  expect(closedWrites([...fence(1001, 'fenced'), ...application, ...fence(1001, 'released')])).toEqual([]);
});
