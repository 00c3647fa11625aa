import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import type {Chunk, Database} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Table} from '../model/table.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {copyChunks, type CopyRequest, tellCopied} from './copier.ts';

const name = {schema: 'shop', name: 'orders'};
const table: Table = {name, columns: [], key: ['id'], partitions: [], estimatedRows: 0, estimatedBytes: 0};
// Only what the copier asks for.
const mapping = {to: table, reads: table, writes: table, isPlain: true} as unknown as TableMapping;

/** A copy whose chunks end when the test says so. */
function copy(chunks: number, parallel: () => number, before: readonly Chunk[] = []) {
  const open: {readonly id: number; end(): void; fail(error: Error): void}[] = [];
  let isThrottled = false;
  const telemetry = silentTelemetry();
  const source = {copyOut: async () => ({stream: {}, done: async () => {}}), mark: async () => 'p'};
  const target = {
    loadChunk: ({chunk: {id}}: {chunk: Chunk}) =>
      new Promise((resolve, reject) => open.push({id, end: () => resolve({rows: 10, bytes: 100}), fail: reject})),
  };
  const request: CopyRequest = {
    from: {source} as unknown as Database,
    to: {target} as unknown as Database,
    mappings: [mapping],
    chunks: [
      ...before,
      ...Array.from({length: chunks}, (_, id) => ({id, table: name, range: {after: undefined, to: undefined}, done: false})),
    ],
    epoch: 1,
    parallel,
    lane: (stop) => async (piece) => {
      while (isThrottled && !stop.aborted) await turn();
      stop.throwIfAborted();
      return piece();
    },
    telemetry,
    signal: new AbortController().signal,
  };
  const settle = async (): Promise<number[]> => {
    for (let i = 0; i < 20; i++) await turn();
    return open.map(({id}) => id);
  };
  const end = async (...ids: number[]): Promise<number[]> => {
    for (const one of open.filter(({id}) => ids.includes(id))) {
      open.splice(open.indexOf(one), 1);
      one.end();
    }
    return settle();
  };
  return {open, settle, end, numbers: telemetry.read, copied: copyChunks(request), throttle: (on: boolean) => (isThrottled = on)};
}

describe('copying', () => {
  it('takes up more chunks at a time, and fewer, when it is told so in the middle', async () => {
    let parallel = 1;
    const {settle, end, copied} = copy(9, () => parallel);
    expect(await settle()).toEqual([0]);
    parallel = 3;
    expect(await end(0)).toEqual([1, 2, 3]);
    parallel = 2;
    expect(await end(1, 2, 3)).toEqual([4, 5]);
    parallel = 1;
    expect(await end(4, 5)).toEqual([6]);
    expect(await end(6)).toEqual([7]);
    expect(await end(7)).toEqual([8]);
    await end(8);
    expect(await copied).toEqual({rows: 90, bytes: 900, chunks: 9});
  });

  it('counts what was copied before, from its first number on', async () => {
    const done: Chunk = {id: 7, table: name, range: {after: undefined, to: undefined}, done: true, rows: 100};
    const {settle, end, copied, numbers} = copy(2, () => 1, [done, {...done, id: 8, rows: 50}]);
    expect(numbers()).toMatchObject({rowsCopied: 150, chunksDone: 2, chunksTotal: 4, copiedShare: 0.5});
    await settle();
    await end(0);
    expect(numbers()).toMatchObject({rowsCopied: 160, chunksDone: 3, chunksTotal: 4, copiedShare: 0.75});
    await end(1);
    expect(await copied).toEqual({rows: 20, bytes: 200, chunks: 2});
    expect(numbers()).toMatchObject({rowsCopied: 170, rowsTotal: 170});
  });

  it('tells a run that is taken up after its copy what was copied, and one in its middle nothing', () => {
    const done: Chunk = {id: 7, table: name, range: {after: undefined, to: undefined}, done: true, rows: 100};
    const [after, within] = [silentTelemetry(), silentTelemetry()];
    tellCopied(after, [done, {...done, id: 8, rows: 50}]);
    expect(after.read()).toEqual({rowsCopied: 150, rowsTotal: 150, chunksDone: 2, chunksTotal: 2, copiedShare: 1});
    tellCopied(within, [done, {...done, id: 8, done: false}]);
    expect(within.read()).toEqual({});
  });

  it('has no more workers than chunks', async () => {
    const {settle, end, copied} = copy(2, () => 8);
    expect(await settle()).toEqual([0, 1]);
    await end(0, 1);
    expect(await copied).toMatchObject({chunks: 2});
  });

  it('fails with what failed, even while all others are throttled', async () => {
    const {open, settle, end, copied, throttle} = copy(9, () => 3);
    copied.catch(() => undefined); // looked at below
    await settle();
    throttle(true);
    expect(await end(0, 1)).toEqual([2]);
    open[0]?.fail(new Error('the server is gone'));
    await expect(copied).rejects.toThrow('the server is gone');
  });
});

it('the end of a chunk is marked when its read is over, and it is done after that', async () => {
  const calls: string[] = [];
  const say = async (what: string): Promise<string> => {
    await turn();
    calls.push(what);
    return 'p';
  };
  const source = {copyOut: async () => ({stream: {}, done: () => say('read')}), mark: () => say('marked')};
  const target = {
    loadChunk: async ({end}: {end: (bytes: number) => Promise<unknown>}) => {
      await end(0);
      await say('done');
      return {rows: 1, bytes: 1};
    },
  };
  await copyChunks({
    from: {source} as unknown as Database,
    to: {target} as unknown as Database,
    mappings: [mapping],
    chunks: [{id: 1, table: name, range: {after: undefined, to: undefined}, done: false}],
    epoch: 1,
    parallel: () => 1,
    lane: () => (piece) => piece(),
    telemetry: silentTelemetry(),
    signal: new AbortController().signal,
  });
  expect(calls).toEqual(['read', 'marked', 'done']);
});
