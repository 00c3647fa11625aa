import {expect, test} from 'vitest';
import {pinPlan} from './plan-file.ts';
import {PlanInvalid} from './plan-invalid.ts';
import {SHIPPED} from './vocabulary.ts';

const WORDS = {...SHIPPED, engines: ['postgres', 'mysql', 'mariadb']};
const text = (source: string, rest: string, target = 'postgres'): string => `name: shop
workflow: live-migration
source: {engine: ${source}, url: env:SOURCE_URL}
target: {engine: ${target}, url: env:TARGET_URL}
scope: {tables: [shop.*]}
${rest}
`;
const problemsOf = (source: string, rest: string, target?: string): readonly string[] => {
  try {
    pinPlan(text(source, rest, target), 'p.yaml', WORDS);
  } catch (error) {
    if (error instanceof PlanInvalid) return error.problems.map(({path, message}) => `${path} ${message}`);
    throw error;
  }
  return [];
};

test('says what the schema of another engine becomes', () => {
  const {plan} = pinPlan(
    text('mysql', 'schema: {kind: convert}\nconversion: {names: lower, tinyint1: boolean, zeroDates: nullable, accept: [shop.odd.doubt]}'),
    'p.yaml',
    WORDS,
  );
  expect(plan.schema).toEqual({kind: 'convert'});
  expect(plan.conversion).toEqual({names: 'lower', tinyint1: 'boolean', zeroDates: 'nullable', accept: ['shop.odd.doubt']});
  expect(pinPlan(text('mysql', 'schema: {kind: existing}'), 'p.yaml', WORDS).plan.conversion).toBeUndefined();
});

test('is of no use between servers of one engine, and the only way between two', () => {
  expect(problemsOf('postgres', 'schema: {kind: convert}')).toEqual([
    expect.stringMatching(/^schema\.kind converts for another engine only/),
  ]);
  expect(problemsOf('postgres', 'conversion: {names: lower}')).toEqual(['conversion is for a source of another engine']);
  expect(problemsOf('mysql', '')).toEqual([expect.stringMatching(/cannot be catalog, because .*: convert, files or existing$/)]);
  expect(problemsOf('mysql', 'schema: {kind: pg_dump}')).toHaveLength(1);
  expect(problemsOf('mysql', 'schema: {kind: existing}')).toEqual([]);
});

test('from MySQL to MariaDB names what may stay behind, and nothing that only PostgreSQL asks for', () => {
  expect(problemsOf('mysql', 'schema: {kind: convert}\nconversion: {accept: [index shop.t.i]}', 'mariadb')).toEqual([]);
  expect(problemsOf('mysql', 'schema: {kind: convert}\nconversion: {names: lower}', 'mariadb')).toEqual([
    'conversion names, tinyint1 and zeroDates are for PostgreSQL as target',
  ]);
});
