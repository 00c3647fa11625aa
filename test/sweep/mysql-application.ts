/** The application of a sweep from MySQL, through `crossfade/router/two-engines`: it keeps the logs that the oracle judges by. */
import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Application} from '../../examples/demo/application-process.ts';
import type {ApplicationOptions} from '../../examples/demo/application.ts';
import {chance} from '../../examples/demo/chance.ts';
import {nowMs, openClientLog} from '../../examples/demo/client-log.ts';
import {ownedRows} from '../../examples/demo/owned-rows.ts';
import {type Mysql2Statements, mysql2Side} from '../../src/router/mysql2.ts';
import {type PgStatements, pgSide} from '../../src/router/router.ts';
import {createRouter, outcomeOf, type TwoEnginesRouter} from '../../src/router/two-engines.ts';
import {nextOperation, type Statement} from './mysql-operations.ts';
import {until} from './until.ts';
import type {Pair} from './world.ts';

type Router = TwoEnginesRouter<Mysql2Statements, PgStatements>;
type Tally = {ok: number; fail: number; unknown: number};
type Clients = {
  readonly router: Router;
  readonly schema: string;
  readonly options: ApplicationOptions;
  readonly tally: Tally;
  readonly signal: AbortSignal;
};

/** Resolves when it has written something. */
export async function startMysqlApplication(options: ApplicationOptions, urls: Pair<string>, schema: string): Promise<Application> {
  const router = createRouter({
    ...{migration: options.migration, poolMax: options.clients},
    ...{source: mysql2Side(urls.source), target: pgSide(urls.target)},
  });
  const [tally, stop] = [{ok: 0, fail: 0, unknown: 0}, new AbortController()];
  const clients = {router, schema, options, tally, signal: stop.signal};
  const running = Promise.all(Array.from({length: options.clients}, (_, index) => runClient(clients, index + 1)));
  running.catch(() => undefined); // rethrown by stop
  await Promise.race([running, until('a first write', () => tally.ok > 0)]);
  return {
    report: () => ({...tally, ...router.state()}),
    stop: async () => {
      stop.abort();
      await running;
      await router.close();
    },
  };
}

async function runClient({router, schema, options, tally, signal}: Clients, client: number): Promise<void> {
  const log = openClientLog(options.folder, client);
  const setting = {client, schema, chance: chance(options.seed * 1000 + client), rows: ownedRows()};
  for (let seq = 1; !signal.aborted; seq += 1) {
    const {kind, writes, statements} = nextOperation(setting);
    const nonce = randomUUID();
    log.append({type: 'invoke', client, seq, kind, nonce, writes, atMs: nowMs()});
    try {
      const ledger = {
        sql: `INSERT INTO ${schema}.ledger (client, seq, nonce, kind) VALUES (?, ?, ?, ?)`,
        values: [client, seq, nonce, kind],
      };
      const side = await send(router, [...statements, ledger]);
      log.append({type: 'ok', seq, side, atMs: nowMs()});
      setting.rows.apply(writes);
      tally.ok += 1;
    } catch (error) {
      const type = outcomeOf(error) === 'failed' ? 'fail' : 'unknown';
      log.append({type, seq, error: String(error), atMs: nowMs()});
      if (type === 'unknown') setting.rows.forget(writes);
      tally[type] += 1;
    }
    await sleep((options.clients * 1000) / options.tps);
  }
  log.close();
}

/** Answers the port of the server that carried it out, asked inside the transaction. */
const send = (router: Router, statements: readonly Statement[]): Promise<number> =>
  router.transaction(
    {
      source: async ({query}) => {
        for (const {sql, values} of statements) await query(sql, [...values]);
        const [rows] = await query<never>('SELECT @@port AS port');
        return portOf(rows);
      },
      target: async ({query}) => {
        for (const {sql, values} of statements) await query(numbered(sql), [...values]);
        return portOf((await query('SELECT inet_server_port() AS port')).rows);
      },
    },
    {retryRefused: true},
  );

const portOf = ([row]: readonly {readonly port?: unknown}[]): number => Number(row?.port);

function numbered(sql: string): string {
  let place = 0;
  return sql.replaceAll('?', () => `$${(place += 1)}`);
}
