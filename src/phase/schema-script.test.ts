import {expect, test} from 'vitest';
import {MYSQL_SHOP as SHOP, tablesIn} from '../../test/support/mysql-shop.ts';
import type {Database, Schema, SchemaScript} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import {mysqlToPostgres} from '../mapping/mysql-to-postgres/pair.ts';
import {postgresToPostgres} from '../mapping/postgres-to-postgres/pair.ts';
import type {MappingRules} from '../model/mapping-rules.ts';
import type {Table} from '../model/table.ts';
import {scriptFor} from './schema-script.ts';

const TABLES = tablesIn(SHOP);

const source = {convertible: {read: async () => SHOP}} as unknown as Database;
/** A target that takes everything. */
const target = () => {
  const tried: SchemaScript[] = [];
  const schema: Partial<Schema> = {
    roles: async () => [],
    tryOut: async (script) => (tried.push(script), []),
    reshaped: async (script, _, reshapes) => ({
      ...script,
      findings: [],
      ran: reshapes.map(({to}) => ({object: to.name, sql: 'moved', roles: [], isOptional: false})),
    }),
  };
  return {tried, database: {schema} as unknown as Database};
};
const signal = new AbortController().signal;
const place = {kind: 'rename', column: 'place', to: 'place', type: 'bytea'} as const;
const rules = (accept: readonly string[], columns: MappingRules['tables'][number]['columns'] = [place]) => {
  const from = {schema: 'shopdb', name: 'odd'};
  return migrationMapping(
    {tables: [{from, to: from, where: undefined, columns}], allowLoss: false},
    () => (value) => value,
    mysqlToPostgres({accept}),
  );
};
const REFUSED = ['shopdb.odd.doubt', 'check shopdb.odd.odd_chk_1'];

test('a schema of another engine is refused object by object, each with its own text, and nothing of it is tried out', async () => {
  const {database, tried} = target();
  const {script, findings} = await scriptFor('convert', {source, target: database}, TABLES, rules([]), signal);
  const refusals = findings.filter(({severity}) => severity === 'refuse');
  expect(refusals.map(({code, object}) => `${code} ${object}`)).toEqual(REFUSED.map((object) => `CF-SCOPE-004 ${object}`));
  expect(refusals[1]?.reason).toMatch(/soundex/);
  expect(script).toEqual({preData: [], postData: []});
  expect(tried).toEqual([]);
});

test('what the plan accepts stays behind with a warning, and the rest is the target’s own DDL', async () => {
  const {database, tried} = target();
  const {script, findings} = await scriptFor('convert', {source, target: database}, TABLES, rules(REFUSED), signal);
  expect(findings.filter(({severity}) => severity === 'refuse')).toEqual([]);
  expect(findings.filter(({next}) => next === 'accepted in the plan').map(({object}) => object)).toEqual(REFUSED);
  expect(script.preData[0]).toMatchObject({object: 'schema shopdb', sql: 'CREATE SCHEMA IF NOT EXISTS "shopdb"'});
  expect(script.preData.filter(({object}) => object.startsWith('table '))).toHaveLength(SHOP.tables.length);
  expect(script.postData.some(({object}) => object.startsWith('foreign key '))).toBe(true);
  expect(tried).toEqual([script]);
});

test('a table that the mapping calls otherwise is made by its own name first', async () => {
  const {database} = target();
  const mapping = migrationMapping(
    {tables: [], allowLoss: false},
    () => (value) => value,
    mysqlToPostgres({accept: REFUSED, names: 'lower'}),
  );
  const one = {...TABLES[0], name: {schema: 'shopdb', name: 'Customer'}} as Table;
  const lower = {
    convertible: {read: async () => ({...SHOP, tables: SHOP.tables.slice(0, 1), views: [], programs: []})},
  } as unknown as Database;
  const {tried} = await scriptFor('convert', {source: lower, target: database}, [one], mapping, signal);
  expect(tried.preData[0]).toMatchObject({object: 'customer', sql: 'moved'});
});

test('between servers of one engine nothing is converted', async () => {
  const same = migrationMapping({tables: [], allowLoss: false}, () => (value) => value, postgresToPostgres);
  const {findings} = await scriptFor('convert', {source, target: target().database}, TABLES, same, signal);
  expect(findings.map(({severity, next}) => `${severity} ${next}`)).toEqual([expect.stringMatching(/^refuse .*catalog/)]);
});
