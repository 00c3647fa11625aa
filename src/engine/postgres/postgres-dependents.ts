/** Who still uses a column that is about to go: by what the catalogue knows, and by the words of functions. */
import {TerminalError} from '../../model/errors.ts';
import {columnName} from '../../model/planned-operation.ts';
import type {Old} from './postgres-change.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';

/** Under the lock that the column is dropped under, so nothing can be built upon it meanwhile. */
export const refuseIfUsed = async (session: PgSession, old: Old): Promise<void> => {
  const found = await dependentsOf(session, old);
  if (!found.length) return;
  throw new TerminalError(`${columnName(old)} is still used by ${found.join(', ')}`, {
    code: 'CF-DDL-003',
    next: 'move or drop them, then crossfade resume',
  });
};

/** As `pg_describe_object` says it: `index shop.orders_note`. */
export const dependentsOf = async (session: PgSession, old: Old): Promise<string[]> => {
  const {rows} = await session.send(askDependents(old));
  const goes = new Set(old.goesWith);
  return rows.filter(({name}) => !goes.has(name ?? '')).map(({what}) => what ?? '');
};

/**
 * Its own default, NOT NULL, the sequence of its identity and our own trigger are no users. Functions keep their bodies as text: those that name both
 * the column and the table, or are triggers of it.
 */
export const askDependents = ({table, column, comesBack}: Old): Sql => ({
  text: `${OLD}${BY_CATALOGUE}${comesBack ? '' : `\n  UNION${BY_WORDS}`}\n  ORDER BY 1`,
  values: [quoteTable(table), column],
});

/** Functions alone, by their words. */
export const askFunctions = ({table, column}: Old): Sql => ({text: `${OLD}${BY_WORDS}`, values: [quoteTable(table), column]});

const OLD = `
  WITH old AS (SELECT attrelid, attnum, attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2 AND NOT attisdropped)`;

const BY_CATALOGUE = `
  SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS what, coalesce(c.relname, k.conname, t.tgname, v.relname)::text AS name
  FROM old JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = old.attrelid AND d.refobjsubid = old.attnum
    LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
    LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_trigger t ON d.classid = 'pg_trigger'::regclass AND t.oid = d.objid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid LEFT JOIN pg_class v ON v.oid = r.ev_class
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
  WHERE (f.oid IS NULL OR f.adnum <> old.attnum) AND k.contype IS DISTINCT FROM 'n' AND coalesce(k.conname NOT LIKE 'crossfade%', true)
    AND NOT coalesce(c.relkind = 'S' AND d.deptype = 'i', false)`;

const BY_WORDS = `
  SELECT 'function ' || p.oid::regprocedure AS what, p.proname::text AS name
  FROM old JOIN pg_class own ON own.oid = old.attrelid, pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'crossfade') AND p.prokind IN ('f', 'p')
    AND p.prosrc ~ ('\\m' || regexp_replace(old.attname, '(\\W)', '\\\\\\1', 'g') || '\\M')
    AND (p.prosrc ~ ('\\m' || regexp_replace(own.relname, '(\\W)', '\\\\\\1', 'g') || '\\M')
      OR EXISTS (SELECT FROM pg_trigger u WHERE u.tgrelid = old.attrelid AND u.tgfoid = p.oid))`;
