/**
 * Two fenced sides and a path between them, without a runner: what a cutover does to an application, step by step. The
 * application's role owns nothing; its addresses are as a plan would name them.
 */
import {randomBytes} from 'node:crypto';
import {createConnection, createServer, type Socket} from 'node:net';
import type {Canary} from '../../src/canary/canary.ts';
import {pgAddress} from '../../src/canary/pg-address.ts';
import {DirectPath} from '../../src/canary/direct-path.ts';
import {RouterPath} from '../../src/canary/router-path.ts';
import {startCanary} from '../../src/canary/start-canary.ts';
import {applicationConfig} from '../../src/engine/postgres/postgres-connection.ts';
import {DatabaseUrl} from '../../src/model/database-url.ts';
import type {Effects} from '../../src/model/effects.ts';
import type {Side} from '../../src/model/side.ts';
import {takeLease} from '../../src/runner/lease.ts';
import type {ApplicationPath} from '../../src/switch/traffic-switch.ts';
import {openSide, type TestSide} from './databases.ts';
import {realClock, realEffects} from './effects.ts';
import {postgresServer} from './servers.ts';

export const MIGRATION = {id: '0198c0de-0000-7000-8000-00000000ca9a', short: '0198c0de', name: 'canary'};
export const ATTEMPT = 1001;
const BUDGET_MS = 60_000;

export type CanaryWorld = AsyncDisposable & {
  readonly source: TestSide;
  readonly target: TestSide;
  readonly role: string;
  /** The way of an application with the router, and of one behind a proxy. */
  readonly kinds: Readonly<Record<'router' | 'proxy', () => ApplicationPath>>;
  /** Straight to one side, whatever is switched. */
  direct(side: Side): ApplicationPath;
  start(paths: readonly ApplicationPath[], effects?: Effects): Promise<Canary>;
  closeSource(): Promise<void>;
  /** Decides, opens the target, and leads both kinds of path there. */
  moveToTarget(): Promise<void>;
  release(): Promise<void>;
};

export async function openCanaryWorld(): Promise<CanaryWorld> {
  const [name, role] = [`canary_${randomBytes(4).toString('hex')}`, `app_${randomBytes(4).toString('hex')}`];
  const servers = {source: await postgresServer({version: 17}), target: await postgresServer({version: 18})};
  // One name on both, because behind a proxy that knows nothing the application asks for the same one.
  const urls = {source: await servers.source.createDatabase(name), target: await servers.target.createDatabase(name)};
  const [source, target] = [await openSide('source', urls.source, MIGRATION), await openSide('target', urls.target, MIGRATION)];
  for (const side of [source, target]) await side.run(`CREATE ROLE ${role} LOGIN PASSWORD 'canary'`);
  const {epoch} = await takeLease(source.database, target.database, MIGRATION.id, 'test');
  await target.database.fence.closeFromStart([]);
  const lead = async (side: Side, version: number): Promise<void> => {
    const route = {epoch: version, side, state: 'open', holdMs: undefined, readPercent: 0} as const;
    await Promise.all([source.database.control.writeRoute(route), target.database.control.writeRoute(route)]);
    proxy.leadTo(urls[side]);
  };
  const proxy = await startProxy();
  await lead('source', 0);
  const address = (url: string) => pgAddress(applicationConfig({url: new DatabaseUrl(asRole(url, role))}, 'test'));
  return {
    source,
    target,
    role,
    kinds: {
      router: () => new RouterPath({source: address(urls.source), target: address(urls.target)}, MIGRATION.name),
      proxy: () => new DirectPath('proxy', address(withPort(urls.source, proxy.port))),
    },
    direct: (side) => new DirectPath(side, address(urls[side])),
    start: (paths, effects = realEffects()) =>
      startCanary({
        ...{paths, migration: MIGRATION.short, attempt: ATTEMPT, closing: 'source', mustReach: true, effects},
        tables: {source: tokensOf(source), target: tokensOf(target)},
      }),
    async closeSource() {
      await source.database.fence.raise({tables: [], attempt: ATTEMPT, epoch, budgetMs: BUDGET_MS, marker: 'test'});
    },
    async moveToTarget() {
      if ((await source.database.fence.commit(ATTEMPT, epoch)) !== 'committed') throw new Error('the decision was refused');
      await target.database.fence.open(epoch);
      await lead('target', 1);
    },
    release: async () => void (await source.database.fence.release(ATTEMPT)),
    async [Symbol.asyncDispose]() {
      proxy.stop();
      await Promise.all([source.close(), target.close()]);
    },
  };
}

/** Long waits are over when the test says so: what then has not come never comes. */
export function hurriedEffects(): Effects & {hurry(): void} {
  const over = new AbortController();
  const LONG_MS = 5_000;
  const sleep: Effects['clock']['sleep'] = (ms, signal) =>
    realClock.sleep(ms, ms < LONG_MS ? signal : AbortSignal.any([over.signal, ...(signal ? [signal] : [])]));
  return {...realEffects(), clock: {...realClock, sleep}, hurry: () => over.abort()};
}

/** Before anybody waits for so long for the first time, `act` is done. */
export function actingEffects(atMs: number, act: () => Promise<unknown>): Effects {
  let isDone = false;
  const sleep: Effects['clock']['sleep'] = async (ms, signal) => {
    if (ms === atMs && !isDone) {
      isDone = true;
      await act();
    }
    return realClock.sleep(ms, signal);
  };
  return {...realEffects(), clock: {...realClock, sleep}};
}

const tokensOf = ({database}: TestSide) => {
  if (!database.tokens) throw new Error('PostgreSQL has a table for tokens');
  return database.tokens;
};

function asRole(url: string, role: string): string {
  const address = new URL(url);
  [address.username, address.password] = [role, 'canary'];
  return address.href;
}

function withPort(url: string, port: number): string {
  const address = new URL(url);
  [address.hostname, address.port] = ['127.0.0.1', String(port)];
  return address.href;
}

/** Passes bytes on, as a TCP proxy does; when it is led elsewhere it cuts whoever is connected. */
async function startProxy(): Promise<{readonly port: number; leadTo(url: string): void; stop(): void}> {
  let to = {host: '', port: 0};
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(to);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => (open.delete(one), other.destroy()));
      one.pipe(other);
    }
  });
  const cut = (): void => open.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    leadTo(url) {
      const {hostname, port} = new URL(url);
      to = {host: hostname, port: Number(port)};
      cut();
    },
    stop: () => (cut(), void server.close()),
  };
}
