/** What makes a complete database correct and fast: indexes, foreign keys, views, triggers, policies. */
import {type NodeQuery, notOfExtension, OF_USERS} from './postgres-schema-node.ts';
import {IS_KEY, OPTIONS} from './postgres-schema-tables.ts';

const RELATION = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND ${OF_USERS} AND ${notOfExtension('pg_class', 'c.oid')}`;
const NAME = `format('%I.%I', n.nspname, c.relname)`;
const OWN_RELATION = `ARRAY['pg_class:' || c.oid]`;

/** An index of a partitioned table is made on it alone, and those of its partitions are attached; so each keeps its name. */
const INDEXES: NodeQuery = {
  catalog: 'pg_class',
  rank: 'index',
  oid: 'i.indexrelid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: `NOT ${IS_KEY}`,
  needs: OWN_RELATION,
  from: `pg_index i JOIN ${RELATION} ON c.oid = i.indrelid WHERE i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`,
  sql: `ARRAY[pg_get_indexdef(i.indexrelid), CASE WHEN i.indisclustered THEN format('ALTER TABLE %s CLUSTER ON %I', ${NAME}, (SELECT relname FROM pg_class WHERE oid = i.indexrelid)) END]
    || ARRAY(SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', i.indexrelid::regclass, a.attnum, a.attstattarget) FROM pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0 ORDER BY a.attnum)`,
};

const indexNode = (index: string): string =>
  `coalesce((SELECT 'pg_constraint:' || k.oid FROM pg_constraint k WHERE k.conindid = ${index} AND k.contype IN ('p', 'u', 'x')), 'pg_class:' || ${index})`;

/** Keys are attached with their table. */
const INDEX_PARTITIONS: NodeQuery = {
  catalog: 'pg_class',
  rank: 'unique',
  part: `'attached'`,
  oid: 'i.indexrelid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: `ARRAY[${indexNode('h.inhrelid')}, ${indexNode('h.inhparent')}]`,
  from: `pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid JOIN ${RELATION} ON c.oid = i.indrelid WHERE NOT ${IS_KEY}`,
  sql: `ARRAY[format('ALTER INDEX %s ATTACH PARTITION %s', h.inhparent::regclass, h.inhrelid::regclass)]`,
};

/** In two steps, so that the lock of the first is short; a partitioned table takes it in one. */
const FOREIGN_KEYS: NodeQuery = {
  catalog: 'pg_constraint',
  rank: 'foreign',
  oid: 'k.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  from: `pg_constraint k JOIN ${RELATION} ON c.oid = k.conrelid WHERE k.contype = 'f' AND k.conparentid = 0`,
  sql: `CASE WHEN c.relkind = 'p' OR NOT k.convalidated THEN ARRAY[format('ALTER TABLE %s ADD CONSTRAINT %I %s', ${NAME}, k.conname, pg_get_constraintdef(k.oid))]
    ELSE ARRAY[format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s NOT VALID', ${NAME}, k.conname, pg_get_constraintdef(k.oid)), format('ALTER TABLE ONLY %s VALIDATE CONSTRAINT %I', ${NAME}, k.conname)] END`,
};

const BODY = `regexp_replace(pg_get_viewdef(c.oid), ';\\s*$', '')`;

const VIEWS: NodeQuery = {
  catalog: 'pg_class',
  rank: 'view',
  oid: 'c.oid',
  schema: 'n.nspname',
  from: `${RELATION} WHERE c.relkind = 'v'`,
  sql: `ARRAY[format('CREATE VIEW %s%s AS %s', ${NAME}, ${OPTIONS}, ${BODY})]`,
};

/** Filled when the tables are complete; from then on refreshed by whoever refreshes it. */
const MATERIALIZED_VIEWS: NodeQuery = {
  catalog: 'pg_class',
  rank: 'matview',
  oid: 'c.oid',
  schema: 'n.nspname',
  isPost: 'true',
  from: `${RELATION} WHERE c.relkind = 'm'`,
  sql: `ARRAY[format('CREATE MATERIALIZED VIEW %s%s AS %s%s', ${NAME}, ${OPTIONS}, ${BODY}, CASE WHEN c.relispopulated THEN '' ELSE ' WITH NO DATA' END)]`,
};

