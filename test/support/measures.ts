/** What gates ask, answered well unless a test says otherwise. */
import type {Measures} from '../../src/gate/gate.ts';

export const NOW = new Date('2026-05-02T10:00:00.000Z');

export const measures = (answers: Partial<Measures> = {}): Measures => ({
  phase: 'cutover',
  settings: {},
  lagMs: async () => 40,
  lastVerification: async () => ({at: '2026-05-02T08:30:00.000Z', equal: true, tables: 12, rows: '1000000', differing: 0, uncompared: 0}),
  schemaDifferences: async () => [],
  approvals: async () => [],
  starter: async () => 'ann',
  approval: {quorum: 1, starterMay: false, expiresMs: 24 * 3_600_000},
  now: () => NOW,
  ...answers,
});
