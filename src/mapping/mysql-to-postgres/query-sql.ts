/** A query of a view as PostgreSQL's own. What the target would not take (a column that is not grouped) its trial finds. */
import {aggregated, orderKey} from './aggregates.ts';
import {quoted} from './names.ts';
import type {Expression, Ordered, Query, Select, Source} from './tree.ts';
import {NotUnderstood} from '../token-reader.ts';
import {translate} from './translate.ts';
import {windowed} from './windows.ts';
import {asBoolean, asNumber, folded, type Scope, type TypedSql} from './typed-sql.ts';

/** A column of a table, a view or a query: what it is when it is called `sql`; undefined where no expression may use it. */
export type ViewColumn = {readonly name: string; as(sql: string): TypedSql | undefined};
/** What a query reads from, as the target calls it. */
export type Readable = {readonly sql: string; readonly columns: readonly ViewColumn[]};
export type Readables = Pick<Scope, 'flavour' | 'collation'> & {read(schema: string, table: string): Readable};

export type WrittenQuery = {readonly sql: string; readonly columns: readonly ViewColumn[]};

/** Throws NotUnderstood. `outer`: of the query in which this one stands. */
export const querySql = (query: Query, from: Readables, outer?: Scope): WrittenQuery => {
  const selects = query.selects.map((select) => selectSql(select, from, outer));
  const [first] = selects;
  if (!first) throw new NotUnderstood('a query without SELECT');
  const {limit} = query;
  const more = selects.slice(1).map(({sql, columns, items}, i) => {
    const isAll = query.selects[i + 1]?.isAll === true;
    if (!isAll) [...first.items, ...items].forEach(refuseFolded('UNION'));
    if (columns.length !== first.columns.length) throw new NotUnderstood('a UNION of different columns');
    return ` UNION ${isAll ? 'ALL ' : ''}${sql}`;
  });
  const isPlain = query.selects.length === 1 && query.selects[0]?.isDistinct === false;
  const order = query.order.map((one) => orderSql(one, first, isPlain));
  const sql = [
    first.sql + more.join(''),
    order.length ? `ORDER BY ${order.join(', ')}` : '',
    limit ? `LIMIT ${limit.count}${limit.offset === '0' ? '' : ` OFFSET ${limit.offset}`}` : '',
  ];
  return {sql: sql.filter(Boolean).join(' '), columns: first.columns};
};

type Item = {readonly name: string; readonly sql: string; readonly column: ViewColumn; readonly typed: TypedSql | undefined};
type WrittenSelect = WrittenQuery & {readonly items: readonly Item[]; readonly scope: Scope};

const selectSql = (select: Select, from: Readables, outer: Scope | undefined): WrittenSelect => {
  const sources = select.from ? sourcesOf(select.from, from) : [];
  const rows = scopeOf(sources, from, outer);
  const keys = select.group.map((one) => translate(one, rows));
  const groups = grouped(keys, rows);
  const items = select.items.map(({expression, name}) => itemOf(expression, name, groups, sources, select.group.length > 0));
  if (select.isDistinct) items.forEach(refuseFolded('DISTINCT'));
  const clauses = [
    `SELECT ${select.isDistinct ? 'DISTINCT ' : ''}${items.map(({sql, name}) => `${sql} AS ${quoted(name)}`).join(', ')}`,
    select.from ? `FROM ${sourceSql(select.from, sources, rows)}` : '',
    select.where ? `WHERE ${asBoolean(translate(select.where, rows))}` : '',
    keys.length ? `GROUP BY ${keys.map((key) => keySql(key, rows)).join(', ')}` : '',
    select.having ? `HAVING ${asBoolean(translate(select.having, withNames(groups, items)))}` : '',
  ];
  return {sql: clauses.filter(Boolean).join(' '), columns: items.map(({column}) => column), items, scope: groups};
};

type Opened = {readonly alias: string; readonly source: Source; readonly read: Readable};

const sourcesOf = (source: Source, from: Readables): Opened[] => {
  if (source.kind === 'join') return [...sourcesOf(source.left, from), ...sourcesOf(source.right, from)];
  const {alias} = source;
  if (source.kind === 'table') return [{alias, source, read: from.read(source.schema, source.table)}];
  const {sql, columns} = querySql(source.query, from);
  return [{alias, source, read: {sql: `(${sql})`, columns}}];
};

const sourceSql = (source: Source, opened: readonly Opened[], scope: Scope): string => {
  if (source.kind !== 'join') return `${opened.find((one) => one.source === source)?.read.sql ?? ''} AS ${quoted(source.alias)}`;
  const on = source.on ? asBoolean(translate(source.on, scope)) : 'TRUE';
  return `(${sourceSql(source.left, opened, scope)} ${source.type} ${sourceSql(source.right, opened, scope)} ON ${on})`;
};

