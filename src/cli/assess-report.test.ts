import {expect, test} from 'vitest';
import type {Finding} from '../engine/engine.ts';
import type {Inventory} from '../model/inventory.ts';
import type {Plan} from '../plan/plan.ts';
import {assessLines} from './assess-lines.ts';
import {assessReport, type AssessFacts} from './assess-report.ts';

const inventory: Inventory = {
  databaseBytes: 1_000_000_000,
  logBytes: 5_000_000_000,
  objects: [{kind: 'tables', count: 1}],
  extensions: [],
  availableExtensions: [],
  connections: {max: 100, used: 10},
  features: [],
  openTransactions: {count: 0, oldestMs: 0},
  statements: {notRecorded: 'nobody keeps count'},
  indexCheck: {checked: 1, corrupt: []},
  hasChecksums: true,
  staleCollations: [],
};
const facts = (change: Partial<AssessFacts> = {}): AssessFacts => ({
  plan: {
    source: {engine: 'postgres'},
    target: {engine: 'postgres'},
    load: {parallel: 4, chunkBytes: 1},
    switch: [],
    reverse: {windowMs: 0},
    cutover: {stallBudgetMs: 5000},
  } as unknown as Plan,
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
  inventories: {source: inventory, target: {...inventory}},
  later: inventory,
  intervalMs: 10_000,
  diskBytes: undefined,
  findings: [],
  ...change,
});

const onSource = (change: Partial<Inventory>): Partial<AssessFacts> => ({
  inventories: {source: {...inventory, ...change}, target: {...inventory}},
});

test('growth is what two samples differ by, and the months until a disk is full follow from it', () => {
  const later = {databaseBytes: 1_000_001_000, logBytes: 5_000_010_000};
  const grown = assessReport(facts({later, diskBytes: 136_314_880 + 259_200_000 * 2}));
  expect(grown.growth).toEqual({bytesPerMonth: 259_200_000, logBytesPerHour: 3_600_000, monthsUntilTargetIsFull: 2});
  expect(grown.estimate).toMatchObject({copySeconds: 2, diskBytes: 136_314_880, logBytesKeptOnSource: 2000});
  expect(assessReport(facts()).growth).toEqual({bytesPerMonth: 0, logBytesPerHour: 0, monthsUntilTargetIsFull: null});
  expect(assessReport(facts({diskBytes: 1000})).growth.monthsUntilTargetIsFull, 'no room for the copy itself').toBe(0);
  expect(assessLines(grown).join('\n')).toContain('the target is full in 2 months');
});

test('a corrupt key index is a no-go; one that could not be looked at says why', () => {
  const corrupt = {checked: 1, corrupt: [{index: 's.t_pkey', reason: 'item order invariant violated'}]};
  const report = assessReport(facts(onSource({indexCheck: corrupt})));
  expect(report.fit).toBe(false);
  expect(report.findings).toMatchObject([{severity: 'refuse', object: 's.t_pkey'}]);
  expect(assessLines(report).join('\n')).toMatch(/1 CORRUPT[\s\S]*REFUSED/);
  const blind = assessReport(facts(onSource({indexCheck: {notChecked: 'no amcheck'}})));
  expect(blind.fit).toBe(true);
  expect(assessLines(blind).join('\n')).toContain('not checked: no amcheck');
});

test.each([
  ['too few free connections', {connections: {max: 20, used: 10}}, 'warn', 'has 10 free connections, and up to 16 are needed'],
  ['an extension that the target cannot have', {extensions: [{name: 'postgis', version: '3.5'}]}, 'warn', 'does not have it'],
  ['a collation of another library', {staleCollations: [{name: 'de', recorded: '2.31', actual: '2.36'}]}, 'warn', 'out of order'],
  ['pages without checksums', {hasChecksums: false}, 'info', 'no data checksums'],
] as const)('%s', (_what, change, severity, reason) => {
  const report = assessReport(facts(onSource(change)));
  expect(report.fit).toBe(true);
  expect(report.findings).toMatchObject([{severity, reason: expect.stringContaining(reason)}]);
});

test('no extension of one engine is missed on another one', () => {
  const report = facts(onSource({extensions: [{name: 'postgis', version: '3.5'}]}));
  expect(assessReport({...report, plan: {...report.plan, target: {...report.plan.target, engine: 'mysql'}}}).findings).toEqual([]);
});

