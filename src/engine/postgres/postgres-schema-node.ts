/** What the catalogue holds, as nodes of a graph: each carries the DDL that makes it. Read by the queries beside this file. */
import type {PgSession, TextRow} from './postgres-session.ts';

/** `class:oid` of the catalogue, with a part where an object takes more than one place in the order. */
export type NodeKey = string;

export type SchemaNode = {
  readonly key: NodeKey;
  /** `table shop.orders`, as `pg_identify_object` names it. */
  readonly object: string;
  /** The schema it lives in; empty for objects of the whole database. */
  readonly schema: string;
  /** The relation it belongs to, as oid. */
  readonly table: string | undefined;
  /** Among objects that may come next, the lowest comes first. */
  readonly rank: number;
  /** Only for complete tables: R10 forbids it earlier. */
  readonly isPost: boolean;
  readonly needs: readonly NodeKey[];
  readonly roles: readonly string[];
  /** Empty for what Crossfade cannot write. */
  readonly sql: readonly string[];
};

/** The order of kinds where dependencies leave a choice. */
export const RANK = {
  schema: 0,
  extension: 1,
  type: 2,
  function: 3,
  sequence: 4,
  table: 5,
  default: 6,
  key: 7,
  attach: 8,
  check: 9,
  view: 10,
  index: 11,
  unique: 12,
  foreign: 13,
  matview: 14,
  trigger: 15,
  policy: 16,
  statistics: 17,
  setting: 18,
} as const;

/** Neither the server's own schemas nor ours. `n` is the alias of pg_namespace. */
export const OF_USERS = `n.nspname !~ '^(pg_|information_schema$|crossfade)'`;

/** What an extension brought comes with the extension. */
export const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

/**
 * A query of nodes gives: class, oid, part, schema, of_table, rank, post, needs, roles, sql (the last three as text
 * arrays). The columns that a kind has no use for are left out.
 */
export type NodeQuery = {
  readonly catalog: string;
  readonly rank: keyof typeof RANK;
  readonly from: string;
  readonly oid: string;
  readonly sql: string;
  readonly schema?: string;
  readonly part?: string;
  readonly table?: string;
  readonly isPost?: string;
  readonly needs?: string;
  readonly roles?: string;
};

export const readNodes = async (session: PgSession, query: NodeQuery): Promise<SchemaNode[]> => {
  const {catalog, from, oid, sql, schema = `''`, part = `''`, table = 'NULL', isPost = 'false', needs = `'{}'`, roles = `'{}'`} = query;
  const {rows} = await session.query(
    `SELECT found.*, i.type, i.identity FROM (
       SELECT '${catalog}' AS class, ${oid} AS oid, ${part} AS part, ${schema}::text AS schema, ${table}::text AS of_table, (${isPost})::text AS post,
              array_to_json(${needs}::text[])::text AS needs, array_to_json(${roles}::text[])::text AS roles,
              array_to_json(array_remove(${sql}, NULL))::text AS sql
       FROM ${from}) AS found
     CROSS JOIN LATERAL pg_identify_object('${catalog}'::regclass, found.oid, 0) AS i
     ORDER BY i.identity COLLATE "C", found.part`,
  );
  return rows.map((row) => toNode(row, RANK[query.rank]));
};

const toNode = (row: TextRow, rank: number): SchemaNode => {
  const part = row['part'] ? ` ${row['part']}` : '';
  return {
    key: `${row['class']}:${row['oid']}${part}`,
    object: `${row['type']} ${row['identity']}${part && ` (${row['part']})`}`,
    schema: row['schema'] ?? '',
    table: row['of_table'] ?? undefined,
    rank,
    isPost: row['post'] === 'true',
    needs: texts(row['needs']),
    roles: texts(row['roles']),
    sql: texts(row['sql']),
  };
};

/** The server wrote it with array_to_json. */
const texts = (json: string | null | undefined): string[] => (json ? (JSON.parse(json) as string[]) : []);
