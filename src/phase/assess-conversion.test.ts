import {expect, test} from 'vitest';
import {MYSQL_SHOP as SHOP} from '../../test/support/mysql-shop.ts';
import {assessLines} from '../cli/assess-lines.ts';
import type {Convertible} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import {mysqlToPostgres} from '../mapping/mysql-to-postgres/pair.ts';
import type {MappingRules} from '../model/mapping-rules.ts';
import {conversionReport} from './assess-conversion.ts';

const mapping = (rules: Partial<MappingRules> = {}) =>
  migrationMapping({tables: [], allowLoss: false, ...rules}, () => (value) => value, mysqlToPostgres({accept: []}));
/** Two zero dates in `customer.born`, and one pair of mails that Unicode does not tell apart. */
const source = () => {
  const asked: string[] = [];
  const convertible: Convertible = {
    read: async () => SHOP,
    count: async ({name}, conditions) => {
      asked.push(name);
      return conditions.map((condition) => (condition.includes('`born`') ? 2n : 0n));
    },
    collisions: async (_, groupBy) => (groupBy.some((one) => one.includes('`email`')) ? 1n : 0n),
  };
  return {asked, convertible};
};
const reportOf = async (allowLoss: boolean, isCounted = true, rules: Partial<MappingRules> = {}) => {
  const {asked, convertible} = source();
  const plan = {reverse: {windowMs: 1, ...(allowLoss ? {allowLoss: true as const} : {})}};
  const report = await conversionReport({source: {convertible}, plan, schema: SHOP, mapping: mapping(rules)}, isCounted);
  if (!report) throw new Error('no report');
  return {asked, ...report};
};

test('rows that would be lost are counted, one statement for each table, and refused where the plan does not allow loss (H-39, H-49)', async () => {
  const {asked, findings, types} = await reportOf(false);
  expect(asked).toEqual([...new Set(asked)]);
  expect(findings.map(({severity, code, object}) => `${severity} ${code} ${object}`)).toEqual([
    'refuse CF-MAP-003 shopdb.customer.born',
    'refuse CF-SCOPE-004 index shopdb.customer.email',
  ]);
  expect(findings[0]?.reason).toContain('2 rows with zero and impossible dates');
  const born = types.find(({column}) => column === 'born');
  expect(born).toMatchObject({table: 'shopdb.customer', from: 'date', to: 'date', losses: [{rows: '2', becomes: 'NULL'}]});
  expect(types.find(({column}) => column === 'is_active')).toMatchObject({to: 'smallint', others: ['integer', 'bigint', 'boolean']});
  expect(types.find(({column}) => column === 'place')).toMatchObject({to: undefined, others: ['bytea']});
  expect(types.find(({column}) => column === 'mood')?.to).toBe('customer_mood');
});

test('where loss is allowed they are a warning, and without counts nothing is read', async () => {
  expect((await reportOf(true)).findings[0]).toMatchObject({severity: 'warn', code: 'CF-MAP-003'});
  const uncounted = await reportOf(false, false);
  expect(uncounted.asked).toEqual([]);
  expect(uncounted.findings).toEqual([]);
  expect(uncounted.types.find(({column}) => column === 'born')?.losses[0]).toMatchObject({rows: null});
});

test('a column that the plan leaves behind, or makes anew, needs no type of its own', async () => {
  const from = {schema: 'shopdb', name: 'odd'};
  const {left} = await reportOf(false, false, {tables: [{from, to: from, where: undefined, columns: [{kind: 'drop', column: 'place'}]}]});
  expect(left.map(({object}) => object)).not.toContain('shopdb.odd.place');
  expect((await reportOf(false, false)).left.map(({object}) => object)).toContain('shopdb.odd.place');
});

test('what is left for a person is shown with its own text', async () => {
  const {types, left} = await reportOf(false);
  const zero = {max: 1, used: 0, needed: 1};
  const lines = assessLines({
    objects: [],
    extensions: [],
    tables: [],
    growth: {bytesPerMonth: 0, logBytesPerHour: 0, monthsUntilTargetIsFull: null},
    estimate: {copySeconds: 0, assumedBytesPerSecond: 1, diskBytes: 0, logBytesKeptOnSource: 0},
    connections: {source: zero, target: zero},
    indexCheck: {notChecked: 'no'},
    hasChecksums: {source: true, target: true},
    statements: null,
    statementsNotRecorded: 'off',
    programs: [],
    features: [],
    scope: {tables: 0, rows: 0, bytes: 0, withoutKey: 0},
    readiness: {isReady: true, checks: []},
    findings: [],
    fit: true,
    databaseBytes: 0,
    conversion: {types, left},
  }).join('\n');
  expect(lines).toMatch(/shopdb\.customer\.born +date → date\n +2 rows with zero and impossible dates \(H-39\): NULL/);
  expect(lines).toMatch(/warn trigger shopdb\.odd_insert: .*\n +SET NEW\.sound = 'x'/);
  expect(lines).toMatch(/shopdb\.odd\.place +point → REFUSED +\(or bytea\)/);
});
