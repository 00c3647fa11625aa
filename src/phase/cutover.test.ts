import {expect, test} from 'vitest';
import type {Failover} from '../failover/failover.ts';
import type {FenceRow, FenceState} from '../model/fence-row.ts';
import {cutover} from './cutover.ts';
import type {PhaseContext} from './phase.ts';

/** An attempt of this very runner was called off, and the abort was asked for while the automation could not be resumed. */
const undone = async (isFailoverPaused: boolean): Promise<readonly string[]> => {
  const calls: string[] = [];
  const failover: Partial<Failover> = {resume: async (attempt) => void calls.push(`resume ${attempt}`)};
  const row = (epoch: number, state: FenceState): FenceRow => ({epoch, state, remainingMs: 0});
  const context = {
    ...{epoch: 7, failover, isFailoverPaused: async () => isFailoverPaused},
    source: {fence: {rows: async () => [row(7003, 'released')]}},
    target: {
      fence: {rows: async () => [row(0, 'closed')]},
      source: {dropStream: async (direction: string) => void calls.push(`drop ${direction}`)},
    },
    steps: {each: (_: string, act: () => Promise<unknown>) => act()},
  } as unknown as PhaseContext;
  await cutover.undo?.(context);
  return calls;
};

test('an abort resumes the automation, as an attempt that is not older than the one that paused it', async () => {
  expect(await undone(true)).toEqual(['resume 7003', 'drop reverse']);
  expect(await undone(false)).toEqual(['drop reverse']);
});
