/**
 * What Crossfade cannot write as DDL. Everything of a user's schema is either a node with DDL or one of these, so that
 * an object that nobody thought of is refused and never left behind in silence.
 */
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
  inSchema('pg_collation', 'coll'),
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
