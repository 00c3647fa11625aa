/** Who has a table in use, be it only because a transaction has read it: what making and dropping triggers waits for. */
import {isCoded} from '../../model/errors.ts';
import type {TableName} from '../../model/table.ts';
import type {FlavourName} from './mysql-flavour.ts';
import type {MySession} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';

/** MariaDB tells it only where a plugin was loaded. */
const USERS: Readonly<Record<FlavourName, string | undefined>> = {
  mysql: `SELECT DISTINCT t.processlist_id AS id FROM performance_schema.metadata_locks l JOIN performance_schema.threads t ON t.thread_id = l.owner_thread_id
          WHERE l.object_type = 'TABLE' AND t.processlist_id <> connection_id()`,
  mariadb: undefined,
};

/** The server's numbers of their sessions, without our own. To read there is not asked of an account for this alone. */
export const tableUsers = async (session: MySession, tables: readonly TableName[]): Promise<readonly number[] | 'not told'> => {
  const users = USERS[session.flavour.name];
  if (users === undefined || tables.length === 0) return 'not told';
  const these = tables.map(({schema, name}) => `(${quoteValue(schema)}, ${quoteValue(name)})`).join(', ');
  try {
    const {rows} = await session.query(`${users} AND (l.object_schema, l.object_name) IN (${these})`);
    return rows.map(({id}) => Number(id));
  } catch (error) {
    if (isCoded(error) && error.code === 'CF-GRANT-001') return 'not told';
    throw error;
  }
};
