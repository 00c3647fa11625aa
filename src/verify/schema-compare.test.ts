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
  await expect(compareSchemas(side([]), mute)).rejects.toThrow('does not describe schemas in the language of the target');
});

test('nor can sides of two engines, though each describes its own', async () => {
  const {database, tables} = side([]);
  const foreign = {database: {...database, engine: 'mysql'}, tables};
  await expect(compareSchemas(side([]), foreign)).rejects.toThrow('does not describe schemas in the language of the target');
});

const shapes = [{from: {schema: 'crm', name: 'a'}, to: {schema: 'crm', name: 'b'}}];

test('where the target’s schema was worked out, it is compared with that, and the source with what it was then', async () => {
  const kept = {
    source: [statement('table a', 'A'), statement('index i', 'I ON a')],
    target: [statement('table b', 'B'), statement('index i', 'I ON b')],
  };
  const [source, target] = [side(kept.source), side(kept.target)];
  expect(await compareSchemas(source, target, {tables: shapes, kept})).toEqual({objects: 2, differences: [], notes: []});
  const later = side([statement('table a', 'A'), statement('index j', 'J ON a')]);
  const {differences} = await compareSchemas(later, side([statement('table b', 'B')]), {tables: shapes, kept});
  expect(differences.map(wordsOf)).toEqual([
    'index i is missing on the target',
    'index i has changed on the source since the target’s schema was made',
    'index j has changed on the source since the target’s schema was made',
  ]);
});

test('where people wrote it, tables of another shape are left out by name', async () => {
  const tables = [{name: {schema: 'crm', name: 'a'}}] as unknown as Parameters<typeof compareSchemas>[0]['tables'];
  const source = {...side([statement('table x', 'X')]), tables};
  const {differences, notes} = await compareSchemas(source, side([statement('table x', 'X')]), {tables: shapes, kept: undefined});
  expect(differences).toEqual([]);
  expect(notes.map(wordsOf)).toEqual([
    'table crm.b has another shape than on the source: its columns fit the mapping, the rest was not compared',
  ]);
});

test('a schema in the language of another engine is not taken for a different one', async () => {
  const foreign = {database: {side: 'source'} as unknown as Database, tables: []};
  await expect(compareSchemas(foreign, side([]))).rejects.toMatchObject({code: 'CF-SCOPE-004'});
});
