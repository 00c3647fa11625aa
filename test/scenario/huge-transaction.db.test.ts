/** One transaction of very many rows, and a target that does not take it for longer than the source's server waits for its readers (H-66). */
import {expect, test} from 'vitest';
import {huge} from '../../bench/huge.ts';

/** More than are held in memory at once; `npm run bench -- --huge --rows N` takes more. */
const ROWS = 300_000;

test('it is applied in one transaction, by a process whose memory is bounded, over one connection that nobody gave up, and after a kill in its middle (H-66)', async () => {
  const found = await huge({rows: ROWS, heapMib: 160, senderTimeoutS: 3, isKilled: true}, () => undefined);
  expect(found).toMatchObject({rows: ROWS, transactions: 1, isSameSender: true, breaks: 0});
});
