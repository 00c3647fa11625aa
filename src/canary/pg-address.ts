import pg from 'pg';
import {goodbye} from '../router/pg-goodbye.ts';
import {NotConnected} from '../router/outcome.ts';
import {pgSide, type PgStatements} from '../router/router.ts';
import type {ApplicationAddress, ApplicationConnection, Row} from './application-address.ts';
import {errorText} from '../model/errors.ts';

/** PostgreSQL, or a pooler before it. `config` carries a limit for connecting. */
export const pgAddress = (config: pg.PoolConfig): ApplicationAddress<PgStatements> => ({
  side: pgSide(config),
  send: async (by, text, values) => (await by.query<Row>(text, values)).rows,
  connect: (onGone) => connect(config, onGone),
});

const connect = async (config: pg.ClientConfig, onGone: () => void): Promise<ApplicationConnection> => {
  const client = new pg.Client(config);
  // The statement under way gets the error as well; without a listener it would end the process.
  client.on('error', onGone);
  client.on('end', onGone);
  try {
    await client.connect();
  } catch (error) {
    throw new NotConnected(errorText(error), {cause: error});
  }
  const send = async (text: string, values: readonly string[]): Promise<readonly Row[]> =>
    (await client.query<Row>(text, [...values])).rows;
  return {
    role: async () => (await send('SELECT current_user::text AS role', []))[0]?.['role'] ?? '',
    send,
    // The driver cuts the connection at once when a statement is under way.
    close: () => goodbye(client),
  };
};
