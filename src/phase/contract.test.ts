import {describe, expect, it} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import type {Operation} from '../operation/operation.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {contract} from './contract.ts';
import type {PhaseContext} from './phase.ts';
import {verifyExpansion} from './verify-expansion.ts';

type Answers = {readonly unfilled?: string; readonly completed?: 'completed' | 'unfilled'};

/** What was done, in order, to an operation that answers so. */
function context({unfilled = '0', completed = 'completed'}: Answers) {
  const acts: string[] = [];
  const operation = {
    name: 'add-column shop.orders.channel',
    validate: async () => ({rows: '100', unfilled}),
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
    clock: fakeClock(),
  };
  // Only what these phases ask for.
  return {acts, context: made as unknown as PhaseContext};
}

describe('contract', () => {
  it('looks at the rows once more, completes, and ends the migration', async () => {
    const {acts, context: given} = context({});
    expect((await contract.run(given)).event).toEqual({type: 'done'});
    expect(acts).toEqual(['validate add-column shop.orders.channel', 'complete add-column shop.orders.channel', 'finish']);
  });

  it('completes nothing while a row lacks its value', async () => {
    const {acts, context: given} = context({unfilled: '7'});
    expect((await contract.run(given)).event).toEqual({type: 'back'});
    expect(acts).toEqual(['validate add-column shop.orders.channel']);
  });

  it('goes back when the database finds such a row itself', async () => {
    const {acts, context: given} = context({completed: 'unfilled'});
    expect((await contract.run(given)).event).toEqual({type: 'back'});
    expect(acts).not.toContain('finish');
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
      message: expect.stringContaining('add-column shop.orders.channel: 7 of 100'),
    });
  });
});
