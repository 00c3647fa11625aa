/** What stands in the way of a PostgreSQL source or target. Each finding says the object, the reason and what to do. */
import type {Side} from '../../model/side.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteTable} from './postgres-sql.ts';

export const postgresFindings = async (session: PgSession, as: Side, tables: readonly Table[]): Promise<Finding[]> => [
  ...tables.flatMap(keyFindings),
  ...(await serverFindings(session, as)),
  ...(as === 'source' ? [...(await identityFindings(session, tables)), ...(await objectFindings(session, tables))] : await targetFindings(session)),
];

const refuse = (code: string, object: string, reason: string, next: string): Finding => ({severity: 'refuse', code, object, reason, next});

const keyFindings = (table: Table): Finding[] =>
  table.key.length
    ? []
    : [refuse('CF-SCOPE-002', nameOf(table.name), 'has no primary key, and no replica identity index that could stand in for one', `add a primary key, or exclude ${nameOf(table.name)} from the scope`)];

/** Both sides send a stream sooner or later: the source at once, the target from the cutover on. */
const serverFindings = async (session: PgSession, as: Side): Promise<Finding[]> => {
  const found: Finding[] = [];
  const row = await session.one(
    `SELECT current_setting('wal_level') AS wal_level, current_setting('max_replication_slots') AS slots, current_setting('max_wal_senders') AS senders,
            (SELECT count(*) FROM pg_replication_slots)::text AS used, (SELECT count(*) FROM pg_stat_replication)::text AS sending,
            (SELECT (rolreplication OR rolsuper)::text FROM pg_roles WHERE rolname = current_user) AS replication`,
  );
  if (row['wal_level'] !== 'logical') {
    found.push(refuse('CF-SRC-001', `${as} server`, `wal_level is ${row['wal_level']}, and a change stream needs logical`, 'ALTER SYSTEM SET wal_level = logical; then restart the server'));
  }
  if (Number(row['used']) >= Number(row['slots'])) {
    found.push(refuse('CF-SRC-002', `${as} server`, `all ${row['slots']} replication slots are in use`, 'raise max_replication_slots (restart needed), or drop a slot that nobody uses'));
  }
  if (Number(row['sending']) >= Number(row['senders'])) {
    found.push(refuse('CF-SRC-002', `${as} server`, `all ${row['senders']} WAL senders are in use`, 'raise max_wal_senders (restart needed)'));
  }
  if (row['replication'] !== 'true') {
    found.push(refuse('CF-GRANT-001', `${as} role`, 'may not open a replication connection', 'ALTER ROLE … REPLICATION'));
  }
  return found;
};

const IDENTITY = `
  SELECT c.relreplident::text AS identity, c.relpersistence::text AS persistence, c.relrowsecurity AS row_security,
         pg_get_userbyid(c.relowner) AS owner, pg_has_role(c.relowner, 'MEMBER')::text AS member,
         has_table_privilege(c.oid, 'SELECT')::text AS readable,
         (SELECT (rolbypassrls OR rolsuper)::text FROM pg_roles WHERE rolname = current_user) AS bypass
  FROM pg_class c WHERE c.oid = $1::regclass`;

const identityFindings = async (session: PgSession, tables: readonly Table[]): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const table of tables) {
    const row = await session.one(IDENTITY, [quoteTable(table.name)]);
    const name = nameOf(table.name);
    if (row['identity'] === 'n') found.push(refuse('CF-SCOPE-003', name, 'has REPLICA IDENTITY NOTHING: once published, its UPDATEs and DELETEs would fail', `ALTER TABLE ${quoteTable(table.name)} REPLICA IDENTITY DEFAULT`));
    if (row['persistence'] !== 'p') found.push(refuse('CF-SCOPE-004', name, 'is unlogged: its changes are in no log and cannot be streamed', `ALTER TABLE ${quoteTable(table.name)} SET LOGGED, or exclude it`));
    if (row['readable'] !== 'true') found.push(refuse('CF-GRANT-001', name, 'may not be read', `GRANT SELECT ON ${quoteTable(table.name)} TO the role of source.url`));
    if (row['member'] !== 'true') found.push(refuse('CF-GRANT-001', name, `belongs to ${row['owner']}, and only an owner may publish and fence it`, `GRANT ${row['owner']} TO the role of source.url`));
    if (row['row_security'] === 't' && row['bypass'] !== 'true') found.push(refuse('CF-GRANT-001', name, 'is under row-level security, which would hide rows from the copy', 'ALTER ROLE … BYPASSRLS'));
  }
  return found;
};

const objectFindings = async (session: PgSession, tables: readonly Table[]): Promise<Finding[]> => {
  const found: Finding[] = [];
  const {rows} = await session.query(
    `SELECT (SELECT count(*) FROM pg_largeobject_metadata)::text AS large_objects, (SELECT count(*) FROM pg_prepared_xacts)::text AS prepared,
            (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE NOT c.relispartition AND c.relkind = 'r')::text AS inherited`,
  );
  const row = rows[0] ?? {};
  if (row['large_objects'] !== '0') found.push(refuse('CF-SCOPE-004', 'large objects', `${row['large_objects']} large objects exist, and changes to them are in no change stream`, 'convert them to bytea columns first'));
  if (row['prepared'] !== '0') found.push({severity: 'warn', code: 'CF-SRC-006', object: 'prepared transactions', reason: `${row['prepared']} are open; each delays the start of the stream and the fence`, next: 'commit or roll them back (pg_prepared_xacts)'});
  if (row['inherited'] !== '0') found.push({severity: 'warn', code: 'CF-SCOPE-004', object: 'inheritance', reason: 'tables that inherit without being partitions are copied one by one', next: 'check that every child is in the scope'});
  if (!tables.length) found.push(refuse('CF-SCOPE-001', 'scope', 'matches no table', 'check scope.tables: patterns are schema.table'));
  return found;
};

const targetFindings = async (session: PgSession): Promise<Finding[]> => {
  const {version} = await session.one<{version: string}>(`SELECT current_setting('server_version_num') AS version`);
  const maySet = Number(version) >= 150000 ? `has_parameter_privilege('session_replication_role', 'SET')` : '(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)';
  const row = await session.one(`SELECT has_database_privilege(current_database(), 'CREATE')::text AS may_create, ${maySet}::text AS may_set`);
  const found: Finding[] = [];
  if (row['may_create'] !== 'true') found.push(refuse('CF-GRANT-001', 'target database', 'may not create schemas', 'GRANT CREATE ON DATABASE … TO the role of target.url'));
  if (row['may_set'] !== 'true') found.push(refuse('CF-GRANT-001', 'target role', 'may not set session_replication_role, so the target’s triggers would fire twice', 'GRANT SET ON PARAMETER session_replication_role TO the role of target.url'));
  return found;
};
