/**
 * What stands in the way of a new column. Type and expressions are tried on an empty temporary table of the same shape,
 * in a transaction that is rolled back, so that the server itself says what it will accept.
 */
import {columnName, type NewColumn} from '../../model/planned-operation.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import {backfillTrial, beginTrial, columnTrial} from './postgres-alter-statements.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

export const newColumnFindings = async (session: PgSession, table: Table, column: NewColumn): Promise<Finding[]> => {
  const name = columnName(column);
  if (table.columns.some((one) => one.name === column.column))
    return [refuse('CF-PLAN-001', name, 'is there already', 'take another name, or drop the column first')];
  const grants = await grantFindings(session, table);
  return grants.length ? grants : tryOnShape(session, table, column);
};

const refuse = (code: string, object: string, reason: string, next: string): Finding => ({severity: 'refuse', code, object, reason, next});

const grantFindings = async (session: PgSession, table: Table): Promise<Finding[]> => {
  const {version} = await session.one<{version: string}>(`SELECT current_setting('server_version_num') AS version`);
  const maySet =
    Number(version) >= 150000
      ? `has_parameter_privilege('session_replication_role', 'SET')`
      : '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)';
  const row = await session.one(
    `SELECT pg_get_userbyid(relowner) AS owner, pg_has_role(relowner, 'MEMBER')::text AS member, has_database_privilege(current_database(), 'CREATE')::text AS may_create, ${maySet}::text AS may_set
     FROM pg_class WHERE oid = $1::regclass`,
    [quoteTable(table.name)],
  );
  const found: Finding[] = [];
  if (row['member'] !== 'true')
    found.push(
      refuse(
        'CF-GRANT-001',
        nameOf(table.name),
        `belongs to ${row['owner']}, and only an owner may change it`,
        `GRANT ${row['owner']} TO the role of database.url`,
      ),
    );
  if (row['may_create'] !== 'true')
    found.push(refuse('CF-GRANT-001', 'database', 'may not create schemas', 'GRANT CREATE ON DATABASE … TO the role of database.url'));
  if (row['may_set'] !== 'true')
    found.push(
      refuse(
        'CF-GRANT-001',
        'role',
        'may not set session_replication_role, so the table’s triggers would fire for every row that is filled',
        'GRANT SET ON PARAMETER session_replication_role TO the role of database.url',
      ),
    );
  return found;
};

const tryOnShape = async (session: PgSession, table: Table, column: NewColumn): Promise<Finding[]> => {
  await session.query(beginTrial(table.name));
  try {
    return [...(await tryColumn(session, column)), ...(await tryBackfill(session, table, column))];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      refuse(
        'CF-PLAN-001',
        columnName(column),
        `the database does not accept its type, default or backfill: ${why}`,
        'correct the operation in the plan',
      ),
    ];
  } finally {
    await session.query('ROLLBACK');
  }
};

const tryColumn = async (session: PgSession, column: NewColumn): Promise<Finding[]> => {
  for (const statement of columnTrial(column)) await session.send(statement);
  if (column.default === undefined || column.backfill !== undefined) return [];
  const row = await session.one(
    `SELECT atthasmissing::text AS constant FROM pg_attribute WHERE attrelid = 'pg_temp.crossfade_shape'::regclass AND attname = $1`,
    [column.column],
  );
  if (row['constant'] === 'true') return [];
  return [
    refuse(
      'CF-PLAN-001',
      columnName(column),
      'has a default that is computed row by row; adding it would rewrite the table while nobody can use it',
      'give the same expression as backfill as well',
    ),
  ];
};

const tryBackfill = async (session: PgSession, table: Table, column: NewColumn): Promise<Finding[]> => {
  if (column.backfill === undefined) return [];
  for (const statement of backfillTrial(column)) await session.send(statement);
  const {rows} = await session.query(
    `SELECT DISTINCT a.attname AS name FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
     JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE r.ev_class = 'pg_temp.crossfade_uses'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = 'pg_temp.crossfade_shape'::regclass`,
  );
  return rows.flatMap((row) => columnFinding(table, column, row['name'] ?? ''));
};

/** A trigger runs before generated columns are computed, and sees none of them. */
const columnFinding = (table: Table, column: NewColumn, used: string): Finding[] => {
  if (used === column.column)
    return [refuse('CF-PLAN-001', columnName(column), 'has a backfill that uses the column itself', 'compute it from the other columns')];
  if (!table.columns.some((one) => one.name === used && one.generated)) return [];
  return [
    refuse(
      'CF-PLAN-001',
      columnName(column),
      `has a backfill that uses the generated column ${used}, which is not computed yet when a row is written`,
      `write out what ${used} is computed from`,
    ),
  ];
};
