/**
 * What is built over columns whose values become others, or which go: the server would let it fall without a word, or
 * keep it although it now says something else. It is named, and a person says what becomes of it.
 */
import type {Reshape} from '../../model/reshape.ts';
import {nameOf} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

export const cannotFollow = async (session: PgSession, reshape: Reshape): Promise<Finding[]> => {
  const {rows} = await session.query(FOLLOWERS, [quoteTable(reshape.from)]);
  const fates = fatesOf(reshape);
  return [...rows.flatMap((row) => stuck(reshape, row, fates)), ...(await functionsThatName(session, reshape))];
};

/** `dropped`: on purpose, with nothing in its place. */
type Fate = 'changed' | 'replaced' | 'dropped';

const fatesOf = ({columns}: Reshape): ReadonlyMap<string, Fate> =>
  new Map(
    columns.flatMap((column): [string, Fate][] => {
      if (column.kind === 'kept') return [];
      if (column.kind === 'changed') return [[column.from, 'changed']];
      return column.from.map((name) => [name, column.to.length ? 'replaced' : 'dropped']);
    }),
  );

const stuck = ({from}: Reshape, row: TextRow, fates: ReadonlyMap<string, Fate>): Finding[] => {
  // The server wrote it with array_to_json.
  const columns = JSON.parse(row['columns'] ?? '[]') as string[];
  const touched = columns.filter((name) => fates.has(name));
  if (!touched.length) return [];
  const object = row['object'] ?? '';
  const place = touched.map((name) => `${nameOf(from)}.${name}`).join(', ');
  if (row['kind'] === 'default') return defaultOf(object, touched, fates, place);
  if (columns.every((name) => fates.get(name) === 'dropped') && row['kind'] !== 'other')
    return [finding('warn', object, `stays behind with ${place}, which the mapping drops`)];
  if (row['kind'] === 'plain' && touched.every((name) => fates.get(name) === 'changed')) return [];
  return [finding('refuse', object, `is built over ${place}, whose values the mapping changes: what becomes of it cannot be told`)];
};

/** It goes with its column; where the column stays it would be a value of the old form. */
const defaultOf = (object: string, touched: readonly string[], fates: ReadonlyMap<string, Fate>, place: string): Finding[] =>
  touched.some((name) => fates.get(name) === 'changed')
    ? [finding('refuse', object, `is a value of ${place} as it is on the source, and the mapping changes its values`)]
    : [];

const finding = (severity: 'refuse' | 'warn', object: string, reason: string): Finding => ({
  severity,
  code: 'CF-SCOPE-004',
  object,
  reason,
  next:
    severity === 'warn'
      ? 'make another one on the target after the cutover, if it is wanted'
      : 'drop it on the source, or use schema kind files',
});

/**
 * Every object that needs columns of the table, with those columns. `plain`: an index, key or statistics of the columns
 * themselves; `own`: constraints and indexes that fall with a column; `other`: views, policies, triggers, other tables' keys.
 */
const FOLLOWERS = `
  SELECT i.type || ' ' || i.identity AS object, array_to_json(array_agg(DISTINCT a.attname::text ORDER BY a.attname::text))::text AS columns,
         CASE WHEN d.classid = 'pg_attrdef'::regclass THEN 'default'
              WHEN x.indexrelid IS NOT NULL THEN CASE WHEN x.indexprs IS NULL AND x.indpred IS NULL THEN 'plain' ELSE 'own' END
              WHEN k.contype IN ('p', 'u') OR d.classid = 'pg_statistic_ext'::regclass THEN 'plain'
              WHEN k.conrelid = a.attrelid THEN 'own' ELSE 'other' END AS kind
  FROM pg_attribute a JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
  LEFT JOIN pg_index x ON d.classid = 'pg_class'::regclass AND x.indexrelid = d.objid
  LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
  CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND k.contype IS DISTINCT FROM 'n'
    AND NOT EXISTS (SELECT FROM pg_class q WHERE d.classid = 'pg_class'::regclass AND q.oid = d.objid AND q.relkind = 'S')
  GROUP BY d.classid, d.objid, i.type, i.identity, a.attrelid, x.indexrelid, x.indexprs, x.indpred, k.contype, k.conrelid ORDER BY 1`;

/** Their bodies are texts to the server, so nothing in them follows. */
const functionsThatName = async (session: PgSession, {from, to, columns}: Reshape): Promise<Finding[]> => {
  const names = [
    ...(from.name === to.name && from.schema === to.schema ? [] : [from.name]),
    ...columns.flatMap((column) => (column.kind === 'replaced' ? column.from : column.from === column.to ? [] : [column.from])),
  ];
  if (!names.length) return [];
  const {rows} = await session.query(FUNCTIONS, [names.map((name) => `\\m${name.replaceAll(/[^A-Za-z0-9_]/g, '.')}\\M`)]);
  return rows.map((row) => ({
    severity: 'warn',
    code: 'CF-SCOPE-004',
    object: row['object'] ?? '',
    reason: `is moved as it stands, and its text has a word that is the old name of ${nameOf(from)} or of one of its columns`,
    next: 'look at it, and replace it on the target before the cutover if it means them',
  }));
};

const FUNCTIONS = `
  SELECT i.type || ' ' || i.identity AS object FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN LATERAL pg_identify_object('pg_proc'::regclass, p.oid, 0) AS i
  WHERE n.nspname !~ '^(pg_|information_schema$|crossfade)' AND p.prosrc ~* ANY ($1::text[])
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype = 'e') ORDER BY 1`;
