/**
 * Another host, as far as the network goes: a network namespace with one cable to this machine, which a test may pull
 * out and put in again. Only root may make one.
 */
import {spawnSync} from 'node:child_process';
import {randomBytes, randomInt} from 'node:crypto';
import {appendFileSync, existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {addMiss, ServerMissing} from './server-folder.ts';
import {type OwnPostgresServer, ownPostgresServer, type PostgresRequest} from './servers.ts';
import {storyDatabase} from './story-database.ts';

const PROGRAM = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].find((path) => existsSync(path));

export type OtherHost = Disposable & {
  /** This machine's, by which both hosts reach the servers here. */
  readonly address: string;
  /** Writes a program that is Node, over there. */
  writeNode(folder: string): string;
  /** Nothing passes from now on, and nobody is told. */
  unplug(): void;
  plugIn(): void;
};

/** Throws `ServerMissing` where this process may not make one. */
export function otherHost(): OtherHost {
  const name = `xf${randomBytes(4).toString('hex')}`;
  const [here, there] = [`${name}h`, `${name}t`];
  const net = `198.18.${randomInt(256)}`; // of the range that is kept for tests
  const refused = ip('netns', 'add', name) ?? ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  if (refused !== undefined) throw missing(refused);
  const must = (...words: readonly string[]): void => {
    const trouble = ip(...words);
    if (trouble !== undefined) throw new Error(`ip ${words.join(' ')}: ${trouble}`);
  };
  must('address', 'add', `${net}.1/30`, 'dev', here);
  must('link', 'set', here, 'up');
  must('-netns', name, 'address', 'add', `${net}.2/30`, 'dev', there);
  must('-netns', name, 'link', 'set', there, 'up');
  return {
    address: `${net}.1`,
    writeNode(folder) {
      const program = join(folder, 'node-elsewhere');
      writeFileSync(program, `#!/bin/sh\nexec ${PROGRAM} netns exec ${name} '${process.execPath}' "$@"\n`, {mode: 0o755});
      return program;
    },
    unplug: () => must('link', 'set', here, 'down'),
    plugIn: () => must('link', 'set', here, 'up'),
    [Symbol.dispose]: () => {
      ip('link', 'delete', here);
      ip('netns', 'delete', name);
    },
  };
}

/** What `ip` says when it refuses. */
function ip(...words: readonly string[]): string | undefined {
  if (PROGRAM === undefined) return 'there is no program ip';
  const run = spawnSync(PROGRAM, words, {encoding: 'utf8'});
  return run.status === 0 ? undefined : run.stderr || String(run.error);
}

function missing(reason: string): ServerMissing {
  const miss = {server: 'another host', command: 'run the tests as root, on Linux, with iproute2', reasons: [reason.trim()]};
  addMiss(miss);
  return new ServerMissing(`${miss.server} could not be had (${miss.reasons.join('')}). Provide it: ${miss.command}`);
}

/** A server here that the other host reaches too; its databases' addresses are those that both use. */
export async function serverForBoth(host: OtherHost, request: PostgresRequest): Promise<OwnPostgresServer & AsyncDisposable> {
  const server = await ownPostgresServer({...request, settings: {listen_addresses: '*', ...request.settings}});
  appendFileSync(join(server.dataFolder ?? '', 'pg_hba.conf'), `host all all ${host.address}/30 scram-sha-256\n`);
  const administrator = await storyDatabase(server.url);
  await administrator.run('SELECT pg_reload_conf()');
  await administrator.close();
  return {
    ...server,
    createDatabase: async () => Object.assign(new URL(await server.createDatabase()), {hostname: host.address}).href,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
