/** Schemas, extensions, types, functions and sequences: what tables are made of. */
import {type NodeQuery, notOfExtension, OF_USERS} from './postgres-schema-node.ts';

const SCHEMAS: NodeQuery = {
  catalog: 'pg_namespace',
  rank: 'schema',
  oid: 'n.oid',
  schema: 'n.nspname',
  from: `pg_namespace n WHERE ${OF_USERS} AND ${notOfExtension('pg_namespace', 'n.oid')}`,
  sql: `ARRAY[format('CREATE SCHEMA IF NOT EXISTS %I', n.nspname)]`,
};

/** Its schema is named unless the extension makes it itself. The version is the receiving server's own. */
const EXTENSIONS: NodeQuery = {
  catalog: 'pg_extension',
  rank: 'extension',
  oid: 'x.oid',
  from: `pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.extname <> 'plpgsql'`,
  sql: `ARRAY[format('CREATE EXTENSION IF NOT EXISTS %I', x.extname)
    || CASE WHEN n.nspname <> 'pg_catalog' AND ${notOfExtension('pg_namespace', 'n.oid')} THEN format(' WITH SCHEMA %I', n.nspname) ELSE '' END]`,
};

const ofType = (kind: string): string =>
  `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = '${kind}' AND ${OF_USERS} AND ${notOfExtension('pg_type', 't.oid')}`;

const COLLATE = (collation: string): string =>
  `(SELECT format(' COLLATE %I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${collation})`;

const COLLATION_FIELD = (name: string): string => `(to_jsonb(o) ->> '${name}')`;

/** Where a version keeps the locale of ICU: before 15 with that of libc, from 17 on with that of every provider. */
const COLLATION_LOCALE = `coalesce(${['colllocale', 'colliculocale', 'collcollate'].map(COLLATION_FIELD).join(', ')})`;

const COLLATIONS: NodeQuery = {
  catalog: 'pg_collation',
  rank: 'type',
  oid: 'o.oid',
  schema: 'n.nspname',
  from: `pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace WHERE ${OF_USERS} AND ${notOfExtension('pg_collation', 'o.oid')}`,
  sql: `ARRAY[format('CREATE COLLATION %I.%I (', n.nspname, o.collname)
    || CASE o.collprovider WHEN 'c' THEN format('provider = libc, lc_collate = %L, lc_ctype = %L', o.collcollate, o.collctype)
         WHEN 'b' THEN format('provider = builtin, locale = %L', ${COLLATION_LOCALE}) ELSE format('provider = icu, locale = %L', ${COLLATION_LOCALE}) END
    || coalesce(', rules = ' || quote_literal(${COLLATION_FIELD('collicurules')}), '') || CASE WHEN o.collisdeterministic THEN ')' ELSE ', deterministic = false)' END]`,
};

const ENUMS: NodeQuery = {
  catalog: 'pg_type',
  rank: 'type',
  oid: 't.oid',
  schema: 'n.nspname',
  from: ofType('e'),
  sql: `ARRAY[format('CREATE TYPE %I.%I AS ENUM (%s)', n.nspname, t.typname,
    (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid))]`,
};

const COMPOSITES: NodeQuery = {
  catalog: 'pg_type',
  rank: 'type',
  oid: 't.oid',
  schema: 'n.nspname',
  from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE ${OF_USERS} AND ${notOfExtension('pg_type', 't.oid')}`,
  sql: `ARRAY[format('CREATE TYPE %I.%I AS (%s)', n.nspname, t.typname,
    (SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
       || CASE WHEN a.attcollation <> b.typcollation THEN coalesce(${COLLATE('a.attcollation')}, '') ELSE '' END, ', ' ORDER BY a.attnum)
     FROM pg_attribute a JOIN pg_type b ON b.oid = a.atttypid WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))]`,
};

const DOMAINS: NodeQuery = {
  catalog: 'pg_type',
  rank: 'type',
  oid: 't.oid',
  schema: 'n.nspname',
  from: ofType('d'),
  sql: `ARRAY[format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
    || CASE WHEN t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) THEN coalesce(${COLLATE('t.typcollation')}, '') ELSE '' END
    || coalesce(' DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), '') || CASE WHEN t.typnotnull THEN ' NOT NULL' ELSE '' END
    || coalesce((SELECT string_agg(format(' CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'), '')]`,
};

/** One with a canonical function needs a shell type first, and is refused. */
const RANGES: NodeQuery = {
  catalog: 'pg_type',
  rank: 'type',
  oid: 't.oid',
  schema: 'n.nspname',
  from: `pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_range r ON r.rngtypid = t.oid AND r.rngcanonical = 0 JOIN pg_opclass o ON o.oid = r.rngsubopc
    JOIN pg_namespace on_ ON on_.oid = o.opcnamespace JOIN pg_type m ON m.oid = r.rngmultitypid WHERE ${OF_USERS} AND ${notOfExtension('pg_type', 't.oid')}`,
  sql: `ARRAY[format('CREATE TYPE %I.%I AS RANGE (SUBTYPE = %s, SUBTYPE_OPCLASS = %I.%I', n.nspname, t.typname, format_type(r.rngsubtype, NULL), on_.nspname, o.opcname)
    || CASE WHEN r.rngcollation <> 0 THEN coalesce(replace(${COLLATE('r.rngcollation')}, ' COLLATE ', ', COLLATION = '), '') ELSE '' END
    || CASE WHEN r.rngsubdiff <> 0 THEN ', SUBTYPE_DIFF = ' || r.rngsubdiff::regproc::text ELSE '' END
    || format(', MULTIRANGE_TYPE_NAME = %I.%I)', n.nspname, m.typname)]`,
};

const FUNCTIONS: NodeQuery = {
  catalog: 'pg_proc',
  rank: 'function',
  oid: 'p.oid',
  schema: 'n.nspname',
  from: `pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind <> 'a' AND ${OF_USERS} AND ${notOfExtension('pg_proc', 'p.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`,
  sql: `ARRAY[pg_get_functiondef(p.oid)]`,
};

/** Sequences of identity columns come with their table. Where a sequence stands is set at the cutover. */
const SEQUENCES: NodeQuery = {
  catalog: 'pg_class',
  rank: 'sequence',
  oid: 'c.oid',
  schema: 'n.nspname',
  table: `(SELECT d.refobjid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a')`,
  from: `pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OF_USERS} AND ${notOfExtension('pg_class', 'c.oid')}
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  sql: `ARRAY[format('CREATE SEQUENCE %I.%I AS %s START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s', n.nspname, c.relname,
    format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ' CYCLE' ELSE '' END)]`,
};

export const TYPE_QUERIES = [SCHEMAS, EXTENSIONS, COLLATIONS, ENUMS, COMPOSITES, DOMAINS, RANGES, FUNCTIONS, SEQUENCES];
