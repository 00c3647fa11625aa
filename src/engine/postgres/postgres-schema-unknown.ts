/**
 * What Crossfade cannot write as DDL. Everything of a user's schema is either a node with DDL or one of these, so that
 * an object that nobody thought of is refused and never left behind in silence.
 */
import type {Finding} from '../engine.ts';
import {type NodeQuery, notOfExtension, OF_USERS, readNodes, type SchemaNode} from './postgres-schema-node.ts';
import type {PgSession} from './postgres-session.ts';

/** `catalog`, and what stands in it besides what the other queries read. `o` is the object. */
const inSchema = (catalog: string, name: string, where = 'true'): NodeQuery => ({
  catalog,
  rank: 'setting',
  oid: 'o.oid',
  schema: 'n.nspname',
  sql: `'{}'::text[]`,
  from: `${catalog} o JOIN pg_namespace n ON n.oid = o.${name}namespace WHERE ${OF_USERS} AND (${where}) AND ${notOfExtension(catalog, 'o.oid')}`,
});

const ofDatabase = (catalog: string, where: string): NodeQuery => ({
  catalog,
  rank: 'setting',
  oid: 'o.oid',
  sql: `'{}'::text[]`,
  from: `${catalog} o WHERE (${where}) AND ${notOfExtension(catalog, 'o.oid')}`,
});

const ofTable = (part: string, where: string): NodeQuery => ({...inSchema('pg_class', 'rel', where), part: `'${part}'`, table: 'o.oid'});

/** The first oid that is not the server's own. */
const FIRST_USER_OID = 16384;

const UNKNOWN: readonly NodeQuery[] = [
  inSchema('pg_class', 'rel', `o.relkind = 'f'`),
  inSchema('pg_proc', 'pro', `o.prokind = 'a'`),
  inSchema('pg_operator', 'opr'),
  inSchema('pg_opclass', 'opc'),
  inSchema('pg_opfamily', 'opf'),
  inSchema('pg_conversion', 'con'),
  inSchema('pg_ts_config', 'cfg'),
  inSchema('pg_ts_dict', 'dict'),
  inSchema('pg_ts_parser', 'prs'),
  inSchema('pg_ts_template', 'tmpl'),
  inSchema(
    'pg_type',
    'typ',
    `o.typtype IN ('b', 'p') AND o.typelem = 0 OR o.typtype = 'r' AND EXISTS (SELECT FROM pg_range r WHERE r.rngtypid = o.oid AND r.rngcanonical <> 0)`,
  ),
  ofTable('made of a type', 'o.reloftype <> 0'),
  ofTable(
    'inheritance',
    `o.relkind = 'r' AND NOT o.relispartition AND EXISTS (SELECT FROM pg_inherits h WHERE o.oid IN (h.inhrelid, h.inhparent))`,
  ),
  ofTable(
    'column not null, but not valid',
    `EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = o.oid AND k.contype = 'n' AND NOT k.convalidated)`,
  ),
  ofTable(
    'fires for replicated rows',
    `EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = o.oid AND g.tgenabled IN ('A', 'R') AND NOT g.tgisinternal AND g.tgname NOT LIKE 'crossfade\\_%')`,
  ),
  ofDatabase(
    'pg_cast',
    `o.oid >= ${FIRST_USER_OID} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = o.oid AND d.deptype = 'i')`,
  ),
  ofDatabase('pg_language', `o.oid >= ${FIRST_USER_OID}`),
  ofDatabase('pg_transform', `o.oid >= ${FIRST_USER_OID}`),
  ofDatabase('pg_event_trigger', `o.evtname NOT LIKE 'crossfade\\_%'`),
];

export const readUnknown = async (session: PgSession): Promise<SchemaNode[]> => {
  const found: SchemaNode[] = [];
  for (const query of UNKNOWN) found.push(...(await readNodes(session, query)));
  return found;
};

/** Why, and what to do instead; by what the object's name begins with. */
export const adviceOn = (object: string): {readonly reason: string; readonly next: string} => {
  const known = ADVICE.find(({when}) => when.test(object));
  return (
    known ?? {
      reason: 'is of a kind that Crossfade does not write by itself',
      next: `create it on the target yourself and use schema kind pg_dump or files, or drop it`,
    }
  );
};

const ADVICE: readonly {readonly when: RegExp; readonly reason: string; readonly next: string}[] = [
  {
    when: /\(inheritance\)/,
    reason: 'inherits, or is inherited from, without being a partition',
    next: 'turn it into partitions, or exclude it from the scope',
  },
  {when: /\(made of a type\)/, reason: 'is a typed table', next: 'ALTER TABLE … NOT OF'},
  {when: /\(column not null/, reason: 'has a NOT NULL that its rows may break', next: 'ALTER TABLE … VALIDATE CONSTRAINT'},
  {
    when: /\(fires for replicated rows\)/,
    reason: 'has a trigger that is enabled ALWAYS or for replicas: it would fire a second time for every row that Crossfade applies',
    next: 'ALTER TABLE … ENABLE TRIGGER …',
  },
  {
    when: /^foreign table/,
    reason: 'is a foreign table: its rows are on another server',
    next: 'create its server and the table on the target yourself, or drop it',
  },
  {
    when: /^event trigger/,
    reason: 'belongs to the whole database',
    next: 'drop it for the migration, and create it on the target after the cutover',
  },
];

/** Neither tables nor part of them, and nothing breaks without them at once: named, so that nobody misses them later. */
const BYSTANDERS = `
  SELECT 'publication ' || quote_ident(pubname) AS object, 'sends changes to somebody else' AS reason, 'create it on the target after the cutover, and point its subscribers there' AS next FROM pg_publication WHERE pubname NOT LIKE 'crossfade\\_%'
  UNION ALL SELECT 'subscription ' || quote_ident(subname), 'receives changes from somebody else', 'create it on the target after the cutover' FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'default privileges of ' || pg_get_userbyid(defaclrole), 'are for tables that are yet to be made', 'ALTER DEFAULT PRIVILEGES … on the target' FROM pg_default_acl GROUP BY defaclrole
  UNION ALL SELECT 'setting ' || setting, 'belongs to the database', 'ALTER DATABASE … SET … on the target' FROM pg_db_role_setting CROSS JOIN LATERAL unnest(setconfig) AS setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'index ' || i.indexrelid::regclass, 'is not valid', 'REINDEX or drop it' FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND ${OF_USERS}
  ORDER BY 1`;

export const readBystanders = async (session: PgSession): Promise<Finding[]> => {
  const {rows} = await session.query(BYSTANDERS);
  return rows.map(({object, reason, next}) => ({
    severity: 'warn',
    code: 'CF-SCOPE-004',
    object: object ?? '',
    reason: `${reason}, and stays behind`,
    next: next ?? '',
  }));
};
