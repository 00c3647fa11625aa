/** The schema of tables as the catalogue tells it, whole, for a conversion: `mapping/postgres-to-mysql` reads it. */
import type {
  PostgresCheck,
  PostgresColumn,
  PostgresForeignKey,
  PostgresIndex,
  PostgresProgram,
  PostgresSchema,
  PostgresTable,
} from '../../model/postgres-schema.ts';
import {nameOf, type TableName} from '../../model/table.ts';
import type {PgSession} from './postgres-session.ts';
import {isNamed, tableNames} from './postgres-sql.ts';

/** Views and programs are those of the schemas that these tables are in. */
export const readPostgresSchema = (session: PgSession, wanted: readonly TableName[]): Promise<PostgresSchema> =>
  session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
    const parameter = tableNames(wanted);
    const of = async <T>(query: string): Promise<(table: TableName) => readonly T[]> => {
      const {rows} = await session.query(query, [parameter]);
      const found = new Map(rows.map((row) => [row['of'], JSON.parse(row['list'] ?? '[]') as readonly T[]]));
      return (table) => found.get(nameOf(table)) ?? [];
    };
    const tables = await of<Pick<PostgresTable, 'comment' | 'partitioning'>>(TABLES);
    const columns = await of<PostgresColumn & {readonly base: string | null}>(COLUMNS);
    const indexes = await of<PostgresIndex>(INDEXES);
    const foreignKeys = await of<PostgresForeignKey>(FOREIGN_KEYS);
    const checks = await of<PostgresCheck>(CHECKS);
    const {rows: left} = await session.query(LEFT, [parameter]);
    return {
      flavour: 'postgres',
      tables: wanted.flatMap((name) =>
        tables(name).map((table) => ({
          name,
          ...table,
          columns: columns(name).map(({base, ...column}) => (base === null ? column : {...column, base})),
          indexes: indexes(name),
          foreignKeys: foreignKeys(name),
          checks: checks(name),
        })),
      ),
      left: left.map((row): PostgresProgram => ({kind: row['kind'] ?? '', name: row['name'] ?? '', text: row['text'] ?? ''})),
    };
  });

/** Rows of one kind for each table, as JSON with the names of the model. */
const listed = (fields: Readonly<Record<string, string>>, from: string, order: string): string => {
  const parts = Object.entries(fields).map(([name, sql]) => `'${name}', ${sql}`);
  return `SELECT n.nspname || '.' || c.relname AS of, json_agg(json_build_object(${parts.join(', ')}) ORDER BY ${order})::text AS list
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ${from} AND ${isNamed('$1')} GROUP BY 1`;
};

const NAMES = (table: string, numbers: string): string =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]') FROM unnest(${numbers}) WITH ORDINALITY AS k(n, place) JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = k.n)`;

const TABLES = listed(
  {
    comment: `coalesce(obj_description(c.oid, 'pg_class'), '')`,
    partitioning: `CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END`,
  },
  'WHERE true',
  '1',
);

/** A sequence is the column's own when it goes with it. */
const IS_NUMBERED = `(a.attidentity <> '' OR a.attgenerated = '' AND pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%'
  AND EXISTS (SELECT FROM pg_depend d JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S' WHERE d.classid = 'pg_class'::regclass
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')))`;

export const BASE = `CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) WHEN 'e' THEN 'enum' END`;

