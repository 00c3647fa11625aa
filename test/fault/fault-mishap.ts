/** What stands around a migration that one fault is to befall: a proxy on the way, and what is at its end. */
import {withClient} from '../../examples/demo/shop-database.ts';
import {openFaultProxy} from '../support/fault-proxy.ts';
import type {Mishap} from '../sweep/one-run.ts';
import type {Pair as Sides, RunDatabases} from '../sweep/world.ts';
import {befall} from './befall.ts';
import {type FaultCase, isPooled} from './fault-case.ts';
import {pooledMishap} from './pooled-mishap.ts';

export const mishapOf = (one: FaultCase, databases: RunDatabases, name: string): Promise<Mishap> =>
  isPooled(one.pair) ? pooledMishap(databases, name, {...one, pair: one.pair}) : routedMishap(one, databases, name);

/** The journal lies in a database of its own, on the target's server: that one is PostgreSQL in every world. */
async function routedMishap(one: FaultCase, databases: RunDatabases, name: string): Promise<Mishap> {
  const [who, whom] = one.pair.split('-') as ['runner' | 'client', 'source' | 'target' | 'journal'];
  const journal = whom === 'journal' ? await journalDatabase(databases.target, name) : undefined;
  const address = journal?.url ?? databases[whom === 'journal' ? 'target' : whom];
  const proxy = await openFaultProxy({port: Number(new URL(address).port), strikes: (first) => !first.includes('watchdog')});
  const routed = (urls: Sides<string>): Sides<string> => ({
    source: urls.source,
    target: urls.target,
    [whom]: proxy.through(urls[whom as 'source']),
  });
  return {
    ways: {
      ...(who === 'runner' && !journal ? {databases: routed(databases)} : {}),
      ...(journal ? {state: {own: journal.url, runners: proxy.through(journal.url)}} : {}),
    },
    ...(who === 'client' ? {start: (options) => databases.start(options, routed(databases.application))} : {}),
    befall: (journey, acknowledged) => befall(one, proxy, journey, acknowledged),
    end: async () => {
      await proxy[Symbol.asyncDispose]();
      await journal?.drop();
    },
  };
}

async function journalDatabase(beside: string, name: string): Promise<{readonly url: string; drop(): Promise<void>}> {
  const url = new URL(beside);
  url.pathname = `/${name}_state`;
  await withClient(beside, async (client) => void (await client.query(`CREATE DATABASE ${name}_state`)));
  return {
    url: url.href,
    drop: () => withClient(beside, async (client) => void (await client.query(`DROP DATABASE ${name}_state WITH (FORCE)`))),
  };
}
