/** What a PostgreSQL database uses beyond plain columns, keys and indexes: what a person looks through before a move. */
import type {Inventory} from '../../model/inventory.ts';
import type {PgSession} from './postgres-session.ts';

const OWN = `n.nspname !~ '^(pg_|information_schema$|crossfade)'`;

const columns = (name: string, condition: string): string =>
  `SELECT '${name}' AS name, count(*) AS amount FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid WHERE a.attnum > 0 AND NOT a.attisdropped AND ${OWN} AND (${condition})`;
const relations = (name: string, condition: string): string =>
  `SELECT '${name}', count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN} AND (${condition})`;
const indexes = (name: string, condition: string): string =>
  `SELECT '${name}', count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN} AND (${condition})`;
const constraints = (name: string, condition: string): string =>
  `SELECT '${name}', count(*) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${OWN} AND k.conparentid = 0 AND (${condition})`;

const FEATURES = [
  columns('identity columns', `a.attidentity <> ''`),
  columns('generated columns', `a.attgenerated <> ''`),
  columns('enum columns', `t.typtype = 'e'`),
  columns('columns of a domain', `t.typtype = 'd'`),
  columns('composite columns', `t.typtype = 'c'`),
  columns('range columns', `t.typtype IN ('r', 'm')`),
  columns('array columns', `t.typcategory = 'A'`),
  columns('json columns', `t.typname IN ('json', 'jsonb')`),
  columns('full-text columns', `t.typname IN ('tsvector', 'tsquery')`),
  columns(
    'texts under a nondeterministic collation',
    `EXISTS (SELECT FROM pg_collation o WHERE o.oid = a.attcollation AND NOT o.collisdeterministic)`,
  ),
  relations('partitioned tables', `c.relkind = 'p'`),
  relations(
    'tables that inherit',
    `c.relkind = 'r' AND NOT c.relispartition AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid)`,
  ),
  relations('unlogged tables', `c.relkind = 'r' AND c.relpersistence = 'u'`),
  relations('foreign tables', `c.relkind = 'f'`),
  relations('materialised views', `c.relkind = 'm'`),
  relations('tables with row security', `c.relrowsecurity`),
  indexes('partial indexes', 'i.indpred IS NOT NULL'),
  indexes('indexes over expressions', 'i.indexprs IS NOT NULL'),
  indexes('indexes that are no B-tree', `m.amname <> 'btree'`),
  constraints('exclusion constraints', `k.contype = 'x'`),
  constraints('deferrable constraints', 'k.condeferrable'),
  constraints(
    'foreign keys that act by themselves',
    `k.contype = 'f' AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))`,
  ),
  constraints('constraints that are not validated', 'NOT k.convalidated'),
  `SELECT 'rules', count(*) FROM pg_rules AS n (nspname) WHERE ${OWN}`,
  `SELECT 'event triggers', count(*) FROM pg_event_trigger WHERE evtname NOT LIKE 'crossfade%'`,
  `SELECT 'large objects', count(*) FROM pg_largeobject_metadata`,
  `SELECT 'publications', count(*) FROM pg_publication WHERE pubname NOT LIKE 'crossfade%'`,
].join(' UNION ALL ');

/** Only what is there. */
export const postgresFeatures = async (session: PgSession): Promise<Inventory['features']> =>
  (await session.query(`SELECT name, amount::text AS amount FROM (${FEATURES}) AS features WHERE amount > 0`)).rows.map((row) => ({
    name: row['name'] ?? '',
    count: Number(row['amount']),
  }));