const whenFired = (state: string, name: string, kind: 'TRIGGER' | 'RULE'): string =>
  `CASE ${state} WHEN 'D' THEN format('ALTER TABLE %s DISABLE ${kind} %I', ${NAME}, ${name}) WHEN 'A' THEN format('ALTER TABLE %s ENABLE ALWAYS ${kind} %I', ${NAME}, ${name}) WHEN 'R' THEN format('ALTER TABLE %s ENABLE REPLICA ${kind} %I', ${NAME}, ${name}) END`;

/** Not ours, and not those that partitions have from their parent. */
export const IS_USER_TRIGGER = `NOT g.tgisinternal AND g.tgparentid = 0 AND g.tgname NOT LIKE 'crossfade\\_%'`;

const TRIGGERS: NodeQuery = {
  catalog: 'pg_trigger',
  rank: 'trigger',
  oid: 'g.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  from: `pg_trigger g JOIN ${RELATION} ON c.oid = g.tgrelid WHERE ${IS_USER_TRIGGER}`,
  sql: `ARRAY[pg_get_triggerdef(g.oid), ${whenFired('g.tgenabled', 'g.tgname', 'TRIGGER')}]`,
};

const RULES: NodeQuery = {
  catalog: 'pg_rewrite',
  rank: 'trigger',
  oid: 'r.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  from: `pg_rewrite r JOIN ${RELATION} ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'`,
  sql: `ARRAY[pg_get_ruledef(r.oid), ${whenFired('r.ev_enabled', 'r.rulename', 'RULE')}]`,
};

const POLICY_ROLES = `ARRAY(SELECT rolname::text FROM pg_roles WHERE oid = ANY (y.polroles) ORDER BY 1)`;

const POLICIES: NodeQuery = {
  catalog: 'pg_policy',
  rank: 'policy',
  oid: 'y.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  roles: POLICY_ROLES,
  from: `pg_policy y JOIN ${RELATION} ON c.oid = y.polrelid`,
  sql: `ARRAY[format('CREATE POLICY %I ON %s AS %s FOR %s TO %s', y.polname, ${NAME}, CASE WHEN y.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE y.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      coalesce((SELECT string_agg(quote_ident(role), ', ') FROM unnest(${POLICY_ROLES}) AS role), 'PUBLIC'))
    || coalesce(' USING (' || pg_get_expr(y.polqual, y.polrelid) || ')', '') || coalesce(' WITH CHECK (' || pg_get_expr(y.polwithcheck, y.polrelid) || ')', '')]`,
};

const ROW_SECURITY: NodeQuery = {
  catalog: 'pg_class',
  rank: 'policy',
  part: `'row security'`,
  oid: 'c.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  from: `${RELATION} WHERE c.relrowsecurity OR c.relforcerowsecurity`,
  sql: `ARRAY[CASE WHEN c.relrowsecurity THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', ${NAME}) END, CASE WHEN c.relforcerowsecurity THEN format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', ${NAME}) END]`,
};

const STATISTICS: NodeQuery = {
  catalog: 'pg_statistic_ext',
  rank: 'statistics',
  oid: 's.oid',
  schema: 'n.nspname',
  table: 'c.oid',
  isPost: 'true',
  needs: OWN_RELATION,
  from: `pg_statistic_ext s JOIN ${RELATION} ON c.oid = s.stxrelid`,
  sql: `ARRAY[pg_get_statisticsobjdef(s.oid)]`,
};

export const EXTRA_QUERIES = [
  INDEXES,
  INDEX_PARTITIONS,
  FOREIGN_KEYS,
  VIEWS,
  MATERIALIZED_VIEWS,
  TRIGGERS,
  RULES,
  POLICIES,
  ROW_SECURITY,
  STATISTICS,
];