const COLUMNS = listed(
  {
    name: 'a.attname',
    type: 'format_type(a.atttypid, a.atttypmod)',
    base: BASE,
    members: `(SELECT coalesce(json_agg(l.enumlabel ORDER BY l.enumsortorder), '[]') FROM pg_enum l WHERE l.enumtypid = t.oid)`,
    isNullable: 'NOT (a.attnotnull OR t.typnotnull)',
    default: `CASE WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(f.adbin, f.adrelid), pg_get_expr(t.typdefaultbin, 0)) END`,
    isNumbered: `coalesce(${IS_NUMBERED}, false)`,
    generation: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(f.adbin, f.adrelid) END`,
    folds: `coalesce(NOT o.collisdeterministic, false)`,
    domainChecks: `(SELECT coalesce(json_agg(json_build_object('name', k.conname, 'clause', pg_get_expr(k.conbin, 0)) ORDER BY k.conname), '[]') FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')`,
    comment: `coalesce(col_description(c.oid, a.attnum), '')`,
  },
  `JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
   LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum LEFT JOIN pg_collation o ON o.oid = a.attcollation WHERE true`,
  'a.attnum',
);

/** Bit 0 of an option: descending. */
const INDEXES = listed(
  {
    name: 'x.relname',
    isPrimary: 'i.indisprimary',
    isUnique: 'i.indisunique',
    method: 'm.amname',
    predicate: 'pg_get_expr(i.indpred, i.indrelid)',
    nullsAreOne: `coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)`,
    isDeferrable: 'NOT i.indimmediate',
    carried: `(SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]') FROM unnest(i.indkey) WITH ORDINALITY AS k(n, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n WHERE k.place > i.indnkeyatts)`,
    parts: `(SELECT json_agg(json_build_object('column', a.attname, 'expression', CASE k.n WHEN 0 THEN pg_get_indexdef(i.indexrelid, k.place::int, true) END, 'isDescending', i.indoption[k.place - 1] & 1 = 1) ORDER BY k.place)
      FROM unnest(i.indkey) WITH ORDINALITY AS k(n, place) LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n AND k.n > 0 WHERE k.place <= i.indnkeyatts)`,
    text: 'pg_get_indexdef(i.indexrelid)',
  },
  `JOIN pg_index i ON i.indrelid = c.oid AND i.indisvalid AND NOT i.indisexclusion JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam WHERE true`,
  'i.indisprimary DESC, x.relname',
);

const ACTION = (column: string): string =>
  `CASE ${column} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END`;

const FOREIGN_KEYS = listed(
  {
    name: 'k.conname',
    columns: NAMES('c.oid', 'k.conkey'),
    references: `json_build_object('schema', rn.nspname, 'name', r.relname)`,
    referencedColumns: NAMES('r.oid', 'k.confkey'),
    onUpdate: ACTION('k.confupdtype'),
    onDelete: ACTION('k.confdeltype'),
    isDeferrable: 'k.condeferrable',
    isFull: `k.confmatchtype = 'f'`,
    text: 'pg_get_constraintdef(k.oid)',
  },
  `JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0 AND k.convalidated JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE true`,
  'k.conname',
);

const CHECKS = listed(
  {name: 'k.conname', clause: 'pg_get_expr(k.conbin, k.conrelid)'},
  `JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'c' AND k.convalidated WHERE true`,
  'k.conname',
);

/** Of these schemas, but for what extensions brought. */
const OF_SCHEMAS = `n.nspname IN (SELECT one ->> 0 FROM json_array_elements($1::json) AS one)`;
const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

const LEFT = `
  SELECT CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END AS kind, n.nspname || '.' || c.relname AS name, pg_get_viewdef(c.oid) AS text
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${OF_SCHEMAS} AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, n.nspname || '.' || p.proname, CASE p.prokind WHEN 'a' THEN p.oid::regprocedure::text ELSE pg_get_functiondef(p.oid) END
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OF_SCHEMAS} AND ${notOfExtension('pg_proc', 'p.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
  UNION ALL SELECT 'trigger', n.nspname || '.' || c.relname || '.' || g.tgname, pg_get_triggerdef(g.oid)
  FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT g.tgisinternal AND g.tgname !~ '^crossfade' AND ${isNamed('$1')}
  UNION ALL SELECT 'rule', n.nspname || '.' || c.relname || '.' || u.rulename, pg_get_ruledef(u.oid)
  FROM pg_rewrite u JOIN pg_class c ON c.oid = u.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${isNamed('$1')}
  UNION ALL SELECT 'policy', n.nspname || '.' || c.relname || '.' || y.polname, concat_ws(' ', 'USING (' || pg_get_expr(y.polqual, y.polrelid) || ')', 'WITH CHECK (' || pg_get_expr(y.polwithcheck, y.polrelid) || ')')
  FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${isNamed('$1')}
  UNION ALL SELECT CASE k.contype WHEN 'x' THEN 'exclusion constraint' ELSE 'constraint that is not validated' END, n.nspname || '.' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (k.contype = 'x' OR k.contype IN ('c', 'f') AND NOT k.convalidated) AND ${isNamed('$1')}
  ORDER BY 1, 2`;
