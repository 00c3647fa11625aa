/** The pass that applies nothing: ours is dropped, and what anybody else wrote on a closed side is an alarm. */
import {expect, test} from 'vitest';
import type {Database} from '../engine/engine.ts';
import type {StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import {runDropPass} from './drop-pass.ts';
import type {LinkOptions} from './link-options.ts';
import type {LinkProgress} from './link-progress.ts';

const item = {name: {schema: 'shop', name: 'item'}, key: ['id'], columns: [], partitions: []} as unknown as Table;
const at = (n: number): Position => String(n) as unknown as Position;
const transaction = (n: number, isOurs: boolean): StreamEvent[] => [
  {type: 'begin', transaction: String(n), commit: at(n)},
  ...(isOurs ? [{type: 'ours'} as const] : []),
  {type: 'change', change: {kind: 'delete', table: item.name, key: ['1']}},
  {type: 'commit', end: at(n)},
];

/** Acknowledged positions, or how it ended; the side was closed at 10. */
const run = async (...events: readonly StreamEvent[]): Promise<readonly string[]> => {
  const calls: string[] = [];
  const source = {
    probeStream: async () => undefined,
    async *changes() {
      yield events;
    },
    acknowledge: (_: string, position: Position) => void calls.push(String(position)),
  };
  const options = {
    direction: 'reverse',
    from: {source, side: 'target'} as unknown as Database,
    mappings: [{from: item, to: item}],
    compare: (a: Position, b: Position) => Number(a) - Number(b),
  };
  const progress = {flows: () => undefined, moved: () => undefined} as unknown as LinkProgress;
  await runDropPass(options as unknown as LinkOptions, progress, at(10), new AbortController().signal).catch((error: {code: string}) =>
    calls.push(error.code),
  );
  return calls;
};

test('our own transactions are dropped, and their log is let go', async () => expect(await run(...transaction(11, true))).toEqual(['11']));
test("somebody else's write on the closed side is an alarm", async () =>
  expect(await run(...transaction(11, false))).toEqual(['CF-TGT-003']));
test('what was written before the side was closed is none', async () =>
  expect(await run(...transaction(9, false), ...transaction(11, true))).toEqual(['9', '11']));
