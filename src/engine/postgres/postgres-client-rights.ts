/** What application roles are and may do, as both sides can be compared (H-100). */
import type {Table} from '../../model/table.ts';
import {SOME_COLUMNS} from '../clients.ts';
import type {RoleRights, TableRights} from '../engine.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import {isNamed, tableNames, textArray} from './postgres-sql.ts';

export const readRights = async (session: PgSession, roles: readonly string[], tables: readonly Table[]): Promise<RoleRights[]> => {
  const known = await session.query(ROLES, [textArray(roles)]);
  const rights = await session.query(TABLE_RIGHTS, [textArray(roles), tableNames(tables.map(({name}) => name))]);
  return known.rows.map((row) => ({
    role: row['role'] ?? '',
    isSuperuser: row['super'] === 'true',
    mayBypassRowSecurity: row['bypass'] === 'true',
    mayMakeRoles: row['createrole'] === 'true',
    mayLogIn: row['login'] === 'true',
    mayConnect: row['may_connect'] === 'true',
    tables: rights.rows.filter((one) => one['role'] === row['role']).map(toTableRights),
  }));
};

const ROLES = `
  SELECT rolname::text AS role, rolsuper::text AS super, rolbypassrls::text AS bypass, rolcreaterole::text AS createrole, rolcanlogin::text AS login,
         has_database_privilege(oid, current_database(), 'CONNECT')::text AS may_connect
    FROM pg_roles WHERE rolname = ANY ($1::name[]) ORDER BY 1`;

/**
 * What a running application uses, its own, its groups' and PUBLIC's. REFERENCES and TRIGGER are for those who change the
 * schema. Columns count where the whole table is not granted; sequences are those that a default draws from.
 */
export const TABLE_RIGHTS = `
  SELECT r.rolname::text AS role, n.nspname::text AS schema, c.relname::text AS name, pg_has_role(r.oid, c.relowner, 'MEMBER')::text AS owner,
         array_to_json(ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p WHERE has_table_privilege(r.oid, c.oid, p)))::text AS whole,
         array_to_json(ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) p WHERE NOT has_table_privilege(r.oid, c.oid, p) AND has_any_column_privilege(r.oid, c.oid, p)))::text AS part,
         has_schema_privilege(r.oid, n.oid, 'USAGE')::text AS usage,
         (SELECT bool_and(has_sequence_privilege(r.oid, s.oid, 'USAGE'))::text FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
           WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.deptype = 'a') AS sequences
    FROM pg_roles r CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE r.rolname = ANY ($1::name[]) AND ${isNamed('$2')}
   ORDER BY 1, 2, 3`;

const toTableRights = (row: TextRow): TableRights => {
  const [whole, part] = [list(row['whole']), list(row['part'])];
  // Who inserts draws numbers, whether they come from sequences here or only on the other side.
  const draws = row['sequences'] !== 'false' && [...whole, ...part].includes('INSERT');
  return {
    table: {schema: row['schema'] ?? '', name: row['name'] ?? ''},
    isOwner: row['owner'] === 'true',
    privileges: [
      ...whole,
      ...part.map((one) => `${one}${SOME_COLUMNS}`),
      ...(row['usage'] === 'true' ? ['USAGE of the schema'] : []),
      ...(draws ? ['USAGE of its sequences'] : []),
    ],
  };
};

/** Made by the server a line above. */
const list = (text: string | null | undefined): readonly string[] => JSON.parse(text ?? '[]') as string[];
