import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Database} from '../engine/engine.ts';
import type {Disk} from '../engine/storage.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import type {Link} from '../pipeline/replication.ts';
import type {Room, Wait} from '../telemetry/telemetry.ts';
import {Guardian} from './guardian.ts';

const MIB = 1024 * 1024;

type World = {
  keptBytes: number;
  readonly free: Record<'source' | 'target', number>;
  isReachable: boolean;
  answered: Promise<void>;
  link: Pick<Link, 'applied' | 'mode'> | undefined;
  probe: () => void;
};

function world(atLimit: 'dropSlot' | 'stop' = 'dropSlot') {
  const clock = fakeClock();
  const state: World = {
    keptBytes: 0,
    free: {source: 9000 * MIB, target: 9000 * MIB},
    isReachable: true,
    answered: Promise.resolve(),
    link: undefined,
    probe: () => {},
  };
  const [notes, acts]: [string[], string[]] = [[], []];
  const waits = new Map<string, Wait>();
  const rooms: Room[] = [];
  const side = (name: 'source' | 'target') =>
    ({
      side: name,
      storage: {
        disks: async (): Promise<readonly Disk[]> => {
          if (!state.isReachable) throw new Error('no connection');
          await state.answered;
          return [{holds: 'data and log', freeBytes: state.free[name], totalBytes: 10_000 * MIB}];
        },
      },
      source: {
        keptLog: async () =>
          name === 'target'
            ? undefined
            : {keptBytes: state.keptBytes, leftBytes: undefined, bytesPerSecond: undefined, writtenBytes: 0, isGivenUp: false},
        dropStream: async (direction: string) => void acts.push(`drop ${direction}`),
        mark: async (content: string) => (acts.push(content), '0/1'),
        probeSchema: async () => state.probe(),
      },
    }) as unknown as Database;
  const guardian = new Guardian({
    source: side('source'),
    target: side('target'),
    replication: {
      link: (direction) => (direction === 'forward' ? (state.link as Link | undefined) : undefined),
      stop: async (direction) => void acts.push(`stop ${direction}`),
    },
    scope: {tables: ['public.*'], exclude: []},
    marginMs: 60_000,
    atLimit,
    disks: {source: undefined, target: undefined},
    clock,
    telemetry: {
      note: (text) => void notes.push(text),
      wait: (key, wait) => void (wait ? waits.set(key, wait) : waits.delete(key)),
      usage: () => undefined,
      room: (all) => void rooms.splice(0, rooms.length, ...all),
    },
  });
  guardian.start(new AbortController().signal);
  /** As many looks as there is room for in that time. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 5_000) {
      for (let i = 0; i < 20; i++) await turn();
      await clock.advance(Math.min(left, 5_000));
      for (let i = 0; i < 20; i++) await turn();
    }
  };
  return {guardian, state, notes, acts, waits, rooms, pass};
}

test('a copy waits while the target has no room, and goes on by itself', async () => {
  const {guardian, state, notes, waits, rooms, pass} = world();
  await pass(5_000);
  expect(guardian.pacing.holds).toEqual({copy: false, verify: false});
  state.free.target = 200 * MIB;
  await pass(10_000);
  expect(guardian.pacing.holds).toEqual({copy: true, verify: true});
  expect(rooms.find(({side}) => side === 'target')).toMatchObject({kind: 'disk', leftBytes: 200 * MIB, leftShare: 0.02});
  expect(waits.get('room')?.cause).toContain('the disk of the target is nearly full');
  expect(notes.filter((note) => note.includes('nothing is copied until there is room'))).toHaveLength(1);
  state.free.target = 9000 * MIB;
  await pass(70_000);
  expect(guardian.pacing.holds).toEqual({copy: false, verify: false});
  expect(notes.at(-1)).toContain('is well');
  expect(waits.size).toBe(0);
});

test('the stream is given up before the source runs full of its log; the plan may want otherwise', async () => {
  for (const [atLimit, code, acts] of [
    ['dropSlot', 'CF-SLOT-002', ['stop forward', 'drop forward']],
    ['stop', 'CF-SLOT-001', []],
  ] as const) {
    const {guardian, state, acts: done, pass} = world(atLimit);
    state.free.source = 100 * MIB;
    state.keptBytes = 8000 * MIB;
    await pass(5_000);
    await expect(guardian.failed).rejects.toMatchObject({code});
    expect(done).toEqual(acts);
  }
});

test('what was seen half a minute ago is not known any more, however long the next look takes', async () => {
  const {guardian, state, pass} = world();
  await pass(5_000);
  const {promise, resolve} = Promise.withResolvers<void>();
  state.answered = promise;
  await pass(30_000);
  expect(guardian.outlooks()).toHaveLength(2);
  await pass(10_000);
  expect(() => guardian.outlooks()).toThrow(/last seen \d\d s ago/);
  resolve();
  await pass(5_000);
  expect(guardian.outlooks()).toHaveLength(2);
});

test('an idle stream has a mark every ten seconds, one that moves has none', async () => {
  const {state, acts, pass} = world();
  state.link = {applied: '0/1' as Position, mode: 'apply'};
  await pass(30_000);
  const beats = acts.length;
  expect(beats).toBeGreaterThan(0);
  expect(beats).toBeLessThanOrEqual(3);
  for (let i = 2; i < 8; i++) {
    state.link = {applied: `0/${i}` as Position, mode: 'apply'};
    await pass(5_000);
  }
  expect(acts).toHaveLength(beats);
});

test('what could not be looked at is not known, and is said once', async () => {
  const {guardian, state, notes, pass} = world();
  await pass(5_000);
  expect(guardian.outlooks()).toHaveLength(2);
  state.isReachable = false;
  await pass(15_000);
  expect(() => guardian.outlooks()).toThrow('the room on the servers is not known: no connection');
  expect(notes).toEqual(['the room on the servers is not known: no connection']);
  state.isReachable = true;
  await pass(5_000);
  expect(guardian.outlooks()).toHaveLength(2);
});

test('a table or publication that somebody has changed ends the run; a look that fails does not (H-25)', async () => {
  const {guardian, state, pass, notes} = world();
  const ended: unknown[] = [];
  guardian.failed.catch((error: unknown) => ended.push(error));
  state.probe = () => {
    throw new Error('no connection');
  };
  await pass(5_000);
  expect(ended).toEqual([]);
  expect(notes.at(-1)).toContain('no connection');
  const changed = new TerminalError('mapped tables are not what they were', {code: 'CF-DDL-001'});
  state.probe = () => {
    throw changed;
  };
  await pass(10_000);
  expect(ended).toEqual([changed]);
});