const found = (sources: readonly Opened[], path: readonly string[]): {readonly sql: string; readonly column: ViewColumn} | undefined => {
  const [name = '', table] = path.toReversed();
  const hits = sources
    .filter(({alias}) => table === undefined || alias.toLowerCase() === table.toLowerCase())
    .flatMap(({alias, read}) =>
      read.columns
        .filter((column) => column.name.toLowerCase() === name.toLowerCase())
        .map((column) => ({sql: `${quoted(alias)}.${quoted(column.name)}`, column})),
    );
  return hits.length === 1 ? hits[0] : undefined;
};

const scopeOf = (sources: readonly Opened[], from: Readables, outer: Scope | undefined): Scope => {
  const scope: Scope = {
    flavour: from.flavour,
    isStored: false,
    collation: from.collation,
    column: (path) => {
      const own = found(sources, path);
      return own ? own.column.as(own.sql) : outer?.column(path);
    },
    aggregate: (expression) => aggregated(expression, scope, (one) => translate(one, scope)),
    window: (expression) => windowed(expression, scope, (one) => translate(one, scope)),
    query: (query, isExists) => subquery(query, isExists, from, scope),
  };
  return scope;
};

const subquery = (query: Query, isExists: boolean, from: Readables, scope: Scope): TypedSql => {
  const {sql, columns} = querySql(query, from, scope);
  if (isExists) return {sql: `EXISTS (${sql})`, kind: 'boolean'};
  const value = columns.length === 1 ? columns[0]?.as(`(${sql})`) : undefined;
  if (!value) throw new NotUnderstood('the value of such a query');
  return value;
};

const keySql = (key: TypedSql, scope: Scope): string => (key.kind === 'text' ? (folded([key], scope)[0] ?? key.sql) : key.sql);

/** Texts that are grouped whatever their case: MySQL shows any one of the group, here the least. */
const grouped = (keys: readonly TypedSql[], rows: Scope): Scope => {
  const least = new Set(keys.filter((key) => keySql(key, rows) !== key.sql).map(({sql}) => sql));
  return {
    ...rows,
    column: (path) => {
      const value = rows.column(path);
      return value && least.has(value.sql) ? {...value, sql: `min(${value.sql})`} : value;
    },
  };
};

const itemOf = (expression: Expression, name: string, scope: Scope, sources: readonly Opened[], isGrouped: boolean): Item => {
  const own = expression.kind === 'column' ? found(sources, expression.path) : undefined;
  const typed = own ? scope.column(expression.kind === 'column' ? expression.path : []) : asValue(translate(expression, scope));
  // A column on its own keeps its type, whatever that is.
  if (own && !(isGrouped && typed?.sql.startsWith('min('))) return {name, sql: own.sql, column: {...own.column, name}, typed};
  if (!typed) throw new NotUnderstood(`the column ${name}`);
  const {literal: _, ...rest} = typed;
  return {name, sql: typed.sql, column: {name, as: (sql) => ({...rest, sql})}, typed};
};

/** Truths are numbers to MySQL, and NULL has to be of some type. */
const asValue = (value: TypedSql): TypedSql => {
  if (value.kind === 'boolean') return asNumber(value);
  return value.kind === 'null' ? {sql: 'NULL::text', kind: 'text'} : value;
};

/** HAVING may call what is shown by its name. */
const withNames = (scope: Scope, items: readonly Item[]): Scope => ({
  ...scope,
  column: (path) => (path.length === 1 ? items.find(({name}) => name === path[0])?.typed : undefined) ?? scope.column(path),
});

/** MySQL puts NULL first. */
const orderSql = ({by, isDescending}: Ordered, {items, scope}: WrittenSelect, isPlain: boolean): string => {
  const item = by.kind === 'column' && by.path.length === 1 ? items.find(({name}) => name === by.path[0]) : undefined;
  if (!item && !isPlain) throw new NotUnderstood('ORDER BY of what a DISTINCT or UNION does not show');
  const typed = item ? item.typed : translate(by, scope);
  const sql = item && (!isPlain || typed?.kind !== 'text') ? quoted(item.name) : typed && orderKey(typed, scope);
  return `${sql}${isDescending ? ' DESC NULLS LAST' : ' NULLS FIRST'}`;
};

const refuseFolded =
  (word: string) =>
  ({name, typed}: Item): void => {
    if (typed?.fold || typed?.pads) throw new NotUnderstood(`${word} of texts whose case or last spaces do not count (${name})`);
  };
