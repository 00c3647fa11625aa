/**
 * Writes the DDL of some tables and of everything they need, from the catalogue, in one snapshot. No other program is
 * asked. Objects that live in the same schemas come along; those that need a table outside the scope stay behind and
 * are named.
 */
import type {Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {Schema, SchemaScript, SchemaStatement} from '../schema.ts';
import {type Edge, readEdges, readOwners} from './postgres-schema-edges.ts';
import {EXTRA_QUERIES} from './postgres-schema-extras.ts';
import {readGrants} from './postgres-schema-grants.ts';
import {type NodeKey, RANK, readNodes, type SchemaNode} from './postgres-schema-node.ts';
import {inOrder, needsOf} from './postgres-schema-order.ts';
import {TABLE_QUERIES} from './postgres-schema-tables.ts';
import {TYPE_QUERIES} from './postgres-schema-types.ts';
import {adviceOn, readBystanders, readUnknown} from './postgres-schema-unknown.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

export const exportSchema = async (
  session: PgSession,
  tables: readonly Table[],
  others: readonly string[] = [],
): ReturnType<Schema['read']> =>
  session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
    const schemas = [...tables.map((table) => table.name.schema), ...others];
    const {findings, ...script} = await exportWithin(session, {tables, schemas, isOwn: () => true});
    return {...script, findings: [...findings, ...(await readBystanders(session))]};
  });

export type ExportRequest = {
  readonly tables: readonly Pick<Table, 'name'>[];
  /** Whatever lives there comes along. */
  readonly schemas: readonly string[];
  /** Objects that are there for other reasons are left out. */
  readonly isOwn: (node: SchemaNode) => boolean;
};

/** In the session's open transaction. */
export const exportWithin = async (session: PgSession, {tables, schemas, isOwn}: ExportRequest): ReturnType<Schema['read']> => {
  const all = (await readAll(session)).filter(isOwn);
  const known = new Set(all.map(({key}) => key));
  const resolve = await readOwners(session, (key) => known.has(key));
  const edges = await readEdges(session, resolve);
  const chosen = choose(all, edges, await oidsOf(session, tables), new Set(schemas));
  const order = inOrder(
    chosen.nodes.filter((node) => node.sql.length),
    edges,
  );
  const keys = new Set(chosen.nodes.filter((node) => node.sql.length).map(({key}) => key));
  const script: SchemaScript = {
    preData: order.preData.flatMap((node) => statementsOf(node, chosen.needed)),
    postData: [...order.postData.flatMap((node) => statementsOf(node, chosen.needed)), ...(await readGrants(session, keys, resolve))],
  };
  return {
    ...script,
    findings: [...findingsOf(chosen, order.circular), ...lateTables(order.postData)],
  };
};

export const readAll = async (session: PgSession): Promise<SchemaNode[]> => {
  const found: SchemaNode[] = [];
  for (const query of [...TYPE_QUERIES, ...TABLE_QUERIES, ...EXTRA_QUERIES]) found.push(...(await readNodes(session, query)));
  return [...found, ...(await readUnknown(session))];
};

/** With their partitions as they are here: those that a conversion has made are in no catalogue of the source. */
const oidsOf = async (session: PgSession, tables: ExportRequest['tables']): Promise<ReadonlySet<string>> => {
  const {rows} = await session.query(
    `SELECT coalesce(part.relid, root)::oid::text AS oid FROM unnest($1::text[]) AS wanted(name) CROSS JOIN LATERAL to_regclass(name) AS root
     LEFT JOIN LATERAL pg_partition_tree(root) AS part ON true`,
    [tables.map(({name}) => quoteTable(name))],
  );
  return new Set(rows.map((row) => row['oid'] ?? ''));
};

type Chosen = {
  readonly nodes: readonly SchemaNode[];
  /** What some other chosen node needs. */
  readonly needed: ReadonlySet<NodeKey>;
  /** Of the same schemas, but they need a table that is not moved. */
  readonly left: readonly SchemaNode[];
  /** Part of a table that is moved, but they need one that is not. */
  readonly torn: readonly SchemaNode[];
};

const choose = (all: readonly SchemaNode[], edges: readonly Edge[], moved: ReadonlySet<string>, schemas: ReadonlySet<string>): Chosen => {
  const needs = needsOf(all, edges);
  const relations = new Set(all.filter(({rank, sql}) => rank === RANK.table && sql.length).map(({table}) => table));
  const isOutside = ({table}: SchemaNode): boolean => table !== undefined && relations.has(table) && !moved.has(table);
  const outside = closure(
    all.filter(isOutside).map(({key}) => key),
    inverse(needs),
  );
  const isRoot = (node: SchemaNode): boolean =>
    !isOutside(node) && (node.schema === '' || schemas.has(node.schema) || moved.has(node.table ?? ''));
  const roots = all.filter(isRoot);
  const keys = closure(
    roots.filter(({key}) => !outside.has(key)).map(({key}) => key),
    needs,
  );
  const lost = roots.filter(({key}) => outside.has(key));
  const nodes = all.filter(({key}) => keys.has(key));
  return {
    nodes,
    needed: new Set(nodes.flatMap(({key}) => [...(needs.get(key) ?? [])])),
    left: lost.filter(({table}) => !moved.has(table ?? '')),
    torn: lost.filter(({table}) => moved.has(table ?? '')),
  };
};

const closure = (start: readonly NodeKey[], next: ReadonlyMap<NodeKey, ReadonlySet<NodeKey>>): Set<NodeKey> => {
  const found = new Set(start);
  for (const key of found) for (const one of next.get(key) ?? []) found.add(one);
  return found;
};

const inverse = (needs: ReadonlyMap<NodeKey, ReadonlySet<NodeKey>>): Map<NodeKey, Set<NodeKey>> => {
  const needed = new Map<NodeKey, Set<NodeKey>>();
  for (const [key, all] of needs) for (const one of all) needed.set(one, (needed.get(one) ?? new Set()).add(key));
  return needed;
};

/** An extension that nothing uses may serve texts of functions, or only the server's operators. */
const statementsOf = ({object, sql, roles, rank, key}: SchemaNode, needed: ReadonlySet<NodeKey>): SchemaStatement[] =>
  sql.map((text) => ({object, sql: text, roles, isOptional: rank === RANK.extension && !needed.has(key)}));

const refuse = (object: string, reason: string, next: string): Finding => ({
  severity: 'refuse',
  code: 'CF-SCOPE-004',
  object,
  reason,
  next,
});

const findingsOf = ({nodes, left, torn}: Chosen, circular: readonly SchemaNode[]): Finding[] => [
  ...nodes.filter(({sql}) => !sql.length).map(({object}) => refuse(object, adviceOn(object).reason, adviceOn(object).next)),
  ...torn.map(({object}) =>
    refuse(object, 'leads to a table that is outside the scope', 'add that table to scope.tables, or drop the object'),
  ),
  ...circular.map(({object}) => refuse(object, 'needs an object that needs it in turn', 'use schema kind pg_dump or files')),
  ...left.map(
    ({object}): Finding => ({
      severity: 'warn',
      code: 'CF-SCOPE-004',
      object,
      reason: 'needs a table that is outside the scope, and stays behind',
      next: 'add the table to scope.tables if it is wanted',
    }),
  ),
];

/** A table cannot wait for the data it is to hold. */
const lateTables = (postData: readonly SchemaNode[]): Finding[] =>
  postData
    .filter(({rank}) => rank === RANK.table)
    .map(({object}) =>
      refuse(
        object,
        'is defined by something that can only be made when the tables are complete',
        `write its pre-data by hand (schema kind files)`,
      ),
    );
