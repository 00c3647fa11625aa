/** A SELECT as the catalogue prints it in a view: names are whole, joins are in brackets, and every column has its name. */
import {readExpression, readOrder, startsQuery} from './expression.ts';
import {Reader} from './reader.ts';
import {NotUnderstood} from '../token-reader.ts';
import {tokens} from './tokens.ts';
import type {Expression, Query, Select, Source} from './tree.ts';

/** Throws NotUnderstood. */
export const parseQuery = (printed: string): Query => {
  const reader = new Reader(tokens(printed), readQuery);
  const query = readQuery(reader);
  if (reader.next.kind !== 'end') throw new NotUnderstood(`at ${reader.next.text}`);
  return query;
};

const readQuery = (reader: Reader): Query => {
  const outer = reader.commonTables;
  if (reader.accept('with')) readCommonTables(reader);
  const query = readUnion(reader);
  reader.commonTables = outer;
  return query;
};

/** Each is read again wherever it is called by its name: no function that a view may use answers differently the second time. */
const readCommonTables = (reader: Reader): void => {
  if (reader.accept('recursive')) throw new NotUnderstood('WITH RECURSIVE');
  do {
    const name = reader.take().text;
    const columns = reader.accept('(') ? readNames(reader) : [];
    reader.expect('as');
    reader.expect('(');
    const query = readQuery(reader);
    reader.expect(')');
    reader.commonTables = new Map([...reader.commonTables, [name.toLowerCase(), named(query, columns)]]);
  } while (reader.accept(','));
};

/** Behind the opening bracket. */
const readNames = (reader: Reader): readonly string[] => {
  const names: string[] = [];
  do names.push(reader.take().text);
  while (reader.accept(','));
  reader.expect(')');
  return names;
};

const named = ({selects, ...rest}: Query, names: readonly string[]): Query => ({
  ...rest,
  selects: selects.map((select) => ({...select, items: select.items.map((item, i) => ({...item, name: names[i] ?? item.name}))})),
});

const readUnion = (reader: Reader): Query => {
  const selects = [{...readSelect(reader), isAll: true}];
  while (reader.accept('union')) {
    const isAll = reader.accept('all');
    selects.push({...readSelect(reader), isAll});
  }
  return {selects, order: readOrder(reader), limit: readLimit(reader)};
};

const readSelect = (reader: Reader): Select => {
  reader.expect('select');
  const isDistinct = reader.accept('distinct');
  const items: {readonly expression: Expression; readonly name: string}[] = [];
  do {
    const expression = readExpression(reader, 0);
    const last = expression.kind === 'column' ? expression.path.at(-1) : undefined;
    items.push({expression, name: reader.accept('as') ? reader.take().text : (last ?? `column ${items.length + 1}`)});
  } while (reader.accept(','));
  const from = reader.accept('from') ? readSources(reader) : undefined;
  const where = reader.accept('where') ? readExpression(reader, 0) : undefined;
  const group = reader.accept('group', 'by') ? readGroup(reader) : [];
  return {isDistinct, items, from, where, group, having: reader.accept('having') ? readExpression(reader, 0) : undefined};
};

const readGroup = (reader: Reader): Expression[] => {
  const group: Expression[] = [];
  do group.push(readExpression(reader, 0));
  while (reader.accept(','));
  if (reader.accept('with')) throw new NotUnderstood('WITH ROLLUP');
  return group;
};

const readSources = (reader: Reader): Source => {
  let left = readSource(reader);
  for (;;) {
    const type = JOINS.find(([, words]) => reader.accept(...words))?.[0];
    if (type === undefined) return left;
    const right = readSource(reader);
    left = {kind: 'join', type, left, right, on: reader.accept('on') ? readExpression(reader, 0) : undefined};
  }
};

const JOINS: readonly (readonly [type: string, words: readonly string[]])[] = [
  ['LEFT JOIN', ['left', 'join']],
  ['RIGHT JOIN', ['right', 'join']],
  ['JOIN', ['join']],
  ['JOIN', ['straight_join']],
  ['JOIN', [',']],
];

const readSource = (reader: Reader): Source => {
  if (reader.accept('(')) {
    const query = startsQuery(reader) ? readQuery(reader) : undefined;
    const inside = query ? undefined : readSources(reader);
    reader.expect(')');
    return query ? {kind: 'query', query, alias: readAlias(reader) ?? ''} : (inside ?? readSources(reader));
  }
  const path = [reader.take().text];
  while (reader.accept('.')) path.push(reader.take().text);
  const [schema, table] = path;
  const common = table === undefined ? reader.commonTables.get((schema ?? '').toLowerCase()) : undefined;
  if (common) return {kind: 'query', query: common, alias: readAlias(reader) ?? schema ?? ''};
  if (schema === undefined || table === undefined) throw new NotUnderstood(`the table ${path.join('.')}`);
  return {kind: 'table', schema, table, alias: readAlias(reader) ?? table};
};

const readAlias = (reader: Reader): string | undefined => {
  reader.accept('as');
  return reader.next.kind === 'name' ? reader.take().text : undefined;
};

/** `limit 5,10`: five are left out. */
const readLimit = (reader: Reader): Query['limit'] => {
  if (!reader.accept('limit')) return undefined;
  const first = reader.take().text;
  if (reader.accept(',')) return {count: reader.take().text, offset: first};
  return {count: first, offset: reader.accept('offset') ? reader.take().text : '0'};
};
