/** What application accounts are and may do, in the words of both sides (H-100). A role of the plan is a user's name, or `user@host`. */
import type {Table} from '../../model/table.ts';
import type {RoleRights, TableRights} from '../engine.ts';
import {CONTROL_SCHEMA_NAME, ROUTE_TABLE} from './mysql-names.ts';
import {type Account, accountName, accountOf, readAccount} from './mysql-privileges.ts';
import {grantRoute} from './mysql-route.ts';
import type {MySession} from './mysql-session.ts';

export const readRights = async (session: MySession, roles: readonly string[], tables: readonly Table[]): Promise<RoleRights[]> => {
  const rights: RoleRights[] = [];
  for (const role of roles) {
    const accounts = await accountsOf(session, role);
    if (accounts.length) rights.push(await rightsOf(session, role, accounts, tables));
  }
  return rights;
};

/** Undefined where there is none; `not shown` to an account that may not read the server's own tables. */
export const accountFor = async (session: MySession, own: Account, role: string): Promise<Account | 'not shown' | undefined> => {
  if (!own.holdsOn('mysql', ['SELECT'])) return 'not shown';
  const accounts = await accountsOf(session, role);
  return accounts.length ? accountOf(role, await allGrants(session, accounts)) : undefined;
};

/** Those that a role of the plan stands for; to an account that may not look them up, the one of any host. */
export const namedAccounts = async (session: MySession, role: string): Promise<readonly string[]> =>
  (await readAccount(session)).holdsOn('mysql', ['SELECT']) ? accountsOf(session, role) : [accountName(role)];

/** A host is never `@`; a name may be. */
export const userOf = (role: string): {readonly user: string; readonly host: string | undefined} => {
  const at = role.lastIndexOf('@');
  return at < 0 ? {user: role, host: undefined} : {user: role.slice(0, at), host: role.slice(at + 1)};
};

/** As SHOW GRANTS takes them. */
const accountsOf = async (session: MySession, role: string): Promise<readonly string[]> => {
  const {user, host} = userOf(role);
  const {rows} = await session.query(`SELECT host AS host FROM mysql.user WHERE user = ? AND host = coalesce(?, host) ORDER BY 1`, [
    user,
    host ?? null,
  ]);
  return rows.map((row) => `${quoted(user)}@${quoted(row['host'] ?? '')}`);
};

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Of several accounts of one user together, and of all roles that were given to them. */
const rightsOf = async (session: MySession, role: string, accounts: readonly string[], tables: readonly Table[]): Promise<RoleRights> => {
  const account = accountOf(`${role}@`, await allGrants(session, accounts));
  const ofTables = tables.map((table) => tableRights(account, table));
  return {
    role,
    isSuperuser: account.holdsOne(['SUPER']),
    mayBypassRowSecurity: false,
    mayMakeRoles: account.holdsOne(['CREATE USER']),
    mayLogIn: !(await areLocked(session, accounts)),
    mayConnect: tables.length === 0 || ofTables.some(({privileges}) => privileges.length > 0),
    ...(account.holdsOnTable(CONTROL_SCHEMA_NAME, ROUTE_TABLE, ['SELECT']) ? {} : {routeGrant: accounts.map(grantRoute).join(' ')}),
    tables: ofTables,
  };
};

const ROLE_GRANT = /^GRANT ((?:`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?(?:, ?)?)+) TO /;
const ROLE_NAME = /`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?/g;

const allGrants = async (session: MySession, accounts: readonly string[]): Promise<readonly string[]> => {
  const [asked, lines] = [new Set<string>(), [] as string[]];
  for (let open = accounts; open.length > 0; ) {
    const found: string[] = [];
    for (const account of open) {
      asked.add(account);
      const {rows} = await session.query(`SHOW GRANTS FOR ${account}`);
      found.push(...rows.map((row) => Object.values(row)[0] ?? ''));
    }
    lines.push(...found);
    const roles = found.flatMap((line) => ROLE_GRANT.exec(line)?.[1]?.match(ROLE_NAME) ?? []);
    open = [...new Set(roles)].filter((one) => !asked.has(one));
  }
  return lines;
};

const areLocked = async (session: MySession, accounts: readonly string[]): Promise<boolean> => {
  for (const account of accounts) {
    const {rows} = await session.query(`SHOW CREATE USER ${account}`);
    if (!/\bACCOUNT LOCK\b/.test(Object.values(rows[0] ?? {})[0] ?? '')) return false;
  }
  return true;
};

const WRITES = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/**
 * There are no owners. Who may drop triggers takes the fence down; who may drop the table empties it past the fence, too,
 * for which TRUNCATE asks. Schemas and counters need no rights of their own.
 */
const tableRights = (account: Account, {name}: Table): TableRights => {
  const holds = (privilege: string): boolean => account.holdsOnTable(name.schema, name.name, [privilege]);
  const held = WRITES.filter(holds);
  return {
    table: name,
    isOwner: holds('TRIGGER') || holds('DROP'),
    privileges: [
      ...held,
      ...(holds('DROP') ? ['TRUNCATE'] : []),
      ...(held.length ? ['USAGE of the schema'] : []),
      ...(held.includes('INSERT') ? ['USAGE of its sequences'] : []),
    ],
  };
};
