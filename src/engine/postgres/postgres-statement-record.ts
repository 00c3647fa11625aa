/** Where the extension pg_stat_statements lives: in whatever schema it was put into. It may be there without being loaded. */
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';

/** Quoted; undefined where the extension is not installed in this database. */
export const recordSchema = async (session: PgSession): Promise<string | undefined> => {
  const {rows} = await session.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'pg_stat_statements'`,
  );
  return rows[0]?.['schema'] ?? undefined;
};

/** The record cannot be read: it is not loaded, or not for this role. */
export const isNoRecord = (error: unknown): boolean => ['55000', 'CF-GRANT-001'].includes(codeOf(error) ?? '');
