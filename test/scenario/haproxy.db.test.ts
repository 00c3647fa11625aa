/** Behind two HAProxies, from 17 to 18, back and forth: clients are cut once at each switch, connect again, and lose nothing. */
import {randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {type Haproxies, haproxyCommand, startHaproxies} from '../support/haproxy.ts';
import {countersOf, POOLED_SCHEMA, startPooledClients} from '../support/pooled-clients.ts';
import {optional, postgresServer} from '../support/servers.ts';
import {openStory, type Story} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const program = await optional(haproxyCommand);

describe.skipIf(program === undefined)('from 17 to 18 through HAProxy', () => {
  test('clients that connect again are moved forth, back and forth without a lost write', {timeout: 300_000}, async () => {
    const name = 'proxied-17-18';
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-proxied-'));
    const schema = {preData: join(folder, 'pre.sql'), postData: join(folder, 'post.sql')};
    const user = `proxied_${randomBytes(4).toString('hex')}`;
    writeFileSync(schema.preData, `${POOLED_SCHEMA.preData}\n${grants(user)}`);
    writeFileSync(schema.postData, POOLED_SCHEMA.postData);
    const [old, fresh] = [await postgresServer({version: 17}), await postgresServer({version: 18})];
    // Behind such a proxy an application knows one name of the database and one role.
    const on = {source: {createDatabase: () => old.createDatabase(user)}, target: {createDatabase: () => fresh.createDatabase(user)}};
    await using story = await openStory({name, schema, tables: ['pooled.*'], on});
    for (const side of [story.source, story.target]) await side.run(`CREATE ROLE ${user} LOGIN PASSWORD 'proxied'`);
    await story.source.run(POOLED_SCHEMA.preData, POOLED_SCHEMA.postData, grants(user));
    const proxies = await startHaproxies(2, {source: story.source.port, target: story.target.port});
    const addresses = proxies.ports.map((port) => `postgres://${user}:proxied@127.0.0.1:${port}/${user}`);
    await story.source.run(countersOf(addresses));
    const clients = startPooledClients(addresses);
    const plan = planWith(story, proxies, addresses);

    expect((await story.type('doctor', plan)).output).toContain('HAProxy cuts every connection to the source');
    const runner = story.start(['run', plan]);
    for (const {verb, phase, times, side} of TURNS) {
      await asked(story, verb, name);
      await opened(story, phase, times);
      clients.servers();
      await untilTrue(`all clients are on the ${side}`, () => clients.servers().join() === String(story[side].port));
    }
    await asked(story, 'complete', name);
    expect(await runner.ended, runner.lastWords()).toBe(0);
    await clients.stop();
    await clients.expectNothingLost(story.target);
    // A refusal would be a client that was let through to a closed side.
    expect(clients.errors.filter((error) => !CUT.test(error))).toEqual([]);
    expect(clients.errors.length).toBeGreaterThan(0);
    await proxies.stop();
    rmSync(folder, {recursive: true});
  });
});

/** Nothing moves by itself, so that clients are found on each side before the next turn. */
const TURNS = [
  {verb: 'cutover', phase: 'cutover', times: 1, side: 'target'},
  {verb: 'reverse', phase: 'reverse-cutover', times: 1, side: 'source'},
  {verb: 'cutover', phase: 'cutover', times: 2, side: 'target'},
] as const;

/** Cut with a statement under way, while it connected, or between two statements. */
const CUT = /Connection terminated|ECONNRESET|EPIPE|not queryable/;

const grants = (role: string): string =>
  `GRANT USAGE ON SCHEMA pooled TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pooled TO ${role};`;

const planWith = (story: Story, {settings}: Haproxies, addresses: readonly string[]): string =>
  story.writePlan('proxied.yaml', {
    switch: [{haproxy: settings}],
    cutover: {start: 'manual', stallBudget: '8s'},
    canary: {paths: addresses.map((url) => story.secret(url))},
  });
