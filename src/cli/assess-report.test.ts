import {expect, test} from 'vitest';
import type {Inventory} from '../model/inventory.ts';
import type {Plan} from '../plan/plan.ts';
import {assessReport, type AssessFacts} from './assess-report.ts';

const inventory: Inventory = {
  databaseBytes: 1_000_000_000,
  objects: [{kind: 'tables', count: 1}],
  extensions: [],
  connections: {max: 100, used: 10},
  statements: undefined,
  corruptIndexes: [],
  hasChecksums: true,
};
const facts = (change: Partial<AssessFacts> = {}): AssessFacts => ({
  plan: {load: {parallel: 4, chunkBytes: 1}} as Plan,
  tables: [
    {
      name: {schema: 's', name: 't'},
      label: 's.t',
      columns: [],
      key: ['id'],
      partitions: [],
      estimatedRows: 10,
      estimatedBytes: 100 * 1024 * 1024,
    },
  ],
  source: inventory,
  laterBytes: 1_000_000_000,
  intervalMs: 10_000,
  diskBytes: undefined,
  findings: [],
  ...change,
});

test('growth is what two samples differ by, and the months until a disk is full follow from it', () => {
  const grown = assessReport(facts({laterBytes: 1_000_001_000, diskBytes: 136_314_880 + 259_200_000 * 2}));
  expect(grown.growth).toEqual({bytesPerMonth: 259_200_000, monthsUntilTargetIsFull: 2});
  expect(assessReport(facts()).growth).toEqual({bytesPerMonth: 0, monthsUntilTargetIsFull: null});
});

test('a corrupt key index is a no-go', () => {
  const report = assessReport(
    facts({source: {...inventory, corruptIndexes: [{index: 's.t_pkey', reason: 'item order invariant violated'}]}}),
  );
  expect(report.fit).toBe(false);
  expect(report.findings).toMatchObject([{severity: 'refuse', object: 's.t_pkey'}]);
});

test('too few free connections are a warning', () => {
  const report = assessReport(facts({source: {...inventory, connections: {max: 20, used: 10}}}));
  expect(report.fit).toBe(true);
  expect(report.findings).toMatchObject([{severity: 'warn', reason: 'has 10 free connections, and up to 16 are needed'}]);
});
