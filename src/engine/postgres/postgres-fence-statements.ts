/** What the fence sends, apart from who sends it: `plan` and `sql` show the same texts. */
import type {FenceState} from '../../model/fence-row.ts';
import type {Table, TableName} from '../../model/table.ts';
import {dropRowTriggers, rowTriggers} from './postgres-fence-rows.ts';
import type {Sql} from './postgres-statement.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

/** One attempt to take all tables' locks; a longer wait would queue the application behind us. */
export const FENCE_LOCK_TIMEOUT = '500ms';
/** A clean-up is never worth a wait. */
export const CLEAN_LOCK_TIMEOUT = '200ms';

/**
 * Durable here, whatever a synchronous standby says: nobody may be held for as long as that is silent. The decision alone
 * waits for it, and what is durable there is all that came before in this server's log, too.
 */
export const BEGIN_LOCALLY = 'BEGIN; SET LOCAL synchronous_commit = local';

const decisionName = (short: string): string => `crossfade ${short} decision`;

/** The session's name says which one it is while its commit waits for a standby. */
export const beginDecision = (short: string): string =>
  `BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL application_name = ${quoteValue(decisionName(short))}`;

/**
 * A decision that stands in the log cannot be taken back, and until a standby has it nobody sees it: whoever has to know
 * now ends the wait, and it is seen.
 */
export const endDecisionWait = (short: string): Sql => ({
  text: `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND wait_event = 'SyncRep'`,
  values: [decisionName(short)],
});

/** How long a look at the decision waits for whoever is at it, before that one's wait is ended again. */
export const RELEASE_LOCK_TIMEOUT = '500ms';

export const lockTimeout = (limit: string): string => `SET LOCAL lock_timeout = '${limit}'`;

/** The canary's tokens, which are fenced together with a migration's own tables. */
const TOKENS: TableName = {schema: 'crossfade', name: 'canary'};

/** Everything that has a fence's triggers, in one order everywhere, so that two of us never wait for each other. */
const fencedTables = (tables: readonly Table[]): TableName[] => {
  const names = tables.flatMap((table) => [table.name, ...table.partitions]).map((name) => ({name, sql: quoteTable(name)}));
  return [...names.sort((a, b) => (a.sql < b.sql ? -1 : 1)).map(({name}) => name), TOKENS];
};

type Reversible = {readonly sql: string; readonly undo: string};

/** `epoch` is the attempt's number, 0 for the first closing. */
export const fenceTriggers = (short: string, tables: readonly Table[], epoch: string): Reversible[] => {
  const parts = new Map(tables.filter(({only}) => only).flatMap((table) => [table.name, ...table.partitions].map((name) => [name, table])));
  return fencedTables(tables).flatMap((name) => fenceTrigger(short, name, epoch, parts.get(name)));
};

/** `part`: the table of which only some rows are moved, where `table` is that one or a partition of it. */
const fenceTrigger = (short: string, table: TableName, epoch: string, part: Table | undefined): Reversible[] => {
  const trigger = triggerName(short, epoch);
  const guard = `crossfade.fence_guard(${quoteValue(short)}, '${epoch}')`;
  const when = table === TOKENS ? ofOwnTokens(short) : part ? OF_TRUNCATES : OF_ALL_WRITES;
  const undo = dropFenceTrigger(short, table, epoch);
  return [
    {sql: `CREATE TRIGGER ${quoteName(trigger)} ${when(quoteTable(table))} EXECUTE FUNCTION ${guard}`, undo},
    {sql: `ALTER TABLE ${quoteTable(table)} ENABLE ALWAYS TRIGGER ${quoteName(trigger)}`, undo},
    ...(part?.name === table ? rowTriggers(part, trigger, guard) : []),
  ];
};

const OF_TRUNCATES = (table: string): string => `BEFORE TRUNCATE ON ${table} FOR EACH STATEMENT`;
const OF_ALL_WRITES = (table: string): string => `BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} FOR EACH STATEMENT`;

/** Migrations share the table, so each closes it for its own rows only; an application may do nothing there but insert. */
const ofOwnTokens =
  (short: string) =>
  (table: string): string =>
    `AFTER INSERT ON ${table} FOR EACH ROW WHEN (NEW.migration = ${quoteValue(short)})`;

const triggerName = (short: string, epoch: string): string => `crossfade_${short}_fence_${epoch}`;

/** Each takes a table's strongest lock, so each stands alone. */
export const dropFenceTriggers = (short: string, tables: readonly Table[], epoch: string): string[] => [
  ...fencedTables(tables).map((table) => dropFenceTrigger(short, table, epoch)),
  ...tables.filter(({only}) => only).flatMap((table) => dropRowTriggers(table, triggerName(short, epoch))),
];

export const standingTriggers = (short: string): Sql => ({
  text: `SELECT DISTINCT substring(substring(tgname FROM length($1) + 1) FROM '^[0-9]+') AS epoch, n.nspname::text AS table_schema, c.relname::text AS table_name
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT tgisinternal AND starts_with(tgname, $1) AND substring(tgname FROM length($1) + 1) ~ '^[0-9]+(_(insert|update|delete))?$' ORDER BY 2, 3`,
  values: [triggerName(short, '')],
});

const dropFenceTrigger = (short: string, table: TableName, epoch: string): string =>
  `DROP TRIGGER IF EXISTS ${quoteName(triggerName(short, epoch))} ON ${quoteTable(table)}`;

export const closedRow = (short: string): Sql => ({
  text: `INSERT INTO crossfade.fence (migration, epoch, state) VALUES ($1, 0, 'closed') ON CONFLICT DO NOTHING`,
  values: [short],
});

/** The deadline is the database's own clock. */
export const fencedRow = (short: string, attempt: number | string, budgetMs: number): Sql => ({
  text: `INSERT INTO crossfade.fence (migration, epoch, state, deadline) VALUES ($1, $2, 'fenced', clock_timestamp() + $3 * interval '1 ms')`,
  values: [short, attempt, budgetMs],
});

export const fenceMarker = (short: string, marker: string): Sql => ({
  text: `SELECT pg_logical_emit_message(true, 'crossfade', $1)`,
  values: [`${short} ${marker}`],
});

export const lockFenceRow = (short: string, attempt: number | string): Sql => ({
  text: `SELECT FROM crossfade.fence WHERE migration = $1 AND epoch = $2 FOR UPDATE`,
  values: [short, attempt],
});

export const setFenceState = (short: string, attempt: number | string, state: FenceState): Sql => ({
  text: `UPDATE crossfade.fence SET state = $3 WHERE migration = $1 AND epoch = $2`,
  values: [short, attempt, state],
});

export const openFence = (short: string): Sql => ({
  text: `UPDATE crossfade.fence SET state = 'released' WHERE migration = $1 AND state <> 'released'`,
  values: [short],
});
