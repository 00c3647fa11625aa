/** What the account of a session may do, roles included, as SHOW GRANTS says it. Its lines may carry a password's hash and are shown to nobody. */
import type {MySession} from './mysql-session.ts';

export type Account = {
  /** `'user'@'host'`, as a GRANT takes it. */
  readonly name: string;
  /** Whether one of these is held for the whole server. */
  holdsOne(privileges: readonly string[]): boolean;
  /** Whether all of these are held for the whole schema. */
  holdsOn(schema: string, privileges: readonly string[]): boolean;
  /** Whether rights on the whole schema may be passed on. */
  mayGiveOn(schema: string): boolean;
  /** The same as `holdsOn` for one table. */
  holdsOnTable(schema: string, table: string, privileges: readonly string[]): boolean;
};

type Line = {
  readonly schema: string;
  readonly table: string;
  readonly privileges: ReadonlySet<string>;
  readonly isTaken: boolean;
  readonly mayGive: boolean;
};

export const readAccount = async (session: MySession): Promise<Account> => {
  const {name} = await session.one<{name: string}>('SELECT current_user() AS name');
  const {rows} = await session.query('SHOW GRANTS');
  return accountOf(
    name,
    rows.map((row) => Object.values(row)[0] ?? ''),
  );
};

/** `name` is `user@host`; a user's name may hold an @, a host's never does. */
export const accountOf = (name: string, statements: readonly string[]): Account => {
  const lines = statements.flatMap(lineOf);
  const [global, others] = [lines.filter(({schema}) => schema === '*'), lines.filter(({schema}) => schema !== '*')];
  const has = (some: readonly Line[], privilege: string): boolean =>
    some.some(({privileges, isTaken}) => !isTaken && (privileges.has(privilege) || privileges.has('ALL PRIVILEGES')));
  const on = (schema: string, table: string, privilege: string): boolean => {
    const here = others.filter((line) => isMeant(line, schema) && (line.table === '*' || line.table === table));
    const isTaken = here.some((line) => line.isTaken && line.privileges.has(privilege));
    return (!isTaken && has(global, privilege)) || has(here, privilege);
  };
  return {
    name: accountName(name),
    mayGiveOn: (schema) =>
      lines.some((line) => line.mayGive && !line.isTaken && line.table === '*' && (line.schema === '*' || isMeant(line, schema))),
    holdsOne: (privileges) => privileges.some((privilege) => has(global, privilege)),
    holdsOn: (schema, privileges) => privileges.every((privilege) => on(schema, '*', privilege)),
    holdsOnTable: (schema, table, privileges) => privileges.every((privilege) => on(schema, table, privilege)),
  };
};

/** `user@host` as SQL has it; of any host where none is named. */
export const accountName = (name: string): string => {
  const at = name.lastIndexOf('@');
  const [user, host] = at < 0 ? [name, '%'] : [name.slice(0, at), name.slice(at + 1)];
  return `'${user.replaceAll("'", "''")}'@'${host}'`;
};

/** Rights on routines and to be somebody else are not asked about. */
const GRANT = /^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)+`)\.(\*|`(?:[^`]|``)+`) (?:TO|FROM) /;

const lineOf = (statement: string): Line[] => {
  const [, verb = '', privileges = '', schema = '', table = ''] = GRANT.exec(statement) ?? [];
  if (verb === '') return [];
  return [
    {
      schema: unquoted(schema),
      table: unquoted(table),
      privileges: new Set(split(privileges)),
      isTaken: verb === 'REVOKE',
      mayGive: /\bWITH GRANT OPTION\b/.test(statement),
    },
  ];
};

/** A privilege for some columns only is none for the table. */
const split = (text: string): string[] =>
  text
    .replaceAll(/(?:^|, ?)[A-Z ]+ \([^)]*\)/g, '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

const unquoted = (name: string): string => (name === '*' ? name : name.slice(1, -1).replaceAll('``', '`'));

/** A grant on a whole schema takes its name as a pattern; one on a table does not. */
const isMeant = ({schema, table}: Line, name: string): boolean => {
  if (table !== '*') return schema === name;
  const parts = schema.match(/\\[%_\\]|[%_]|[^%_\\]+|\\/g) ?? [];
  const pattern = parts.map((part) =>
    part === '%' ? '.*' : part === '_' ? '.' : (/^\\[%_\\]$/.test(part) ? part.slice(1) : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${pattern.join('')}$`, 's').test(name);
};
