/**
 * Chunks are read and compared in the key index's order, so rows that a corrupt one has lost would be missing on both
 * sides of the comparison (hazards H-50): the one damage that nothing later would find. Needs the extension amcheck.
 */
import type {IndexCheck} from '../../model/inventory.ts';
import type {Table} from '../../model/table.ts';
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import {errorText} from '../../model/errors.ts';

/** By name and not by cast: a role that may not use the schema yet is told so elsewhere, with everything else it lacks. */
const KEY_INDEXES = `
  SELECT i.indexrelid::text AS id, format('%I.%I', n.nspname, c.relname) AS index
  FROM unnest($1::text[], $2::text[]) AS wanted(schema, name) JOIN pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_class t ON t.relnamespace = n.oid AND t.relname = wanted.name JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class c ON c.oid = i.indexrelid
  WHERE (i.indisprimary OR i.indisreplident) AND c.relkind = 'i' AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree') ORDER BY 2`;

/** Under the weakest lock there is; it reads each index once, and its table once to see that no row is missing. */
export const checkIndexes = async (session: PgSession, tables: readonly Table[]): Promise<IndexCheck> => {
  const {rows: home} = await session.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'amcheck'`,
  );
  const schema = home[0]?.['schema'];
  if (!schema) return {notChecked: 'the extension amcheck is not installed; an administrator can: CREATE EXTENSION amcheck'};
  const names = tables.flatMap((table) => [table.name, ...table.partitions]);
  const {rows} = await session.query(KEY_INDEXES, [names.map(({schema: of}) => of), names.map(({name}) => name)]);
  const corrupt: {index: string; reason: string}[] = [];
  for (const row of rows) {
    const index = row['index'] ?? '';
    const reason = await faultOf(session, schema, row['id'] ?? '');
    if (reason === 'forbidden')
      return {notChecked: `this role may not: GRANT EXECUTE ON FUNCTION ${schema}.bt_index_check(regclass, boolean) TO CURRENT_USER`};
    if (reason !== undefined) corrupt.push({index, reason});
  }
  return {checked: rows.length, corrupt};
};

/** Class XX is damage that the server has found, class 58 a file that cannot be read as it should. */
const faultOf = async (session: PgSession, schema: string, id: string): Promise<string | undefined> => {
  try {
    await session.query(`SELECT ${schema}.bt_index_check($1::oid::regclass, true)`, [id]);
    return undefined;
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (code === 'CF-GRANT-001') return 'forbidden';
    if (!/^(XX|58)/.test(code)) throw error;
    return errorText(error);
  }
};