test('an extension that is older on the target is named with both versions, one that is newer is not (H-23)', () => {
  const [vector, hstore] = [
    {name: 'vector', version: '0.10.0'},
    {name: 'hstore', version: '1.8'},
  ];
  const possible = [
    {name: 'vector', version: '0.9.1'},
    {name: 'hstore', version: '1.10'},
  ];
  const inventories = {source: {...inventory, extensions: [vector, hstore]}, target: {...inventory, availableExtensions: possible}};
  expect(assessReport(facts({inventories})).findings).toMatchObject([
    {severity: 'warn', object: 'extension vector', reason: 'is version 0.10.0 on the source, and the target has 0.9.1, which is older'},
  ]);
});

test('both sides of a change in place are one', () => {
  const one = {...inventory, hasChecksums: false};
  expect(assessReport(facts({inventories: {source: one, target: one}})).findings).toHaveLength(1);
});

test('what stops a run stands first, whoever found it', () => {
  const of = (severity: Finding['severity'], object: string): Finding => ({severity, code: 'CF-SCOPE-004', object, reason: 'r', next: 'n'});
  const corrupt = {checked: 1, corrupt: [{index: 's.t_pkey', reason: 'bent'}]};
  const found = [of('info', 'a'), of('warn', 'b'), of('refuse', 'c'), of('warn', 'd')];
  const {findings} = assessReport(facts({...onSource({indexCheck: corrupt}), findings: found}));
  expect(findings.map(({object}) => object)).toEqual(['c', 's.t_pkey', 'b', 'd', 'a']);
});

test.each([
  ['nothing is in its way', {}, [true, true, true, true, true, true, null, true]],
  [
    'a transaction that is older than the stall may be',
    {openTransactions: {count: 1, oldestMs: 5001}},
    [true, true, true, false, true, true, null, true],
  ],
  ['transactions that are not shown', {openTransactions: {notShown: 'GRANT'}}, [true, true, true, null, true, true, null, true]],
  ['an index that nobody could check', {indexCheck: {notChecked: 'no amcheck'}}, [true, true, null, true, true, true, null, true]],
  ['a source without free sessions', {connections: {max: 20, used: 10}}, [true, true, true, true, false, true, null, true]],
] as const)('how ready a cutover is: %s', (_what, change, answers) => {
  const {readiness} = assessReport(facts(onSource(change)));
  expect(readiness.checks.map(({isReady}) => isReady)).toEqual(answers);
  expect(readiness.isReady).toBe(!(answers as readonly (boolean | null)[]).includes(false));
});

test('without a key, with a refusal, and with switches', () => {
  const [table] = facts().tables;
  if (!table) throw new Error('no table');
  const keyless = {...table, name: {schema: 's', name: 'k'}, label: 's.k', key: []};
  const refusal: Finding = {severity: 'refuse', code: 'CF-SCOPE-002', object: 's.k', reason: 'has no key', next: 'add one'};
  const given = facts({tables: [table, keyless], findings: [refusal]});
  const report = assessReport({...given, plan: {...given.plan, switch: [{name: 'haproxy', settings: {}}]}});
  expect(report.scope).toEqual({tables: 2, rows: 20, bytes: 209_715_200, withoutKey: 1});
  expect(report.readiness.isReady).toBe(false);
  expect(report.readiness.checks.slice(0, 2)).toMatchObject([{isReady: false}, {isReady: false, evidence: 'without: s.k'}]);
  const words = assessLines(report).join('\n');
  expect(words).toMatch(
    /1 WITHOUT KEY[\s\S]*cutover +NOT READY\n +NO +does nothing stand in the way: 1 refusals[\s\S]*yes +do clients get to the target: by haproxy/,
  );
});

test('features, programs and the want of a record are told in words', () => {
  const features = [{name: 'ENUM columns', count: 2}];
  const report = assessReport(facts({...onSource({features}), programs: [{kind: 'trigger', name: 's.g', text: 'BEGIN END'}]}));
  expect(report).toMatchObject({features, statements: null, statementsNotRecorded: 'nobody keeps count', programs: [{text: 'BEGIN END'}]});
  expect(assessLines(report).join('\n')).toMatch(
    /features +2 ENUM columns[\s\S]*no record: nobody keeps count[\s\S]*programs +1 [\s\S]*trigger +s\.g/,
  );
});
