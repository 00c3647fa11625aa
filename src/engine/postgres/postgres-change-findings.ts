/**
 * What stands in the way of a change in place: rights, what is in the catalogue, and what the server itself says when
 * the change is tried on an empty temporary table of the same shape, in a transaction that is rolled back.
 */
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {Change} from './postgres-change.ts';
import {usedFindings} from './postgres-used-columns.ts';
import {dependentsOf} from './postgres-dependents.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';
import {errorText} from '../../model/errors.ts';

/** `earlier`: changes that the plan makes before this one. */
export const changeFindings = async (session: PgSession, table: Table, change: Change, earlier: readonly Change[]): Promise<Finding[]> => {
  const found = await objections(session, change);
  if (found.some(({severity}) => severity === 'refuse')) return found;
  const grants = await grantFindings(session, table, change);
  return [
    ...found,
    ...(grants.length ? grants : [...(await tryOnShape(session, table, change, earlier)), ...(await usersOf(session, change))]),
  ];
};

/** The statements of the trial; none where nothing is tried. */
export const trialOf = (change: Change, earlier: readonly Change[]): Sql[] => {
  if (!change.trial.length) return [];
  const before = earlier
    .filter(({table}) => nameOf(table) === nameOf(change.table))
    .flatMap(({adds}) => (adds === undefined ? [] : [{text: adds}]));
  return [{text: beginTrial(change.table)}, ...before, ...change.trial];
};

/** An empty copy of the table's shape, gone with the transaction. */
const beginTrial = (table: TableName): string =>
  `BEGIN; SET LOCAL search_path = pg_catalog, public; CREATE TEMP TABLE crossfade_shape (LIKE ${quoteTable(table)}) ON COMMIT DROP`;

const objections = async (session: PgSession, change: Change): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const {ask, severity = 'refuse', object = change.subject, reason, next} of change.objections)
    for (const row of (await session.send(ask)).rows)
      found.push({severity, code: 'CF-PLAN-001', object, reason: reason.replace('{}', row['what'] ?? ''), next});
  return found;
};

const grantFindings = async (session: PgSession, table: Table, {fill}: Change): Promise<Finding[]> => {
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
  const isOwner = row['member'] === 'true';
  const owner = row['owner'] ?? '';
  return [
    ...(isOwner
      ? []
      : [
          missing(nameOf(table.name), `belongs to ${owner}, and only an owner may change it`, `GRANT ${owner} TO the role of database.url`),
        ]),
    ...(row['may_create'] === 'true'
      ? []
      : [missing('database', 'may not create schemas', 'GRANT CREATE ON DATABASE … TO the role of database.url')]),
    ...(row['may_set'] === 'true' || !fill
      ? []
      : [missing('role', NOT_SET, 'GRANT SET ON PARAMETER session_replication_role TO the role of database.url')]),
  ];
};

const NOT_SET = 'may not set session_replication_role, so the table’s triggers would fire for every row that is filled';

/** Told early: contract will refuse while they are there. */
const usersOf = async (session: PgSession, change: Change): Promise<Finding[]> => {
  const users = (await Promise.all(change.old.map((old) => dependentsOf(session, old)))).flat();
  if (!users.length) return [];
  const next = 'move them to the new shape before contract, or name in goesWith what may go with the column';
  return [{severity: 'warn', code: 'CF-DDL-003', object: change.subject, reason: `is used by ${users.join(', ')}`, next}];
};

const missing = (object: string, reason: string, next: string): Finding => ({
  severity: 'refuse',
  code: 'CF-GRANT-001',
  object,
  reason,
  next,
});

const tryOnShape = async (session: PgSession, table: Table, change: Change, earlier: readonly Change[]): Promise<Finding[]> => {
  const trial = trialOf(change, earlier);
  try {
    for (const statement of trial) await session.send(statement);
    return [...((await change.look?.(session)) ?? []), ...(await usedFindings(session, table, change))];
  } catch (error) {
    const why = errorText(error);
    const next = 'correct the operation in the plan';
    return [{severity: 'refuse', code: 'CF-PLAN-001', object: change.subject, reason: `the database does not accept it: ${why}`, next}];
  } finally {
    if (trial.length) await session.query('ROLLBACK');
  }
};
