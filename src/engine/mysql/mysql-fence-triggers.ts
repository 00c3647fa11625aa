/**
 * The triggers of the fence (decision 0021). They stand before the hold, because each takes its table's strongest lock,
 * which waits for readers too; raising the fence changes one row. A locking read of that row tells every writer the newest
 * attempt, whatever its snapshot, and keeps the next one from being raised until the writer has ended.
 *
 * Fail-closed: a caller that is shown no row of the attempt, or `fenced` before the deadline, `closed` or `committed`, is
 * refused, and holds nothing that the decision waits for. Past the deadline the attempt's row is read again, locked, which
 * serialises the caller with the decision; `released` is final for its attempt and needs no lock.
 */
import {createHash} from 'node:crypto';
import {TerminalError} from '../../model/errors.ts';
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import {ATTEMPT_TABLE, FENCE_TABLE} from './mysql-fence-schema.ts';
import {CONTROL_SCHEMA_NAME, TOKEN_TABLE} from './mysql-names.ts';
import {onlyCondition} from './mysql-read-statements.ts';
import {quoteTable, quoteValue} from './mysql-sql.ts';
import {baseType} from './mysql-value-text.ts';

/** A name is the schema's, not the table's. */
export type FenceTrigger = {readonly name: TableName; readonly on: TableName; readonly sql: string};

/** A row may be the migration's before the write, after it, or both. */
const EVENTS = [
  {event: 'INSERT', rows: ['NEW.']},
  {event: 'UPDATE', rows: ['OLD.', 'NEW.']},
  {event: 'DELETE', rows: ['OLD.']},
] as const;

/** Of all tables in one order, so that two of us never wait for each other. */
export const fenceTriggers = (short: string, tables: readonly Table[]): FenceTrigger[] =>
  fencedTables(short, tables).flatMap((table) => triggersOf(short, table));

/** Of one, on a server that is not slow. */
const TRIGGER_MS = 20;

/** About how long making them takes, which is the same whatever a table holds. */
export const armMs = (short: string, tables: readonly Table[]): number => fenceTriggers(short, tables).length * TRIGGER_MS;

/** The canary's tokens are fenced together with a migration's own tables. */
export const fencedTables = (short: string, tables: readonly Table[]): Table[] => [
  ...[...tables].sort((a, b) => (nameOf(a.name) < nameOf(b.name) ? -1 : 1)),
  tokensOf(short),
];

const TOKENS: TableName = {schema: CONTROL_SCHEMA_NAME, name: TOKEN_TABLE};

/** Migrations share the table, so each closes it for its own rows only. */
const tokensOf = (short: string): Table => ({
  name: TOKENS,
  columns: [{name: 'migration', type: 'varchar(16)', notNull: true, generated: false, identity: undefined, portableBinary: false}],
  key: [],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
  only: [{column: 'migration', kind: 'in', values: [short]}],
});

/** All of this migration begin so. */
export const triggerPrefix = (short: string): string => `crossfade_${short}_fence_`;

const triggersOf = (short: string, table: Table): FenceTrigger[] =>
  EVENTS.filter(({event}) => table.name !== TOKENS || event === 'INSERT').map(({event, rows}) => {
    const digest = createHash('sha256').update(nameOf(table.name)).digest('hex').slice(0, 12);
    const name = {schema: table.name.schema, name: `${triggerPrefix(short)}${digest}_${event[0]?.toLowerCase() ?? ''}`};
    const before = `CREATE TRIGGER ${quoteTable(name)} ${table.only ? 'AFTER' : 'BEFORE'} ${event} ON ${quoteTable(table.name)} FOR EACH ROW`;
    return {name, on: table.name, sql: `${before}\n${guard(short, table, rows)}`};
  });

/** How long a message of SIGNAL may be. */
const MESSAGE_CHARACTERS_MAX = 128;

/** 25006 is a read-only transaction, 1290 a read-only server: drivers and pools know the one or the other. */
const refusal = (table: Table): string => {
  const message = `crossfade: writes to ${table.only ? 'these rows of ' : ''}${nameOf(table.name)} are closed on this side`;
  return `SIGNAL SQLSTATE '25006' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = ${quoteValue(Array.from(message).slice(0, MESSAGE_CHARACTERS_MAX).join(''))}`;
};

/**
 * A session's TIMESTAMP may be set to any time, which its own clock then tells (but SYSDATE does not): nobody passes before
 * the deadline by that. Aggregates, because they always answer one row; nothing but SELECT, because only in one is a read
 * without a lock one.
 */
const guard = (short: string, table: Table, rows: readonly string[]): string => `crossfade: BEGIN
  DECLARE xf_own, xf_rows, xf_attempt bigint;
  DECLARE xf_state varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
  DECLARE xf_deadline datetime(6);
${table.only ? `  IF NOT (${rows.map((row) => `coalesce(${movedRow(short, table, row)}, FALSE)`).join(' OR ')}) THEN LEAVE crossfade; END IF;\n` : ''}\
  IF @crossfade_writer IS NOT NULL THEN
    SELECT count(*) INTO xf_own FROM ${CONTROL_SCHEMA_NAME}.lease l
      WHERE l.migration = ${quoteValue(short)} AND l.secret = @crossfade_writer AND l.role = ${LOGIN};
    IF xf_own > 0 THEN LEAVE crossfade; END IF;
  END IF;
  SELECT count(*), max(a.attempt) INTO xf_rows, xf_attempt FROM ${ATTEMPT_TABLE} a WHERE a.migration = ${quoteValue(short)} LOCK IN SHARE MODE;
  IF xf_rows = 1 AND xf_attempt IS NULL THEN LEAVE crossfade; END IF;
  ${attemptRow(short)};
  IF xf_state = 'released' THEN LEAVE crossfade; END IF;
  IF ${IS_OVER} THEN
    ${attemptRow(short)} LOCK IN SHARE MODE;
    IF xf_state = 'released' OR (${IS_OVER}) THEN LEAVE crossfade; END IF;
  END IF;
  ${refusal(table)};
END`;

const attemptRow = (short: string): string =>
  `SELECT max(f.state), max(f.deadline) INTO xf_state, xf_deadline FROM ${FENCE_TABLE} f WHERE f.migration = ${quoteValue(short)} AND f.epoch = xf_attempt`;

const IS_OVER = `xf_state = 'fenced' AND xf_deadline < UTC_TIMESTAMP(6) AND NOW(6) <= SYSDATE(6)`;

/** Without the host. A name may hold an @, a host never does. */
const LOGIN = `left(user(), char_length(user()) - char_length(substring_index(user(), '@', -1)) - 1)`;

/** What a TIMESTAMP shows depends on the zone of whoever writes, and a filter must not. */
const movedRow = (short: string, table: Table, row: string): string => {
  if (table.name === TOKENS) return `${row}migration = ${quoteValue(short)}`;
  const filtered = (table.only ?? []).map(({column}) => table.columns.find(({name}) => name === column));
  if (!filtered.some((column) => baseType(column?.type ?? '') === 'timestamp')) return `(${onlyCondition(table, row)})`;
  throw new TerminalError(`rows of ${nameOf(table.name)} are chosen by a TIMESTAMP, which shows another text to every client`, {
    code: 'CF-SCOPE-004',
    next: 'choose them by another column',
  });
};
