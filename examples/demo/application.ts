/**
 * The demo's application: a process of its own that knows nothing of the migration but its name. It writes through
 * `crossfade/router` at a steady rate until SIGTERM, then finishes what it has begun and ends with 0.
 *
 *   node application.ts '{"folder": "/tmp/evidence", "migration": "demo", "clients": 32, "tps": 500, "seed": 1}'
 *
 * The addresses, with their passwords, come in CROSSFADE_DEMO_APP_SOURCE and CROSSFADE_DEMO_APP_TARGET. It says
 * what it has done so far as a JSON line a second on stdout.
 */
import {createRouter, type Router} from '../../src/router/router.ts';
import {chance} from './chance.ts';
import {openClientLog} from './client-log.ts';
import {ownedRows} from './owned-rows.ts';
import {runClient, type ShopClient, type Tally} from './shop-client.ts';

export type ApplicationOptions = {
  readonly folder: string;
  readonly migration: string;
  readonly clients: number;
  readonly tps: number;
  readonly seed: number;
};

/** One line of its output. */
export type ApplicationReport = Tally & {readonly side: string; readonly isHeld: boolean};

const REPORT_EVERY_MS = 1000;

if (import.meta.main) await main();

async function main(): Promise<void> {
  // Given by the demo as JSON of this type.
  const options = JSON.parse(process.argv[2] ?? '{}') as ApplicationOptions;
  const stop = new AbortController();
  // Not `once`: a second one must not cut off what is being finished.
  process.on('SIGTERM', () => stop.abort());
  // Ctrl-C reaches the whole group; the demo decides when this process ends.
  process.on('SIGINT', () => undefined);
  const router = createRouter({
    source: address('CROSSFADE_DEMO_APP_SOURCE'),
    target: address('CROSSFADE_DEMO_APP_TARGET'),
    migration: options.migration,
    poolMax: options.clients,
  });
  const tally: Tally = {ok: 0, fail: 0, unknown: 0};
  const report = setInterval(() => say(router, tally), REPORT_EVERY_MS);
  await runClients(router, options, tally, stop.signal);
  clearInterval(report);
  say(router, tally);
  await router.close();
}

/** Until the signal aborts, and then to the end of what was begun. */
export async function runClients(
  router: ShopClient['router'],
  {folder, clients, tps, seed}: ApplicationOptions,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const sizes = await shopSizes(router);
  const numbers = Array.from({length: clients}, (_, index) => index + 1);
  const run = (client: number): Promise<void> => {
    const setting = {client, chance: chance(seed * 1000 + client), rows: ownedRows(), ...sizes};
    return runClient({router, setting, log: openClientLog(folder, client), intervalMs: (clients * 1000) / tps, tally, signal});
  };
  await Promise.all(numbers.map(run));
}

async function shopSizes(router: ShopClient['router']): Promise<{products: number; customers: number}> {
  const {rows} = await router.query<{products: number; customers: number}>(
    'SELECT (SELECT count(*)::int FROM shop.products) AS products, (SELECT count(*)::int FROM shop.customers) AS customers',
  );
  const [sizes] = rows;
  if (!sizes) throw new Error('the shop could not be counted');
  return sizes;
}

function say(router: Router, tally: Tally): void {
  const {side, isHeld} = router.state();
  const report: ApplicationReport = {...tally, side, isHeld};
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

function address(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
