/** The pass that applies nothing: ours is dropped, and what anybody else wrote on a closed side is an alarm. */
import {expect, test} from 'vitest';
import type {Database, Source} from '../engine/engine.ts';
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
const run = (...events: readonly StreamEvent[]): Promise<readonly string[]> => runAt(undefined, {}, ...events);

/** `applied`: so far, by this process. */
const runAt = async (
  applied: Position | undefined,
  more: Partial<Source>,
  ...events: readonly StreamEvent[]
): Promise<readonly string[]> => {
  const calls: string[] = [];
  const source = {
    probeStream: async (_: string, position: Position | undefined) => void (more.watchedFrom && calls.push(`probed at ${position}`)),
    async *changes(_: string, position: Position) {
      if (more.watchedFrom) calls.push(`opened at ${position}`);
      yield events;
    },
    ...more,
    acknowledge: (_: string, position: Position) => void calls.push(String(position)),
  };
  const options = {
    direction: 'reverse',
    from: {source, side: 'target'} as unknown as Database,
    mappings: [{from: item, to: item}],
    telemetry: {note: (text: string) => calls.push(text)},
    compare: (a: Position, b: Position) => Number(a) - Number(b),
  };
  const progress = {applied, flows: () => undefined, moved: () => undefined} as unknown as LinkProgress;
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

test('it is opened at the present where the log is gone, and says so; again from where it had come to', async () => {
  expect(await runAt(undefined, {watchedFrom: async () => at(30)}, ...transaction(31, true))).toEqual([
    'probed at 30',
    'nobody can tell any more what was written to the closed target since 10: it is watched from now on',
    'opened at 30',
    '31',
  ]);
  expect(await runAt(at(20), {watchedFrom: async (_, from) => from})).toEqual(['probed at 20', 'opened at 20']);
});
