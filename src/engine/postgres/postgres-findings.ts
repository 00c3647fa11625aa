/** What stands in the way of a PostgreSQL source or target. Each finding says the object, the reason and what to do. */
import type {Side} from '../../model/side.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, Wishes} from '../engine.ts';
import {grantFindings, postgresGrants} from './postgres-grants.ts';
import {leftBehind} from './postgres-left-behind.ts';
import type {PgSession} from './postgres-session.ts';
import {isNamed, quoteTable, tableNames, textArray} from './postgres-sql.ts';

export const postgresFindings = async (session: PgSession, as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Finding[]> => [
  ...(as === 'source' ? tables.flatMap(keyFindings) : []),
  ...(await serverFindings(session, as)),
  ...grantFindings(as, await postgresGrants(session, as, tables, wishes)),
  ...(await firingTriggers(session, as, tables)),
  ...(as === 'source'
    ? [...(await identityFindings(session, tables)), ...(await objectFindings(session, tables)), ...(await leftBehind(session))]
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
          'has no primary key, and no replica identity index that could stand in for one',
          `add a primary key, or exclude ${nameOf(table.name)} from the scope`,
        ),
      ];

/** Both sides send a stream sooner or later: the source at once, the target from the cutover on. */
const serverFindings = async (session: PgSession, as: Side): Promise<Finding[]> => {
  const found: Finding[] = [];
  const row = await session.one(
    `SELECT current_setting('wal_level') AS wal_level, current_setting('max_replication_slots') AS slots, current_setting('max_wal_senders') AS senders,
            (SELECT count(*) FROM pg_replication_slots)::text AS used, (SELECT count(*) FROM pg_stat_replication)::text AS sending,
            (SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user) AS super`,
  );
  if (row['super'] === 'true') {
    found.push({
      severity: 'info',
      code: 'CF-GRANT-001',
      object: `${as} role`,
      reason: 'is a superuser, which is more than Crossfade needs',
      next: 'crossfade doctor prints what a role of its own needs',
    });
  } else found.push(changesSeenLate(as));
  if (row['wal_level'] !== 'logical') {
    found.push(
      refuse(
        'CF-SRC-001',
        `${as} server`,
        `wal_level is ${row['wal_level']}, and a change stream needs logical`,
        'ALTER SYSTEM SET wal_level = logical; then restart the server',
      ),
    );
  }
  if (Number(row['used']) >= Number(row['slots'])) {
    found.push(
      refuse(
        'CF-SRC-002',
        `${as} server`,
        `all ${row['slots']} replication slots are in use`,
        'raise max_replication_slots (restart needed), or drop a slot that nobody uses',
      ),
    );
  }
  if (Number(row['sending']) >= Number(row['senders'])) {
    found.push(
      refuse('CF-SRC-002', `${as} server`, `all ${row['senders']} WAL senders are in use`, 'raise max_wal_senders (restart needed)'),
    );
  }
  return found;
};

/** What a role without an event trigger loses; `postgres-ddl-watch.ts`. */
const changesSeenLate = (as: Side): Finding => ({
  severity: 'info',
  code: 'CF-DDL-001',
  object: `${as} server`,
  reason:
    'only a superuser may make an event trigger, so a schema change is noticed by a look every few seconds, without its statement and who gave it',
  next: 'hold back schema changes until the run is complete',
});

const IDENTITIES = `
  SELECT n.nspname AS schema, c.relname AS name, c.relreplident::text AS identity, c.relpersistence::text AS persistence
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${isNamed('$1')} ORDER BY 1, 2`;

const identityFindings = async (session: PgSession, tables: readonly Table[]): Promise<Finding[]> => {
  const {rows} = await session.query(IDENTITIES, [tableNames(tables.map(({name}) => name))]);
  return rows.flatMap((row) => {
    const table = {schema: row['schema'] ?? '', name: row['name'] ?? ''};
    const name = nameOf(table);
    const unidentified = refuse(
      'CF-SCOPE-003',
      name,
      'has REPLICA IDENTITY NOTHING: once published, its UPDATEs and DELETEs would fail',
      `ALTER TABLE ${quoteTable(table)} REPLICA IDENTITY DEFAULT`,
    );
    const unlogged = refuse(
      'CF-SCOPE-004',
      name,
      'is unlogged: its changes are in no log and cannot be streamed',
      `ALTER TABLE ${quoteTable(table)} SET LOGGED, or exclude it`,
    );
    return [...(row['identity'] === 'n' ? [unidentified] : []), ...(row['persistence'] === 'p' ? [] : [unlogged])];
  });
};

/** H-17: rows are applied as a replica would, on the source too once there is a way back; these would do their work twice. */
const firingTriggers = async (session: PgSession, as: Side, tables: readonly Table[]): Promise<Finding[]> => {
  const {rows} = await session.query(
    `SELECT format('trigger %I on %I.%I', g.tgname, n.nspname, c.relname) AS object, format('ALTER TABLE %I.%I ENABLE TRIGGER %I', n.nspname, c.relname, g.tgname) AS next
     FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT g.tgisinternal AND g.tgenabled IN ('A', 'R') AND g.tgname !~ '^(zz_)?crossfade_' AND format('%s.%s', n.nspname, c.relname) = ANY ($1) ORDER BY 1`,
    [textArray(tables.flatMap(({name, partitions}) => [name, ...partitions]).map(nameOf))],
  );
  return rows.map((row) =>
    refuse(
      'CF-SCOPE-004',
      row['object'] ?? '',
      `on the ${as} fires for rows that are applied as well (ENABLE ALWAYS or REPLICA), so its work would be done twice`,
      `${row['next'] ?? ''}; or disable it until the migration is over`,
    ),
  );
};

const objectFindings = async (session: PgSession, tables: readonly Table[]): Promise<Finding[]> => {
  const found: Finding[] = [];
  const {rows} = await session.query(
    `SELECT (SELECT count(*) FROM pg_largeobject_metadata)::text AS large_objects, (SELECT count(*) FROM pg_prepared_xacts)::text AS prepared,
            (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE NOT c.relispartition AND c.relkind = 'r')::text AS inherited`,
  );
  const row = rows[0] ?? {};
  if (row['large_objects'] !== '0')
    found.push(
      refuse(
        'CF-SCOPE-004',
        'large objects',
        `${row['large_objects']} large objects exist, and changes to them are in no change stream`,
        'convert them to bytea columns first',
      ),
    );
  if (row['prepared'] !== '0')
    found.push({
      severity: 'warn',
      code: 'CF-SRC-006',
      object: 'prepared transactions',
      reason: `${row['prepared']} are open; each delays the start of the stream and the fence`,
      next: 'commit or roll them back (pg_prepared_xacts)',
    });
  if (row['inherited'] !== '0')
    found.push({
      severity: 'warn',
      code: 'CF-SCOPE-004',
      object: 'inheritance',
      reason: 'tables that inherit without being partitions are copied one by one',
      next: 'check that every child is in the scope',
    });
  if (!tables.length) found.push(refuse('CF-SCOPE-001', 'scope', 'matches no table', 'check scope.tables: patterns are schema.table'));
  return found;
};
