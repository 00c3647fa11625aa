/** What gates ask, answered well unless a test says otherwise. */
import type {Measures} from '../../src/gate/gate.ts';
import {NO_READS} from '../../src/model/read-tally.ts';

export const NOW = new Date('2026-05-02T10:00:00.000Z');

export const measures = (answers: Partial<Measures> = {}): Measures => ({
  phase: 'cutover',
  settings: {},
  lagMs: async () => 40,
  lastVerification: async () => ({at: '2026-05-02T08:30:00.000Z', equal: true, tables: 12, rows: '1000000', differing: 0, uncompared: 0}),
  changedSince: async () => ({isKnown: true, compared: 0, waiting: 0, oldestMs: 0, whole: [], differing: 0, trouble: undefined}),
  unexplained: async () => undefined,
  schemaDifferences: async () => [],
  applicationRoleFaults: async () => [],
  headroom: async () => ({neededBytes: 1024, rooms: [{where: 'data on its disk', neededBytes: 1024, freeBytes: 4096}]}),
  retention: async () => [{isWell: true, words: 'the disk of the source is well'}],
  longTransactions: async () => [],
  rowCounts: async () => ({tables: 12, rows: '1,000,000', differences: []}),
  reads: async () => ({
    routers: 2,
    readPercent: 100,
    tally: {...NO_READS, equal: 90, served: 1200},
    enough: {equal: 1000, answered: 1000},
    failuresMax: 10,
  }),
  wayBackFaults: async () => [],
  ask: async () => [],
  program: async () => '',
  request: async () => ({status: 204, body: ''}),
  rehearsal: async () => {
    throw new Error('there is no record');
  },
  surroundings: async () => {
    throw new Error('nobody has looked around');
  },
  secret: async (reference) => `resolved ${reference}`,
  migration: {id: 'm1', name: 'shop', planChecksum: 'c'.repeat(64)},
  approvals: async () => [],
  starter: async () => 'ann',
  approval: {quorum: 1, starterMay: false, expiresMs: 24 * 3_600_000},
  now: () => NOW,
  ...answers,
});
