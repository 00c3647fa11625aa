/** One pass over a stream that a test writes: what is stored, what is acknowledged, and in which order. */
import {describe, expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import type {ApplyCommit, Database, Refused} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import type {Change, StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {TableBatch} from '../model/row-operation.ts';
import type {Table} from '../model/table.ts';
import type {Telemetry} from '../telemetry/telemetry.ts';
import {ApplyPass} from './apply-pass.ts';
import {ChangedKeys} from './changed-keys.ts';
import {LinkProgress} from './link-progress.ts';

const column = (name: string) => ({name, type: 'text', notNull: false, generated: false, identity: undefined, portableBinary: true});
const item: Table = {
  name: {schema: 'shop', name: 'item'},
  columns: [column('id'), column('small'), column('large')],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};
const at = (n: number): Position => String(n) as unknown as Position;
const compare = (a: Position, b: Position): number => Number(a) - Number(b);

const insert = (id: string): Change => ({kind: 'insert', table: item.name, key: [id], row: {id, small: 's', large: 'l'}});
/** Without the large value: in the window its row has to be read again. */
const move = (from: string, to: string): Change => ({
  kind: 'update',
  table: item.name,
  key: [to],
  oldKey: [from],
  row: {id: to, small: 's'},
});
const transaction = (n: number, ...inside: readonly (Change | 'ours')[]): StreamEvent[] => [
  {type: 'begin', transaction: String(n), commit: at(n)},
  ...inside.map((one): StreamEvent => (one === 'ours' ? {type: 'ours'} : {type: 'change', change: one})),
  {type: 'commit', end: at(n)},
];

/** Every call to either side, as a line; `end`: of the replay window; `refuses`: keys of rows that the receiving side does not take, `stands`: of those that a read of the sending side finds. */
const run = async (
  pieces: readonly (readonly StreamEvent[])[],
  end: number,
  refuses: (key: string) => boolean = () => false,
  stands: (key: string) => boolean = () => false,
): Promise<readonly string[]> => {
  const calls: string[] = [];
  let progress = 0;
  const source = {
    probeStream: async () => undefined,
    async *changes() {
      yield* pieces;
    },
    acknowledge: (_: string, position: Position) => void calls.push(`acknowledge ${String(position)}`),
    readRows: async (_: Table, keys: readonly (readonly string[])[], delivered: ReadonlySet<string>) => {
      calls.push(`read ${keys.join(' ')} seeing ${[...delivered].join(' ') || 'nothing more'}`);
      return keys.filter(([id = '']) => stands(id)).map(([id = '']) => ({id, small: 's', large: 'l'}));
    },
    untilVisible: async () => void calls.push('wait for visibility'),
    mark: async () => at(++progress + 1000),
  };
  const applier = {
    write: async (batches: readonly TableBatch[]) => {
      const refused: Refused[] = [];
      for (const {steps} of batches)
        for (const step of steps)
          for (const {form, key} of step.kind === 'rows' ? step.operations : []) {
            const isRefused = form !== 'delete' && refuses(key.join());
            calls.push(`${form} ${key.join()}${isRefused ? ', refused' : ''}`);
            if (isRefused) refused.push({table: item.name, key, reason: 'too long'});
          }
      return {missing: [], refused};
    },
    commit: async ({position, rereadAdd, rereadRemove}: ApplyCommit) => {
      await Promise.resolve(); // whatever does not wait for it comes first
      const list = [...rereadAdd.map(({key}) => ` +${key.join()}`), ...rereadRemove.map(({key}) => ` -${key.join()}`)];
      calls.push(`commit ${String(position)}${list.join('')}`);
    },
    close: async () => undefined,
  };
  const target = {
    progress: async () => ({epoch: 1, position: at(0), commitSeq: 0}),
    windows: async () => ({ends: [{table: item.name, end: at(end)}], rereads: []}),
    applier: async () => applier,
  };
  const telemetry = {note: () => undefined, gauge: () => undefined, wait: () => undefined, count: () => undefined} as unknown as Telemetry;
  const mappings = migrationMapping({tables: [], allowLoss: false}, () => {
    throw new Error('no functions here');
  }).tables([item], [item], 'forward');
  const options = {
    direction: 'forward',
    from: {source},
    to: {target},
    mappings,
    epoch: 1,
    parks: true,
    compare,
    isPassing: () => false,
    telemetry,
    effects: recordingEffects(),
  };
  const link = new LinkProgress(compare, telemetry, new ChangedKeys([item.name], () => 0));
  await ApplyPass.run(
    {...options, from: options.from as unknown as Database, to: options.to as unknown as Database, direction: 'forward'},
    link,
    new AbortController().signal,
  );
  return calls;
};

test('nothing is acknowledged before it is stored', async () => {
  expect(await run([transaction(1, insert('a')), transaction(2, insert('b'))], 0)).toEqual([
    'insert a',
    'commit 1',
    'acknowledge 1',
    'insert b',
    'commit 2',
    'acknowledge 2',
  ]);
});

test('what has to be read again is stored with the position that caused it, and read when all that was applied is seen', async () => {
  const calls = await run([[...transaction(1, move('a', 'b')), ...transaction(2, insert('c'))], transaction(9, insert('d'))], 5);
  expect(calls).toContain('commit 2 +b');
  const read = calls.findIndex((call) => call.startsWith('read b'));
  expect(calls.slice(0, read)).toContain('wait for visibility');
  expect(calls.slice(read)).toContainEqual(expect.stringMatching(/^commit \d+ -b$/));
});

test('a second read waits for what was delivered since the first', async () => {
  const calls = await run(
    [transaction(6, move('a', 'b')), transaction(8, insert('y')), transaction(9, move('c', 'd')), transaction(1001, insert('z'))],
    6,
  );
  expect(calls.filter((call) => call.startsWith('read'))).toEqual(['read b seeing nothing more', 'read d seeing 8 9 1001']);
});

test('the window ends between two transactions of one piece of the stream, not with the piece', async () => {
  const calls = await run(
    [[...transaction(4, insert('a')), ...transaction(5, insert('b')), ...transaction(6, insert('c')), ...transaction(7, insert('d'))]],
    5,
  );
  expect(calls.filter((call) => !call.startsWith('acknowledge'))).toEqual([
    'upsert a',
    'upsert b',
    'commit 5',
    'insert c',
    'insert d',
    'commit 7',
  ]);
});

test('our own transactions are passed over, and their position is stored', async () => {
  expect(await run([transaction(1, 'ours', insert('a')), transaction(2, insert('b'))], 0)).toEqual([
    'commit 1',
    'acknowledge 1',
    'insert b',
    'commit 2',
    'acknowledge 2',
  ]);
});

test('what is stored already is passed over when it is sent again', async () => {
  expect(await run([transaction(-1, insert('a')), transaction(1, insert('b'))], -5)).toEqual(['insert b', 'commit 1', 'acknowledge 1']);
});

/** The source was never in the state after it. */
const joined = (events: readonly StreamEvent[]): StreamEvent[] =>
  events.map((event) => (event.type === 'commit' ? {...event, joins: true} : event));

test('transactions that are joined are stored together, whatever pieces they come in', async () => {
  expect(await run([joined(transaction(1, insert('a'))), joined(transaction(2, insert('b'))), transaction(3, insert('c'))], 0)).toEqual([
    'insert a',
    'insert b',
    'insert c',
    'commit 3',
    'acknowledge 3',
  ]);
});

test('the window does not end between transactions that are joined', async () => {
  expect(await run([[...joined(transaction(1, insert('a'))), ...transaction(3, insert('b'))], transaction(4, insert('c'))], 2)).toEqual([
    'upsert a',
    'upsert b',
    'commit 3',
    'acknowledge 3',
    'insert c',
    'commit 4',
    'acknowledge 4',
  ]);
});

describe('a row that the receiving side refuses', () => {
  const isWide = (key: string): boolean => key === 'wide';
  const always = (): boolean => true;
  const written = (calls: readonly string[]) => calls.filter((call) => !/^(acknowledge|wait|read)/.test(call));
  const REFUSED = ['insert wide, refused', 'commit 1', 'upsert wide, refused', 'commit 1'];
  const update = (id: string): Change => ({kind: 'update', table: item.name, key: [id], row: {id, small: 's', large: 'l'}});

  test('is read again, stays on the list when it is refused once more, and holds up nothing', async () => {
    const calls = await run([transaction(1, insert('wide')), transaction(1002, insert('b'))], 0, isWide, always);
    expect(written(calls)).toEqual([...REFUSED, 'insert b', 'commit 1002']);
    expect(calls.filter((call) => call.startsWith('acknowledge'))).toEqual(['acknowledge 1', 'acknowledge 1002']);
  });

  test('is not met by what the stream brings for it later: it is read again, until it is taken', async () => {
    let reads = 0;
    const calls = await run(
      [transaction(1, insert('wide')), transaction(1002, update('wide'), insert('c')), transaction(1004, update('wide'))],
      0,
      (key) => isWide(key) && reads < 2,
      () => ++reads > 0,
    );
    expect(written(calls)).toEqual([
      ...REFUSED,
      ...['upsert c', 'commit 1002 +wide', 'upsert wide', 'commit 1002 -wide'],
      ...['update wide', 'commit 1004'],
    ]);
  });

  test('takes the key along that it moves to, and leaves nothing under the old one', async () => {
    let isThere = true;
    const moved: Change = {...update('wider'), oldKey: ['wide']} as Change;
    const calls = await run(
      [transaction(1, insert('wide')), transaction(1002, moved), transaction(1004, insert('z'))],
      0,
      isWide,
      (key) => {
        const stood = isThere || key === 'wider';
        isThere = false;
        return stood;
      },
    );
    expect(written(calls)).toEqual([
      ...REFUSED,
      ...['commit 1002 +wider +wide', 'upsert wider', 'delete wide', 'commit 1002 -wider -wide'],
      ...['insert z', 'commit 1004'],
    ]);
  });
});
