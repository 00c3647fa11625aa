/** The example for Patroni through the driver that calls it, against the part of Patroni's REST interface that it uses. */
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {ProgramFailover} from '../../src/failover/program-failover.ts';
import {realEffects} from '../../test/support/effects.ts';

const EXAMPLE = resolve(import.meta.dirname, 'patroni.ts');
const CREDENTIALS = 'crossfade:hunter22';

/** Two members; the second learns of a pause only when it was asked a few times, as if by its next round. */
async function cluster(): Promise<
  AsyncDisposable & {readonly url: string; readonly told: readonly unknown[]; promote(port: number): void}
> {
  const told: unknown[] = [];
  const servers: Server[] = [];
  let [pause, askedSince, leader] = [false, 0, 5432];
  const answer = (path: string, index: number): unknown => {
    if (path === '/cluster') return {members: servers.map((_, i) => member(i)), ...(pause ? {pause} : {})};
    const knows = index === 0 || (askedSince += 1) > 2 ? pause : !pause;
    return {state: 'running', ...(knows ? {pause: true} : {})};
  };
  const member = (i: number) => ({
    ...{name: `m${i}`, role: leader === 5432 + i ? 'leader' : 'replica', state: 'running'},
    ...{host: '10.0.0.1', port: 5432 + i, api_url: `${urlOf(servers[i])}/patroni`},
  });
  for (const index of [0, 1]) {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const isAllowed = request.headers.authorization === `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`;
        if (request.method === 'PATCH' && isAllowed) {
          told.push(JSON.parse(body));
          [pause, askedSince] = [body.includes('true'), 0];
        }
        response.writeHead(request.method === 'PATCH' && !isAllowed ? 401 : index === 1 ? 503 : 200);
        response.end(JSON.stringify(request.method === 'PATCH' ? {} : answer(request.url ?? '', index)));
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    servers.push(server);
  }
  return {
    url: urlOf(servers[0]),
    told,
    promote: (port) => void (leader = port),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((one) => new Promise((closed) => one.close(closed).closeAllConnections())));
    },
  };
}

const urlOf = (server: Server | undefined): string => `http://127.0.0.1:${(server?.address() as AddressInfo | undefined)?.port}`;

const failoverOf = (source: string, target: string, credentials = CREDENTIALS): ProgramFailover => {
  const program = [process.execPath, EXAMPLE, source, target];
  return new ProgramFailover({
    programs: {pause: program, resume: program, observe: program},
    primary: {source: '10.0.0.1:5432', target: '10.0.0.1:5432'},
    migration: 'shop',
    secrets: async () => ({PATRONI_CREDENTIALS: credentials}),
    effects: realEffects(),
  });
};

test('it returns when every member waits, names the leader, and goes on again', async () => {
  await using source = await cluster();
  await using target = await cluster();
  const failover = failoverOf(source.url, target.url);
  const seen = {primary: '10.0.0.1:5432', planned: '10.0.0.1:5432', isPaused: false};
  expect(await failover.observe()).toEqual({source: seen, target: seen});
  await failover.pause(7001);
  target.promote(5433);
  expect(await failover.observe()).toEqual({
    source: {...seen, isPaused: true},
    target: {...seen, primary: '10.0.0.1:5433', isPaused: true},
  });
  target.promote(0);
  expect((await failover.observe()).target.primary).toBeUndefined();
  await failover.resume(7001);
  expect([source.told, target.told]).toEqual([
    [{pause: true}, {pause: null}],
    [{pause: true}, {pause: null}],
  ]);
});

test('what Patroni refuses is told, without the password', async () => {
  await using source = await cluster();
  const error: unknown = await failoverOf(source.url, source.url, 'crossfade:wrong-word')
    .pause(1)
    .catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(/did not pause the automation of the source: exit code 1: .*config answers 401/);
  expect(String(error)).not.toContain('wrong-word');
  expect(source.told).toEqual([]);
});
