/** What stands in the way of a MySQL or MariaDB source or target. Each finding says the object, the reason and what to do. */
import type {Side} from '../../model/side.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, Wishes} from '../engine.ts';
import {grantFindings, mysqlGrants} from './mysql-grants.ts';
import {logFindings} from './mysql-log-findings.ts';
import {readAccount} from './mysql-privileges.ts';
import {askTables} from './mysql-server-tables.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import {quoteTable, quoteValue, tableNames} from './mysql-sql.ts';

export const mysqlFindings = async (session: MySession, as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Finding[]> => [
  ...(as === 'source' ? tables.flatMap(keyFindings) : []),
  ...(await logFindings(session, as, tables)),
  ...grantFindings(as, await mysqlGrants(session, as, tables, wishes)),
  ...(await tableFindings(session, tables)),
  ...(await cascadeFindings(session, as, tables)),
  ...(await triggerFindings(session, as, tables)),
  ...(as === 'source'
    ? [
        ...(await eventFindings(session, tables)),
        ...(await readerFindings(session)),
        ...(await preparedFindings(session)),
        ...scopeFindings(tables),
      ]
    : []),
];

const refuse = (code: string, object: string, reason: string, next: string): Finding => ({severity: 'refuse', code, object, reason, next});

const keyFindings = (table: Table): Finding[] =>
  table.key.length
    ? []
    : [
        refuse(
          'CF-SCOPE-002',
          nameOf(table.name),
          'has no primary key, and no unique index over columns that are NOT NULL',
          `add a primary key, or exclude ${nameOf(table.name)} from the scope`,
        ),
      ];

const scopeFindings = (tables: readonly Table[]): Finding[] =>
  tables.length ? [] : [refuse('CF-SCOPE-001', 'scope', 'matches no table', 'check scope.tables: patterns are schema.table')];

/** H-72: without transactions there is no snapshot to read, and what was half done stays. Row versions are rows that no stream explains. */
const tableFindings = async (session: MySession, tables: readonly Table[]): Promise<Finding[]> => {
  const {rows} = await session.query(
    `SELECT table_schema AS \`schema\`, table_name AS \`table\`, engine AS engine, table_type AS type FROM information_schema.tables
     WHERE (table_schema, table_name) IN (${names(tables)}) AND (engine <> 'InnoDB' OR table_type <> 'BASE TABLE') ORDER BY 1, 2`,
  );
  return rows.map((row) => {
    const table = tableOf(row);
    if (row['engine'] === 'InnoDB')
      return refuse(
        'CF-SCOPE-004',
        nameOf(table),
        'keeps the versions of its rows, which are in no change stream',
        `ALTER TABLE ${quoteTable(table)} DROP SYSTEM VERSIONING, or exclude it`,
      );
    return refuse(
      'CF-SCOPE-004',
      nameOf(table),
      `is stored by ${row['engine'] ?? 'an engine that is not there'}, which has no transactions: no read of it has a place in the log (H-72)`,
      `ALTER TABLE ${quoteTable(table)} ENGINE = InnoDB, or exclude it`,
    );
  });
};

const ACTS = new Set(['CASCADE', 'SET NULL', 'SET DEFAULT']);

/**
 * H-19. Where InnoDB does by itself what a foreign key asks for, the log has the parent's change and not the children's.
 * MySQL from 9.6 on does it in the SQL layer, and the log has all of it. Triggers do not fire for it in either, so a parent
 * that is not fenced itself would change rows behind the fence (Y7).
 */
const cascadeFindings = async (session: MySession, as: Side, tables: readonly Table[]): Promise<Finding[]> => {
  const {native} = await session.one<{native: string}>(`SELECT ${session.flavour.nativeForeignKeys} AS native`);
  const isNative = native === '1';
  const moved = new Set(tables.map(({name}) => nameOf(name)));
  const {rows} = await session.query(
    `SELECT constraint_schema AS \`schema\`, table_name AS \`table\`, constraint_name AS name, update_rule AS on_update, delete_rule AS on_delete,
       concat(unique_constraint_schema, '.', referenced_table_name) AS parent FROM information_schema.referential_constraints WHERE (constraint_schema, table_name) IN (${names(tables)}) ORDER BY 1, 2, 3`,
  );
  return rows.flatMap((row) => {
    const acts = [
      ...(ACTS.has(row['on_delete'] ?? '') ? [`ON DELETE ${row['on_delete']}`] : []),
      ...(ACTS.has(row['on_update'] ?? '') ? [`ON UPDATE ${row['on_update']}`] : []),
    ];
    if (!acts.length || (!isNative && moved.has(row['parent'] ?? ''))) return [];
    const [reason, next] = isNative
      ? [
          `and ${session.flavour.product} ${session.flavour.versionText} does not log what it changes in ${row['table']} (H-19)`,
          'let the application delete and change these rows itself (ON DELETE RESTRICT), or exclude the table',
        ]
      : [
          `when ${row['parent']} changes, which is not moved, and no trigger of a fence sees it (Y7)`,
          `move ${row['parent']} as well, or let the application delete and change these rows itself (ON DELETE RESTRICT)`,
        ];
    const object = `foreign key ${row['name']} of ${nameOf(tableOf(row))} on the ${as}`;
    return refuse('CF-SCOPE-004', object, `acts by itself (${acts.join(', ')}), ${reason}`, next);
  });
};

/** H-17: no session can leave triggers out, so they fire for rows that come from the other side, on the source too once there is a way back. */
const triggerFindings = async (session: MySession, as: Side, tables: readonly Table[]): Promise<Finding[]> => {
  const {rows} = await session.query(
    `SELECT trigger_schema AS \`schema\`, trigger_name AS name, event_object_table AS \`table\` FROM information_schema.triggers
     WHERE (event_object_schema, event_object_table) IN (${names(tables)}) AND trigger_name NOT LIKE 'crossfade%' ORDER BY 1, 2`,
  );
  return rows.map((row) =>
    refuse(
      'CF-SCOPE-004',
      `trigger ${row['name']} on ${nameOf(tableOf(row))}`,
      `on the ${as} fires for rows that are applied as well, so its work would be done twice (H-17)`,
      `DROP TRIGGER ${quoteTable({schema: row['schema'] ?? '', name: row['name'] ?? ''})} until the migration is over`,
    ),
  );
};

/** H-103: they write without any client, before the cutover and after it. */
const eventFindings = async (session: MySession, tables: readonly Table[]): Promise<Finding[]> => {
  const schemas = [...new Set(tables.map(({name}) => name.schema))].map(quoteValue).join(', ') || 'NULL';
  const {rows} = await session.query(
    `SELECT event_schema AS \`schema\`, event_name AS name FROM information_schema.events WHERE event_schema IN (${schemas}) AND status = 'ENABLED' ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    severity: 'warn',
    code: 'CF-SRC-008',
    object: `event ${row['schema']}.${row['name']}`,
    reason: 'is run by the server itself, is not moved, and would write on after the cutover (H-103)',
    next: 'let the target do its work from the cutover on, and disable it then',
  }));
};

/**
 * Replicas, and others who read the log (H-105, H-106). Our own streams are of our own account; an account without PROCESS
 * sees no others, which the grants say.
 */
const readerFindings = async (session: MySession): Promise<Finding[]> => {
  const {who} = await askTables(({processes}) =>
    session.one<{who: string | null}>(
      `SELECT group_concat(DISTINCT concat(p.user, ' (', substring_index(p.host, ':', 1), ')') ORDER BY p.user SEPARATOR ', ') AS who
     FROM ${processes} p WHERE p.command LIKE 'Binlog Dump%' AND p.user <> substring_index(current_user(), '@', 1)`,
    ),
  );
  if (!who) return [];
  return [
    {
      severity: 'warn',
      code: 'CF-SRC-008',
      object: 'replicas',
      reason: `and other readers of its log follow the source: ${who}; from the cutover on they show old rows`,
      next: 'make replicas of the target, and send their readers there with the cutover',
    },
  ];
};

/** H-68. Their number needs a right of its own on MySQL. */
const preparedFindings = async (session: MySession): Promise<Finding[]> => {
  const {askPrepared} = session.flavour.privileges;
  if (askPrepared.length && !(await readAccount(session)).holdsOne(askPrepared)) return [];
  const {rows} = await session.query('XA RECOVER');
  if (!rows.length) return [];
  return [
    {
      severity: 'warn',
      code: 'CF-SRC-006',
      object: 'prepared transactions',
      reason: `${rows.length} are open; each could commit after everything else has stopped`,
      next: 'commit or roll them back (XA RECOVER)',
    },
  ];
};

const names = (tables: readonly Table[]): string => tableNames(tables.map(({name}) => name));
const tableOf = (row: TextRow) => ({schema: row['schema'] ?? '', name: row['table'] ?? ''});
