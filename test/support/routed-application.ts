/** An application with the router of two engines: its clients read a row, change it by what they read, and note that they did. */
import {setTimeout as sleep} from 'node:timers/promises';
import {mysql2Side} from '../../src/router/mysql2.ts';
import {pgSide} from '../../src/router/router.ts';
import {createRouter} from '../../src/router/two-engines.ts';

const CLIENTS = 4;
const PAUSE_MS = 2;

/** Each client has an account of its own, so they are in nobody's way but the fence's. */
export const ROUTED_SCHEMA: readonly string[] = [
  'CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)',
  'CREATE TABLE entry (client int NOT NULL, n int NOT NULL, PRIMARY KEY (client, n), FOREIGN KEY (client) REFERENCES account (id))',
  `INSERT INTO account VALUES ${Array.from({length: CLIENTS}, (_, client) => `(${client}, 0)`).join(', ')}`,
];

export type RoutedApplication = AsyncDisposable & {
  /** `client n` of every transaction that was acknowledged. */
  readonly acknowledged: ReadonlySet<string>;
  /** What its clients were told that no waiting explains. */
  readonly errors: readonly unknown[];
  stop(): Promise<void>;
};

/** `schema`: of its tables, on both sides. */
export function startRoutedApplication(
  urls: {readonly source: string; readonly target: string},
  schema: string,
  migration: string,
): RoutedApplication {
  const router = createRouter({source: mysql2Side(urls.source), target: pgSide(urls.target), migration, poolMax: CLIENTS});
  const [acknowledged, errors] = [new Set<string>(), [] as unknown[]];
  let isOver = false;
  const transfer = (client: number, n: number): Promise<unknown> =>
    router.transaction(
      {
        source: async ({query}) => {
          await query('SELECT balance FROM account WHERE id = ?', [client]);
          await query('UPDATE account SET balance = balance + ? WHERE id = ?', [n, client]);
          await query('INSERT INTO entry VALUES (?, ?)', [client, n]);
        },
        target: async ({query}) => {
          await query(`SELECT balance FROM ${schema}.account WHERE id = $1`, [client]);
          await query(`UPDATE ${schema}.account SET balance = balance + $1 WHERE id = $2`, [n, client]);
          await query(`INSERT INTO ${schema}.entry VALUES ($1, $2)`, [client, n]);
        },
      },
      {retryRefused: true},
    );
  const work = async (client: number): Promise<void> => {
    for (let n = 1; !isOver; n++) {
      await transfer(client, n).then(
        () => acknowledged.add(`${client} ${n}`),
        (error: unknown) => errors.push(error),
      );
      await sleep(PAUSE_MS);
    }
  };
  const working = Promise.all(Array.from({length: CLIENTS}, (_, client) => work(client)));
  const stop = async (): Promise<void> => {
    isOver = true;
    await working;
    await router.close();
  };
  let stopped: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => (stopped ??= stop());
  return {acknowledged, errors, stop: stopOnce, [Symbol.asyncDispose]: stopOnce};
}
