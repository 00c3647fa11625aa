/**
 * Materialised views are no tables and have no stream: what they hold is as old as their last refresh. Before a cutover
 * those of the side that will be opened are refreshed, so that nobody reads there what is older than what was read before.
 */
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable, textArray} from './postgres-sql.ts';
import {errorText} from '../../model/errors.ts';

export type Refreshed = {
  readonly refreshed: readonly string[];
  readonly failed: readonly {readonly view: string; readonly reason: string}[];
};

/** A view that could not be refreshed stays as it was, and is named. Ends early when `signal` aborts. */
export const refreshViews = async (sessions: PgSessions, tables: readonly Table[], signal: AbortSignal): Promise<Refreshed> => {
  const session = await sessions.open('views');
  const end = (): void => void session.close();
  signal.addEventListener('abort', end, {once: true});
  try {
    const refreshed: string[] = [];
    const failed: {view: string; reason: string}[] = [];
    for (const view of await filledViews(session, tables)) {
      signal.throwIfAborted();
      const refused = await session.query(refreshView(view)).then(() => undefined, errorText);
      if (refused === undefined) refreshed.push(nameOf(view));
      else failed.push({view: nameOf(view), reason: refused});
    }
    signal.throwIfAborted();
    return {refreshed, failed};
  } finally {
    signal.removeEventListener('abort', end);
    await session.close();
  }
};

export const refreshView = (view: TableName): string => `REFRESH MATERIALIZED VIEW ${quoteTable(view)}`;

/** Those that were filled once, each after the views that it reads. */
const filledViews = async (session: PgSession, tables: readonly Table[]): Promise<readonly TableName[]> => {
  const names = tables.flatMap((table) => [table.name, ...table.partitions]).map(quoteTable);
  const {rows} = await session.query(VIEWS_OF_TABLES, [textArray(names)]);
  return rows.map((row) => ({schema: row['schema'] ?? '', name: row['name'] ?? ''}));
};

const VIEWS_OF_TABLES = `
WITH RECURSIVE used(relation, depth) AS (
  SELECT to_regclass(wanted)::oid, 0 FROM unnest($1::text[]) AS wanted
  UNION
  SELECT r.ev_class, used.depth + 1
  FROM used
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = used.relation AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> used.relation
)
SELECT n.nspname AS schema, c.relname AS name
FROM used JOIN pg_class c ON c.oid = used.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND c.relispopulated
GROUP BY 1, 2
ORDER BY max(used.depth), 1, 2`;
