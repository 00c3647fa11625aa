import {expect, test} from 'vitest';
import {RANK, type SchemaNode} from './postgres-schema-node.ts';
import {inOrder} from './postgres-schema-order.ts';

const node = (key: string, kind: keyof typeof RANK, needs: readonly string[] = [], isPost = false): SchemaNode => ({
  key,
  object: key,
  schema: 's',
  table: undefined,
  rank: RANK[kind],
  isPost,
  needs,
  roles: [],
  sql: [`make ${key}`],
});

const keys = (nodes: readonly SchemaNode[]): string[] => nodes.map(({key}) => key);

test('what is needed comes first, whatever its kind', () => {
  const nodes = [
    node('function', 'function', ['view']),
    node('view', 'view', ['table']),
    node('table', 'table', ['type']),
    node('type', 'type'),
  ];
  expect(keys(inOrder(nodes, []).preData)).toEqual(['type', 'table', 'view', 'function']);
});

test('where nothing decides, kinds follow each other', () => {
  const nodes = [node('view', 'view'), node('check', 'check'), node('table', 'table'), node('schema', 'schema')];
  expect(keys(inOrder(nodes, []).preData)).toEqual(['schema', 'table', 'check', 'view']);
});

test('what needs post-data is post-data, also over several steps', () => {
  const nodes = [
    node('view', 'view', ['summary']),
    node('function', 'function', ['view']),
    node('summary', 'matview', ['table'], true),
    node('table', 'table'),
  ];
  const {preData, postData} = inOrder(nodes, []);
  expect(keys(preData)).toEqual(['table']);
  expect(keys(postData)).toEqual(['summary', 'view', 'function']);
});

test('the edges that the server knows count like those of the nodes', () => {
  const nodes = [node('a', 'table'), node('b', 'table')];
  expect(keys(inOrder(nodes, [{from: 'a', to: 'b'}]).preData)).toEqual(['b', 'a']);
});

test('a circle is reported with what hangs on it, and orders the rest', () => {
  const nodes = [node('a', 'function', ['b']), node('b', 'table', ['a']), node('hangs on', 'view', ['a']), node('free', 'table')];
  const {preData, circular} = inOrder(nodes, []);
  expect(keys(preData)).toEqual(['free']);
  expect(keys(circular)).toEqual(['a', 'b', 'hangs on']);
});
