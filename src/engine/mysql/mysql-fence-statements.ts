/** What the fence sends, apart from who sends it and from its triggers: `plan` and `sql` show the same texts. */
import type {FenceState} from '../../model/fence-row.ts';
import {ATTEMPT_TABLE, FENCE_TABLE} from './mysql-fence-schema.ts';
import {quoteValue} from './mysql-sql.ts';

/** For writers that are under way; whoever begins to write meanwhile waits behind us. Servers know no less than a second. */
export const WRITERS_WAIT_S = 1;
/** For whoever is at the same row: a decision, or a writer that came after the deadline. */
export const ROW_WAIT_S = 1;
/** Of a table, for a trigger: the shortest that servers know. Whoever comes to the table while we wait for it waits behind us. */
export const TABLE_LOCK_S = 1;
/** For another of ours that makes or drops triggers, table by table. */
export const TURN_S_MAX = 3;

/** One at a time makes, drops and counts on triggers. */
export const fenceTurn = (short: string): string => `crossfade ${short} fence`;

/** No gaps are locked, so two that look for the same missing row do not wait for each other. */
export const READ_LATEST = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED';

/** For rows, and for our own tables, which a client's LOCK TABLES takes with those that have our triggers. */
export const lockWait = (seconds: number): string => `SET SESSION innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`;

/** Where it is asked for without waiting. */
export const NO_TABLE_LOCK_WAIT = 'SET SESSION lock_wait_timeout = 0';
export const TABLE_LOCK_WAIT = `SET SESSION lock_wait_timeout = ${TABLE_LOCK_S}`;

/** `name` as SQL writes it. */
export const dropTrigger = (name: string): string => `DROP TRIGGER IF EXISTS ${name}`;

export const closedRow = (short: string): string =>
  `INSERT IGNORE INTO ${FENCE_TABLE} (migration, epoch, state) VALUES (${quoteValue(short)}, 0, 'closed')`;

export const closedAttempt = (short: string): string =>
  `UPDATE ${ATTEMPT_TABLE} SET attempt = 0 WHERE migration = ${quoteValue(short)} AND attempt IS NULL`;

/** The deadline is the server's own time when it is asked, whatever the session's. */
export const fencedRow = (short: string, attempt: number | string, budgetMs: number): string =>
  `INSERT INTO ${FENCE_TABLE} (migration, epoch, state, deadline) VALUES (${quoteValue(short)}, ${attempt}, 'fenced', TIMESTAMPADD(MICROSECOND, ${budgetMs * 1000}, SYSDATE(6)))`;

/** Every writer of the migration's tables holds this row until its transaction ends. */
export const setAttempt = (short: string, attempt: number | string): string =>
  `UPDATE ${ATTEMPT_TABLE} SET attempt = ${attempt} WHERE migration = ${quoteValue(short)}`;

export const tombstone = (short: string, attempt: number): string =>
  `INSERT INTO ${FENCE_TABLE} (migration, epoch, state) VALUES (${quoteValue(short)}, ${attempt}, 'released')`;

export const setFenceState = (short: string, attempt: number | string, state: FenceState): string =>
  `UPDATE ${FENCE_TABLE} SET state = '${state}' WHERE migration = ${quoteValue(short)} AND epoch = ${attempt}`;

export const openFence = (short: string): string =>
  `UPDATE ${FENCE_TABLE} SET state = 'released' WHERE migration = ${quoteValue(short)} AND state <> 'released'`;

/** SYSDATE is the time when it is asked, whatever the session's. */
export const FENCE_ROWS = `SELECT epoch AS epoch, state AS state, coalesce(round(TIMESTAMPDIFF(MICROSECOND, SYSDATE(6), deadline) / 1000), 0) AS remaining FROM ${FENCE_TABLE}`;

export const lockFenceRow = (short: string, attempt: number | string): string =>
  `${FENCE_ROWS} WHERE migration = ${quoteValue(short)} AND epoch = ${attempt} FOR UPDATE`;

/** Whom the fence has to wait for is seen by trying to have the row. */
export const tryAttempt = (short: string): string => `SELECT 1 FROM ${ATTEMPT_TABLE} WHERE migration = ${quoteValue(short)} FOR UPDATE`;
