/** Owners, privileges and comments of what is moved. A database is whole without them, and roles belong to the server. */
import type {SchemaStatement} from '../schema.ts';
import type {Resolve} from './postgres-schema-edges.ts';
import type {NodeKey} from './postgres-schema-node.ts';
import type {PgSession} from './postgres-session.ts';

/** Everything that has an owner and an access list. `word`: how ALTER and GRANT call it. */
const OWNED = `
  SELECT 'pg_namespace'::regclass AS classid, oid, nspowner AS owner, nspacl AS acl, 'n'::"char" AS kind, 'SCHEMA' AS word FROM pg_namespace WHERE nspname <> 'public'
  UNION ALL SELECT 'pg_namespace'::regclass, oid, NULL, nspacl, 'n', 'SCHEMA' FROM pg_namespace WHERE nspname = 'public'
  UNION ALL SELECT 'pg_class'::regclass, oid, relowner, relacl, CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END,
    CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S')
  UNION ALL SELECT 'pg_proc'::regclass, oid, proowner, proacl, 'f', 'ROUTINE' FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, oid, typowner, typacl, 'T', CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END FROM pg_type`;

/** A sequence that belongs to a column goes with its table, and identity sequences have nothing of their own. */
const OWNERS = `
  SELECT o.classid || ':' || o.oid AS key, 'owner of ' || i.type || ' ' || i.identity AS object, array_to_json(ARRAY[r.rolname::text])::text AS roles,
         format('ALTER %s %s OWNER TO %I', o.word, i.identity, r.rolname) AS sql
  FROM (${OWNED}) o JOIN pg_roles r ON r.oid = o.owner CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) i
  WHERE o.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE o.word = 'SEQUENCE' AND d.classid = o.classid AND d.objid = o.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))`;

/** PUBLIC loses what it has by default where the source took it away. */
const REVOKES = `
  SELECT o.classid || ':' || o.oid AS key, 'privileges of PUBLIC on ' || i.type || ' ' || i.identity AS object, '[]' AS roles,
         format('REVOKE ALL ON %s %s FROM PUBLIC', CASE o.word WHEN 'DOMAIN' THEN 'TYPE' ELSE o.word END, i.identity) AS sql
  FROM (${OWNED}) o CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) i
  WHERE o.oid >= 16384 AND o.kind IN ('f', 'T') AND o.acl IS NOT NULL AND NOT EXISTS (SELECT FROM aclexplode(o.acl) a WHERE a.grantee = 0)`;

const GRANT = (privileges: string): string =>
  `format('GRANT %s ON %s %s TO %s%s', ${privileges}, CASE WHEN o.word IN ('VIEW', 'MATERIALIZED VIEW') THEN 'TABLE' WHEN o.word = 'DOMAIN' THEN 'TYPE' ELSE o.word END, i.identity,
     coalesce(quote_ident(r.rolname), 'PUBLIC'), CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)`;

const GRANTS = `
  SELECT o.classid || ':' || o.oid AS key, 'privileges of ' || coalesce(r.rolname, 'PUBLIC') || ' on ' || i.type || ' ' || i.identity AS object,
         array_to_json(array_remove(ARRAY[r.rolname::text], NULL))::text AS roles, ${GRANT(`string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)`)} AS sql
  FROM (${OWNED}) o CROSS JOIN LATERAL aclexplode(o.acl) a LEFT JOIN pg_roles r ON r.oid = a.grantee CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) i
  WHERE (o.oid >= 16384 OR o.kind = 'n') AND a.grantee IS DISTINCT FROM o.owner AND NOT (o.kind = 'n' AND o.owner IS NULL AND a.grantee <> 0 AND r.rolname IN ('postgres', 'pg_database_owner')) AND (a.grantee = 0 OR r.oid IS NOT NULL)
  GROUP BY o.classid, o.oid, o.word, i.type, i.identity, r.rolname, a.is_grantable`;

const COLUMN_GRANTS = `
  SELECT 'pg_class:' || c.oid AS key, 'privileges of ' || coalesce(r.rolname, 'PUBLIC') || ' on columns of ' || i.identity AS object,
         array_to_json(array_remove(ARRAY[r.rolname::text], NULL))::text AS roles,
         format('GRANT %s ON TABLE %s TO %s%s', string_agg(format('%s (%I)', x.privilege_type, a.attname), ', ' ORDER BY x.privilege_type, a.attnum), i.identity, coalesce(quote_ident(r.rolname), 'PUBLIC'), CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped CROSS JOIN LATERAL aclexplode(a.attacl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
  CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) i WHERE c.oid >= 16384 AND x.grantee <> c.relowner
  GROUP BY c.oid, i.identity, r.rolname, x.is_grantable`;

const COMMENTS = `
  SELECT d.classoid::regclass || ':' || d.objoid AS key, 'comment on ' || i.type || ' ' || i.identity AS object, '[]' AS roles,
         format('COMMENT ON %s %s IS %L', CASE WHEN i.type LIKE '% column' THEN 'COLUMN' WHEN i.type IN ('table constraint', 'domain constraint') THEN 'CONSTRAINT' WHEN i.type = 'composite type' THEN 'TYPE'
           WHEN i.type = 'statistics object' THEN 'STATISTICS' ELSE upper(i.type) END, CASE WHEN i.type = 'domain constraint' THEN replace(i.identity, ' on ', ' ON DOMAIN ') ELSE i.identity END, d.description) AS sql
  FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i WHERE d.objoid >= 16384 AND i.identity IS NOT NULL`;

/** Those of the given nodes; comments also of what comes with them, such as an index with its constraint. Owners last. */
export const readGrants = async (session: PgSession, keys: ReadonlySet<NodeKey>, resolve: Resolve): Promise<SchemaStatement[]> => {
  const found: SchemaStatement[] = [];
  for (const query of [COMMENTS, REVOKES, GRANTS, COLUMN_GRANTS, OWNERS]) {
    const {rows} = await session.query(`${query} ORDER BY 2, 4`);
    for (const row of rows) {
      const key = row['key'] ?? '';
      if (!keys.has(query === COMMENTS ? (resolve(key) ?? '') : key)) continue;
      found.push({
        object: row['object'] ?? '',
        sql: row['sql'] ?? '',
        roles: JSON.parse(row['roles'] ?? '[]') as string[],
        isOptional: true,
      });
    }
  }
  return found;
};
