import {expect, test} from 'vitest';
import type {Database, Finding, SchemaStatement} from '../engine/engine.ts';
import {compareSchemas, wordsOf} from './schema-compare.ts';

const statement = (object: string, sql: string, roles: readonly string[] = []): SchemaStatement => ({
  object,
  sql,
  roles,
  isOptional: roles.length > 0,
});

/** A side whose catalogue says this. */
const side = (statements: readonly SchemaStatement[], roles: readonly string[] = [], findings: readonly Finding[] = []) => ({
  database: {
    side: 'source',
    schema: {
      read: async () => ({preData: statements, postData: [], findings}),
      roles: async () => roles,
      meaning: async (sql: string) => sql.replaceAll(/[()\s]/g, ''),
    },
  } as unknown as Database,
  tables: [],
});

test('the same definitions in other words are equal', async () => {
  const report = await compareSchemas(side([statement('index i', 'CREATE INDEX i (a)')]), side([statement('index i', 'CREATE INDEX i a')]));
  expect(report).toEqual({objects: 1, differences: [], notes: []});
});

test('what is missing, different and too much is named', async () => {
  const source = side([statement('table a', 'A'), statement('table b', 'B'), statement('table b', 'storage')]);
  const {differences} = await compareSchemas(source, side([statement('table b', 'B'), statement('table c', 'C')]));
  expect(differences.map(wordsOf)).toEqual([
    'table a is missing on the target',
    'table b differs: B; storage | B',
    'table c is only on the target',
  ]);
});

test('privileges of a role that one side does not have are not compared; owners are noted', async () => {
  const source = side([statement('privileges of ann', 'GRANT', ['ann']), statement('owner of t', 'ALTER', ['bob'])], ['ann', 'bob']);
  const {differences, notes} = await compareSchemas(source, side([], ['bob']));
  expect(differences).toEqual([]);
  expect(notes.map(wordsOf)).toEqual(['owner of t is missing on the target']);
});

test('an object that cannot be written counts by its name', async () => {
  const unknown: Finding = {severity: 'refuse', code: 'CF-SCOPE-004', object: 'aggregate f(x)', reason: '', next: ''};
  const {differences} = await compareSchemas(side([], [], [unknown]), side([]));
  expect(differences.map(wordsOf)).toEqual(['aggregate f(x) is missing on the target']);
});

test('a side that cannot tell is an error and no answer', async () => {
  const mute = {database: {side: 'target'} as unknown as Database, tables: []};
  await expect(compareSchemas(side([]), mute)).rejects.toThrow('the engine of the target does not describe schemas');
});
