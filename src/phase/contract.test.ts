import {describe, expect, it, vi} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Users} from '../engine/engine.ts';
import type {Operation} from '../operation/operation.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {contract} from './contract.ts';
import type {PhaseContext} from './phase.ts';
import {switchReads} from './switch-reads.ts';
import {verifyExpansion} from './verify-expansion.ts';

type Answers = {readonly unfilled?: string; readonly completed?: 'completed' | 'unfilled'; readonly users?: readonly Users[]};

const NOBODY: Users = {objects: [], statements: []};

/** What was done, in order, to an operation that answers so. */
function context({unfilled = '0', completed = 'completed', users = [NOBODY]}: Answers) {
  let looks = 0;
  const clock = fakeClock();
  const acts: string[] = [];
  const operation = {
    name: 'drop-column shop.orders.channel',
    planned: {kind: 'drop-column', goesWith: []},
    validate: async () => ({rows: '100', unfilled}),
    users: async () => users[looks++] ?? NOBODY,
    complete: async () => completed,
  };
  const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    acts.push(name);
    return act();
  };
  const made = {
    operations: [operation as unknown as Operation],
    steps: {once: step, each: step},
    source: {control: {finish: async () => {}}},
    telemetry: silentTelemetry(),
    clock,
    signal: new AbortController().signal,
  };
  // Only what these phases ask for.
  return {acts, clock, context: made as unknown as PhaseContext};
}

describe('contract', () => {
  it('looks at the rows once more, completes, and ends the migration', async () => {
    const {acts, context: given} = context({});
    expect((await contract.run(given)).event).toEqual({type: 'done'});
    expect(acts).toEqual([
      'validate drop-column shop.orders.channel',
      'look-for-users drop-column shop.orders.channel',
      'complete drop-column shop.orders.channel',
      'finish',
    ]);
  });

  it('completes nothing while a row lacks its value', async () => {
    const {acts, context: given} = context({unfilled: '7'});
    expect((await contract.run(given)).event).toEqual({type: 'back'});
    expect(acts).toEqual(['validate drop-column shop.orders.channel']);
  });

  it('goes back when the database finds such a row itself', async () => {
    const {acts, context: given} = context({completed: 'unfilled'});
    expect((await contract.run(given)).event).toEqual({type: 'back'});
    expect(acts).not.toContain('finish');
  });
});

describe('contract, while the old shape is in use', () => {
  const sent = (calls: bigint, text = 'SELECT note FROM shop.orders'): Users => ({objects: [], statements: [{text, calls}]});
  const complete = 'complete drop-column shop.orders.channel';

  it('refuses what the catalogue knows, by name', async () => {
    const {acts, context: given} = context({users: [{objects: ['index shop.orders_note'], statements: []}]});
    await expect(contract.run(given)).rejects.toMatchObject({
      code: 'CF-DDL-003',
      message: expect.stringContaining('drop-column shop.orders.channel: index shop.orders_note'),
    });
    expect(acts).not.toContain(complete);
  });

  it.each<[string, Users]>([
    ['is sent again', sent(9n)],
    ['is sent for the first time', {objects: [], statements: [...sent(7n).statements, ...sent(2n, 'DELETE').statements]}],
  ])('refuses a statement that %s while it looks', async (_, after) => {
    const {acts, clock, context: given} = context({users: [sent(7n), after]});
    const run = contract.run(given);
    run.catch(() => undefined);
    await vi.waitFor(() => expect(clock.sleepers()).toBe(1));
    await clock.advance(10_000);
    await expect(run).rejects.toMatchObject({code: 'CF-DDL-003', message: expect.stringContaining('sent 2 times in 10 s')});
    expect(acts).not.toContain(complete);
  });

  it('goes on when a statement was sent once and is not any more', async () => {
    const {acts, clock, context: given} = context({users: [sent(7n), sent(7n)]});
    const run = contract.run(given);
    await vi.waitFor(() => expect(clock.sleepers()).toBe(1));
    await clock.advance(10_000);
    expect((await run).event).toEqual({type: 'done'});
    expect(acts).toContain(complete);
  });
});

describe('switch-reads', () => {
  it('says who still uses the old shape, and waits for nobody', async () => {
    const {evidence} = await switchReads.run(context({users: [{objects: ['view shop.notes'], statements: []}]}).context);
    expect(evidence).toEqual({
      users: [{name: 'drop-column shop.orders.channel', objects: ['view shop.notes']}],
    });
  });
});

describe('verify-expansion', () => {
  it('is on record like every verification', async () => {
    const {evidence} = await verifyExpansion.run(context({}).context);
    expect(evidence['verification']).toEqual({
      at: '2026-01-01T00:00:00.000Z',
      equal: true,
      tables: 1,
      rows: '100',
      differing: 0,
      uncompared: 0,
    });
  });

  it('stops the run, and counts', async () => {
    await expect(verifyExpansion.run(context({unfilled: '7'}).context)).rejects.toMatchObject({
      code: 'CF-VERIFY-001',
      message: expect.stringContaining('drop-column shop.orders.channel: 7 of 100'),
    });
  });
});
