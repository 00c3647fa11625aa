/** The application comes by two PgBouncers, and the fault is to befall a way to them or from them. */
import {type FaultProxy, openFaultProxy} from '../support/fault-proxy.ts';
import {startPgBouncers} from '../support/pgbouncer.ts';
import type {Mishap} from '../sweep/one-run.ts';
import type {RunDatabases} from '../sweep/world.ts';
import {befall, type FaultyWay} from './befall.ts';
import type {FaultCase, PooledPair} from './fault-case.ts';
import {startPooledApplication} from './pooled-application.ts';

const INSTANCES = 2;

/** Without a case nothing befalls it. */
export async function pooledMishap(databases: RunDatabases, name: string, one?: FaultCase & {readonly pair: PooledPair}): Promise<Mishap> {
  await using starting = new AsyncDisposableStack();
  const proxyTo = async (url: string): Promise<FaultProxy> =>
    starting.use(await openFaultProxy({port: Number(new URL(url).port), strikes: (first) => !first.includes('watchdog')}));
  const behind = {source: await proxyTo(databases.source), target: await proxyTo(databases.target)};
  const [sourceHost, targetHost] = [addressOf(behind.source.through(databases.source)), addressOf(behind.target.through(databases.target))];
  const {username, password} = new URL(databases.application.source);
  const user = {name: username, password};
  const poolers = await startPgBouncers({instances: INSTANCES, database: name, address: sourceHost, user, pooling: 'transaction'});
  starting.defer(() => poolers.stop());
  const consoles = await Promise.all(poolers.admins.map(proxyTo));
  const doors = await Promise.all(poolers.clients.map(proxyTo));
  const ways: Readonly<Record<PooledPair, FaultyWay>> = {
    // Of one of two, so that the other is held, released and led on without it.
    'runner-pooler': all(consoles.slice(0, 1)),
    'client-pooler': all(doors),
    'pooler-source': behind.source,
    'pooler-target': behind.target,
  };
  const admins = numbered(
    'SWEEP_CONSOLE',
    poolers.admins.map((url, index) => consoles[index]?.through(url) ?? url),
  );
  const paths = numbered('SWEEP_POOLER', poolers.clients);
  const addresses = poolers.clients.map((url, index) => doors[index]?.through(url) ?? url);
  const running = starting.move();
  return {
    ways: {
      application: {
        plan: {
          switch: [{pgbouncer: {admin: references(admins), database: name, config: poolers.config, sourceHost, targetHost}}],
          canary: {paths: references(paths)},
        },
        environment: {...admins, ...paths},
      },
    },
    start: (options) => startPooledApplication(options, addresses),
    ...(one ? {befall: (journey, acknowledged) => befall(one, ways[one.pair], journey, acknowledged)} : {}),
    end: () => running.disposeAsync(),
  };
}

const all = (proxies: readonly FaultProxy[]): FaultyWay => ({
  set: (fault) => proxies.forEach((proxy) => proxy.set(fault)),
  get cuts() {
    return proxies.reduce((sum, {cuts}) => sum + cuts, 0);
  },
});

const numbered = (name: string, urls: readonly string[]): Record<string, string> =>
  Object.fromEntries(urls.map((url, index) => [`${name}_${index + 1}`, url]));

const references = (addresses: Readonly<Record<string, string>>): readonly string[] => Object.keys(addresses).map((name) => `env:${name}`);

/** As PgBouncer writes it. */
const addressOf = (url: string): string => {
  const {hostname, port, pathname} = new URL(url);
  return `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
};
