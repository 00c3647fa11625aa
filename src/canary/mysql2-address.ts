import mysql, {type PoolOptions, type QueryResult, type TypeCast} from 'mysql2';
import {endOrCut} from '../router/goodbye.ts';
import {mysql2Side, type Mysql2Statements, NotConnected} from '../router/mysql2.ts';
import {streamOf} from '../router/mysql2-pool.ts';
import type {ApplicationAddress, ApplicationConnection, Row} from './application-address.ts';

/** MySQL or MariaDB, or a proxy before it. `options` carry a limit for connecting; without `ssl` in them nothing is encrypted. */
export const mysql2Address = (options: PoolOptions): ApplicationAddress<Mysql2Statements> => ({
  side: mysql2Side(options.ssl ? options : {...options, uri: UNENCRYPTED}),
  send: async (by, text, values) => rowsOf((await by.query<QueryResult>(inItsWords(text), [...values]))[0]),
  connect: (onGone) => connect(options, onGone),
});

/** How a router is told that it is on purpose; what else an address has counts more when it stands beside it. */
const UNENCRYPTED = 'mysql://localhost?ssl-mode=DISABLED';

const connect = async (options: PoolOptions, onGone: () => void): Promise<ApplicationConnection> => {
  const client = mysql.createConnection(options);
  client.on('error', onGone);
  client.on('end', onGone);
  await new Promise<void>((resolve, reject) =>
    client.connect((error) => (error ? reject(new NotConnected(error.message, {cause: error})) : resolve())),
  );
  let underWay = 0;
  const send = async (text: string, values: readonly string[]): Promise<readonly Row[]> => {
    underWay += 1;
    try {
      return rowsOf((await client.promise().query<QueryResult>(inItsWords(text), [...values]))[0]);
    } finally {
      underWay -= 1;
    }
  };
  return {
    role: async () => (await send('SELECT current_user() AS role', []))[0]?.['role'] ?? '',
    send,
    async close() {
      const stream = streamOf(client);
      if (stream.destroyed) return;
      const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
      if (underWay > 0) stream.destroy();
      else client.end(() => undefined); // an error: gone already
      await endOrCut(closed, () => stream.destroy());
    },
  };
};

const inItsWords = (text: string) => ({sql: text.replaceAll(/\$\d+/g, '?'), typeCast: AS_TEXT, rowsAsArray: false, nestTables: false});

const AS_TEXT: TypeCast = (field) => field.string();

/** What is no read answers with a header. */
const rowsOf = (answer: QueryResult): readonly Row[] => (Array.isArray(answer) ? (answer as Row[]) : []);
