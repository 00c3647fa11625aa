/**
 * Every interleaving of two runners, two watchdogs and two clients around one cutover, with the product's own decisions
 * (hazards.md §3.3, K1-K7). The rules hold, and each known bug is found.
 */
import {describe, expect, test} from 'vitest';
import {ALONE, ATTENDED, cutoverMutations, cutoverVariants, PRODUCT_DECISIONS} from './cutover-mutations.ts';
import type {CutoverRules} from './cutover-state.ts';
import {cutoverWorld} from './cutover-world.ts';
import {explore} from './explore.ts';

const PRODUCT: CutoverRules = {
  ...PRODUCT_DECISIONS,
  hasSuccessor: true,
  isSuccessorMortal: true,
  monitors: false,
  hasWatchdogs: true,
  areWatchdogsMortal: true,
  watchdogLeavesAfterUndo: false,
  fence: 'trigger',
  locksShare: true,
  clock: 'under-lock',
  fenceAsksEpoch: true,
  order: 'normal',
  writes: 1,
  history: {source: [], target: [{epoch: 0, state: 'closed', remainingMs: 0}]},
};

/** Forward, back, an attempt that was abandoned; then forward once more. */
const AFTER_ROUND_TRIP: CutoverRules['history'] = {
  source: [
    {epoch: 1, state: 'released', remainingMs: 0},
    {epoch: 3, state: 'released', remainingMs: 0},
  ],
  target: [
    {epoch: 0, state: 'released', remainingMs: 0},
    {epoch: 2, state: 'committed', remainingMs: 0},
  ],
};

describe('no write is lost and service returns, in every interleaving', () => {
  const sound: readonly (Partial<CutoverRules> & {readonly name: string})[] = [
    {name: 'a successor, everybody mortal', writes: 2},
    {name: 'a second cutover forward, after a way back', history: AFTER_ROUND_TRIP},
    {name: 'no successor, the watchdog lives', ...ALONE, writes: 2},
    {name: 'a successor that lives and watches the proxy', ...ATTENDED, monitors: true},
    ...cutoverVariants,
  ];
  for (const {name, ...rules} of sound) {
    test(name, () => {
      const {violation, trace, states} = explore(cutoverWorld({...PRODUCT, ...rules}));
      expect(violation, trace.join('\n')).toBeUndefined();
      expect(states).toBeGreaterThan(1_000);
    });
  }
});

describe('each known bug is found', () => {
  for (const {name, finds, ...rules} of cutoverMutations) {
    test(name, () => {
      const {violation, trace} = explore(cutoverWorld({...PRODUCT, ...rules}));
      expect(violation, trace.join('\n')).toMatch(finds);
    });
  }
});
