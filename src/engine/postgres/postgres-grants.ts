/**
 * What the role of a side's url must be granted, as statements to paste, by the phase that first needs them. Both sides
 * send and receive sooner or later, so most of it is alike. `doctor` prints all of it; what is missing becomes a
 * finding. A scenario moves a database forward, back and forward with roles that have exactly this.
 */
import type {Side} from '../../model/side.ts';
import type {Table} from '../../model/table.ts';
import type {Finding, Grant, Wishes} from '../engine.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import {isNamed, quoteName, tableNames, textArray} from './postgres-sql.ts';

export const postgresGrants = async (session: PgSession, as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Grant[]> => {
  const role = await readRole(session);
  return [
    ...assessGrants(role, wishes),
    ...(as === 'source' ? await indexCheckGrants(session, role) : []),
    ...(await schemaGrants(session, role, as, tables)),
    ...(await ownerGrants(session, role, as, tables)),
    ...(await rowSecurityGrants(session, role, as === 'target' && wishes?.carriesPolicies ? tables : [], tables)),
    ...streamGrants(role),
    replicaGrant(role, as),
    ...(wishes?.endsBlockers ? [signalGrant(role)] : []),
  ];
};

export const grantFindings = (as: Side, grants: readonly Grant[]): Finding[] =>
  grants
    .filter((grant) => !grant.isHeld)
    .map(({statement, why, isOptional}) => ({
      severity: isOptional ? 'warn' : 'refuse',
      code: 'CF-GRANT-001',
      object: `${as} role`,
      reason: `lacks a grant: ${why}`,
      next: statement,
    }));

type Role = {
  readonly name: string;
  readonly quoted: string;
  readonly database: string;
  readonly version: number;
  /** One of its attributes or privileges; a superuser has all. */
  readonly has: (name: 'replication' | 'is_managed' | 'bypass' | 'monitor' | 'signal' | 'may_create' | 'is_replica' | 'may_set') => boolean;
};

/** On managed servers nobody may give the attribute REPLICATION away; a membership in this role is what counts there. */
const MANAGED = 'rds_replication';

const readRole = async (session: PgSession): Promise<Role> => {
  const {version} = await session.one<{version: string}>(`SELECT current_setting('server_version_num') AS version`);
  // Servers before 15 have no privileges on parameters.
  const maySet = Number(version) >= 150_000 ? `has_parameter_privilege('session_replication_role', 'SET')` : 'me.rolsuper';
  const row = await session.one(
    `SELECT me.rolname::text AS name, current_database()::text AS database,
            (me.rolreplication OR me.rolsuper OR coalesce(pg_has_role(managed.oid, 'USAGE'), false))::text AS replication,
            (managed.oid IS NOT NULL)::text AS is_managed, (me.rolbypassrls OR me.rolsuper)::text AS bypass,
            pg_has_role('pg_monitor', 'USAGE')::text AS monitor, pg_has_role('pg_signal_backend', 'USAGE')::text AS signal, has_database_privilege(current_database(), 'CREATE')::text AS may_create,
            (current_setting('session_replication_role') = 'replica')::text AS is_replica, (${maySet})::text AS may_set
     FROM pg_roles AS me LEFT JOIN pg_roles AS managed ON managed.rolname = '${MANAGED}' WHERE me.rolname = current_user`,
  );
  const name = row['name'] ?? '';
  return {
    name,
    quoted: quoteName(name),
    database: row['database'] ?? '',
    version: Math.floor(Number(version) / 10_000),
    has: (what) => row[what] === 'true',
  };
};

const assessGrants = (role: Role, wishes: Wishes | undefined): Grant[] => [
  {
    phase: 'assess',
    statement: `GRANT pg_monitor TO ${role.quoted};`,
    why: 'to name the transactions of other roles that hold things up',
    isHeld: role.has('monitor'),
    // What is not shown is not ended.
    isOptional: wishes?.endsBlockers !== true,
  },
  {
    phase: 'prepare-target',
    statement: `GRANT CREATE ON DATABASE ${quoteName(role.database)} TO ${role.quoted};`,
    why: 'to make the schema crossfade and a publication',
    isHeld: role.has('may_create'),
    isOptional: false,
  },
];

/** Where the extension is: amcheck gives its functions to superusers only. */
const INDEX_CHECK = `
  SELECT p.oid::regprocedure::text AS function, has_function_privilege(p.oid, 'EXECUTE')::text AS held
  FROM pg_extension e JOIN pg_proc p ON p.pronamespace = e.extnamespace AND p.proname = 'bt_index_check' AND p.pronargs = 2 WHERE e.extname = 'amcheck'`;

const indexCheckGrants = async (session: PgSession, role: Role): Promise<Grant[]> => {
  const {rows} = await session.query(INDEX_CHECK);
  return rows.map((row) => ({
    phase: 'assess',
    statement: `GRANT EXECUTE ON FUNCTION ${row['function']} TO ${role.quoted};`,
    why: 'to look for key indexes that are corrupt, before rows are read in their order',
    isHeld: row['held'] === 'true',
    isOptional: true,
  }));
};

const SCHEMAS = `
  SELECT nspname::text AS name, has_schema_privilege(oid, 'USAGE')::text AS usage, has_schema_privilege(oid, 'CREATE')::text AS may_create
  FROM pg_namespace WHERE nspname = ANY ($1::text[]) ORDER BY 1`;

/** On the target only for schemas that are there already: those that a schema file makes are ours. */
const schemaGrants = async (session: PgSession, role: Role, as: Side, tables: readonly Table[]): Promise<Grant[]> => {
  const {rows} = await session.query(SCHEMAS, [schemasOf(tables)]);
  const [right, phase] = as === 'source' ? (['USAGE', 'assess'] as const) : (['USAGE, CREATE', 'prepare-target'] as const);
  return rows.map((row) => ({
    phase,
    statement: `GRANT ${right} ON SCHEMA ${quoteName(row['name'] ?? '')} TO ${role.quoted};`,
    why: as === 'source' ? `to reach the tables of ${row['name']}` : `to reach and to make tables in ${row['name']}`,
    isHeld: row['usage'] === 'true' && (as === 'source' || row['may_create'] === 'true'),
    isOptional: false,
  }));
};

/** Tables of the scope, their partitions, and the sequences beside them. By name: an oid needs no usage on the schema. */
const OWNERS = `
  SELECT pg_get_userbyid(c.relowner)::text AS owner, r.rolsuper::text AS super, pg_has_role(c.relowner, 'USAGE')::text AS held, count(*)::text AS objects
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = c.relowner
  WHERE c.relkind IN ('r', 'p') AND ${isNamed('$1')}
     OR c.relkind = 'S' AND n.nspname = ANY ($2::text[])
  GROUP BY 1, 2, 3 ORDER BY 1`;

const ownerGrants = async (session: PgSession, role: Role, as: Side, tables: readonly Table[]): Promise<Grant[]> => {
  const names = tableNames(tables.flatMap((table) => [table.name, ...table.partitions]));
  const {rows} = await session.query(OWNERS, [names, schemasOf(tables)]);
  return rows.filter((row) => row['owner'] !== role.name).map((row) => ownerGrant(role, as, row));
};

/** Publishing, fencing and emptying a table are rights of its owner, and cannot be granted one by one. */
const ownerGrant = (role: Role, as: Side, row: TextRow): Grant => {
  const owner = row['owner'] ?? '';
  const warning = row['super'] === 'true' ? `; ${owner} is a superuser, so give these another owner first if you can` : '';
  return {
    phase: as === 'source' ? 'prepare-target' : 'initial-load',
    // From 16 on a membership can pass on rights without letting its holder become the other role.
    statement: `GRANT ${quoteName(owner)} TO ${role.quoted}${role.version >= 16 ? ' WITH INHERIT TRUE, SET FALSE' : ''};`,
    why: `${owner} owns ${row['objects']} of the tables and sequences, and only an owner may publish, fence and empty them${warning}`,
    isHeld: row['held'] === 'true',
    isOptional: false,
  };
};

/** Owners are under their own policies only when these are forced; the role is to act as an owner. */
const FORCED = `
  SELECT count(*)::text AS forced FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relrowsecurity AND c.relforcerowsecurity AND ${isNamed('$1')}`;

/** `coming`: tables that get the policies that they have on the source. */
const rowSecurityGrants = async (session: PgSession, role: Role, coming: readonly Table[], tables: readonly Table[]): Promise<Grant[]> => {
  const names = tableNames(tables.flatMap((table) => [table.name, ...table.partitions]));
  const {forced} = await session.one<{forced: string}>(FORCED, [names]);
  const count = Math.max(Number(forced), coming.filter(({forcesRowSecurity}) => forcesRowSecurity).length);
  if (count === 0) return [];
  return [
    {
      phase: 'initial-load',
      statement: `ALTER ROLE ${role.quoted} BYPASSRLS;`,
      why: `${count} tables force row-level security on their owner too, which would hide rows`,
      isHeld: role.has('bypass'),
      isOptional: false,
    },
  ];
};

const streamGrants = (role: Role): Grant[] => [
  {
    phase: 'initial-load',
    statement: role.has('is_managed') ? `GRANT ${MANAGED} TO ${role.quoted};` : `ALTER ROLE ${role.quoted} REPLICATION;`,
    why: 'to read the change stream',
    isHeld: role.has('replication'),
    isOptional: false,
  },
];

/** The way back writes into the source, so it needs this there as well, from the cutover on. */
const replicaGrant = (role: Role, as: Side): Grant => ({
  phase: as === 'target' ? 'initial-load' : 'cutover',
  // Before 15 only a superuser may set it, and may also set it for a role, from its next login on.
  statement:
    role.version >= 15
      ? `GRANT SET ON PARAMETER session_replication_role TO ${role.quoted};`
      : `ALTER ROLE ${role.quoted} SET session_replication_role = 'replica';`,
  why: 'to keep triggers and foreign keys from acting twice on rows that come from the other side',
  isHeld: role.has('may_set') || role.has('is_replica'),
  isOptional: false,
});

/** Each side closes once: the source in a cutover, the target on the way back. */
const signalGrant = (role: Role): Grant => ({
  phase: 'cutover',
  statement: `GRANT pg_signal_backend TO ${role.quoted};`,
  why: 'to end transactions of other roles that keep a cutover waiting, as cutover.onBlockers: terminate asks for',
  isHeld: role.has('signal'),
  isOptional: false,
});

const schemasOf = (tables: readonly Table[]): string => textArray([...new Set(tables.map((table) => table.name.schema))]);
