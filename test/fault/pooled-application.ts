/**
 * The demo's application, behind poolers instead of the router: the same transactions, the same logs. It takes one
 * instance after the other, and a broken connection is replaced, as application pools do. It sends nothing twice.
 */
import type {Application} from '../../examples/demo/application-process.ts';
import {type ApplicationOptions, runClients} from '../../examples/demo/application.ts';
import type {ShopClient, Tally} from '../../examples/demo/shop-client.ts';
import {PgPool, type PgStatements} from '../../src/router/pg-pool.ts';
import {takeConnection} from '../../src/router/pool-lease.ts';
import type {SideConnection} from '../../src/router/router-side.ts';
import {runTransaction} from '../../src/router/transaction.ts';
import {until} from '../sweep/until.ts';

/** A name for messages: the pooler knows where it leads. */
const SIDE = 'source';

export async function startPooledApplication(options: ApplicationOptions, addresses: readonly string[]): Promise<Application> {
  const pools = addresses.map((connectionString) => new PgPool({connectionString, max: options.clients}));
  const tally: Tally = {ok: 0, fail: 0, unknown: 0};
  const stop = new AbortController();
  const running = runClients(overAll(pools), options, tally, stop.signal);
  running.catch(() => undefined); // rethrown by stop
  await Promise.race([running, until('a first write', () => tally.ok > 0)]);
  return {
    report: () => ({...tally, side: 'behind the poolers', isHeld: false}),
    async stop() {
      stop.abort();
      await running;
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function overAll(pools: readonly PgPool[]): ShopClient['router'] {
  let turn = 0;
  const leased = async <T>(act: (connection: SideConnection<PgStatements>) => Promise<T>): Promise<T> => {
    const pool = pools[turn++ % pools.length];
    if (!pool) throw new Error('there is no pooler');
    const connection = await takeConnection(pool, SIDE);
    try {
      return await act(connection);
    } finally {
      connection.release();
    }
  };
  return {
    query: (text, params) => leased(({statements}) => statements.query(text, params)),
    transaction: (act) => leased((connection) => runTransaction(connection, SIDE, act, {})),
  };
}
