/**
 * R10: what the replay window forbids and the tables have nevertheless, because they were there before or because a
 * schema file made it. Taken away before the load and put back when the tables are complete.
 */
import type {Table} from '../../model/table.ts';
import type {Schema, SchemaStatement} from '../schema.ts';
import {readEdges, readOwners} from './postgres-schema-edges.ts';
import {EXTRA_QUERIES, IS_USER_TRIGGER} from './postgres-schema-extras.ts';
import {readGrants} from './postgres-schema-grants.ts';
import {readNodes, type SchemaNode} from './postgres-schema-node.ts';
import {inOrder} from './postgres-schema-order.ts';
import {CHECK_WAITS, IS_KEY, TABLE_QUERIES} from './postgres-schema-tables.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

export const forbiddenOn = async (session: PgSession, tables: readonly Table[]): ReturnType<Schema['forbidden']> =>
  session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
    const names = tables.flatMap((table) => [table.name, ...table.partitions]).map(quoteTable);
    const {rows} = await session.query(REMOVALS, [names]);
    const parts = await session.query(PARTS, [names]);
    const keys = new Set([...rows, ...parts.rows].map((row) => row['key'] ?? ''));
    const restored = await restoring(session, keys);
    return {remove: rows.map((row) => required(row['object'] ?? '', row['sql'] ?? '')), restore: restored};
  });

const restoring = async (session: PgSession, keys: ReadonlySet<string>): Promise<SchemaStatement[]> => {
  const found: SchemaNode[] = [];
  for (const query of [...TABLE_QUERIES, ...EXTRA_QUERIES]) found.push(...(await readNodes(session, query)));
  const nodes = found.filter(({key}) => keys.has(key));
  const isNode = new Set(nodes.map(({key}) => key));
  const resolve = await readOwners(session, (key) => isNode.has(key));
  const {preData, postData} = inOrder(nodes, await readEdges(session, resolve));
  const statements = [...preData, ...postData].flatMap(({object, sql}) => sql.map((text) => required(object, text)));
  return [...statements, ...(await readGrants(session, keys, resolve))];
};

const required = (object: string, sql: string): SchemaStatement => ({object, sql, roles: [], isOptional: false});

const MINE = `WITH mine AS (SELECT name::regclass::oid AS oid FROM unnest($1::text[]) AS wanted(name))`;

/** Foreign keys first: they hold the unique constraints they lead to. What partitions have from their parent goes with it. */
const REMOVALS = `${MINE}
  SELECT place, key, i.type || ' ' || i.identity AS object, sql FROM (
    SELECT 1 AS place, 'pg_constraint:' || k.oid AS key, 'pg_constraint'::regclass AS class, k.oid, format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname) AS sql
    FROM pg_constraint k WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid IN (SELECT oid FROM mine) OR k.confrelid IN (SELECT oid FROM mine))
    UNION ALL
    SELECT 2, 'pg_constraint:' || k.oid, 'pg_constraint'::regclass, k.oid, format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)
    FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid JOIN pg_class c ON c.oid = k.conrelid
    WHERE k.contype IN ('p', 'u', 'x') AND k.conparentid = 0 AND NOT ${IS_KEY} AND c.oid IN (SELECT oid FROM mine)
    UNION ALL
    SELECT 3, 'pg_class:' || i.indexrelid, 'pg_class'::regclass, i.indexrelid, format('DROP INDEX %s', i.indexrelid::regclass)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indisunique AND NOT ${IS_KEY} AND c.oid IN (SELECT oid FROM mine) AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 4, 'pg_constraint:' || k.oid, 'pg_constraint'::regclass, k.oid, format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c' AND k.coninhcount = 0 AND c.oid IN (SELECT oid FROM mine) AND ${CHECK_WAITS}
    UNION ALL
    SELECT 5, 'pg_trigger:' || g.oid, 'pg_trigger'::regclass, g.oid, format('DROP TRIGGER %I ON %s', g.tgname, g.tgrelid::regclass)
    FROM pg_trigger g WHERE ${IS_USER_TRIGGER} AND g.tgrelid IN (SELECT oid FROM mine)) AS found
  CROSS JOIN LATERAL pg_identify_object(found.class, found.oid, 0) AS i ORDER BY place, i.identity COLLATE "C"`;

/** Indexes and constraints of partitions that fall with their parent's, and that they are attached to it. */
const PARTS = `${MINE}, parts AS (
    SELECT h.inhrelid AS oid FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid JOIN pg_class c ON c.oid = i.indrelid WHERE i.indisunique AND NOT ${IS_KEY} AND c.oid IN (SELECT oid FROM mine))
  SELECT 'pg_class:' || oid AS key FROM parts UNION ALL SELECT 'pg_constraint:' || k.oid FROM pg_constraint k JOIN parts ON parts.oid = k.conindid WHERE k.contype IN ('p', 'u', 'x')
  UNION ALL SELECT 'pg_class:' || oid || ' attached' FROM parts`;
