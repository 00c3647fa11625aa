/** Behind HAProxy, from one MySQL to another, back and forth: clients are cut at each switch, connect again, and lose nothing. */
import {randomBytes} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {haproxyCommand, startHaproxies} from '../support/haproxy.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {startPooledClients} from '../support/pooled-clients.ts';
import {mysqlDriver, POOLED_TABLES} from '../support/pooled-mysql.ts';
import {optional} from '../support/servers.ts';
import {openStory} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

/** Nothing moves by itself, so that clients are found on each side before the next turn. */
const TURNS = [
  {verb: 'cutover', phase: 'cutover', times: 1, side: 'target'},
  {verb: 'reverse', phase: 'reverse-cutover', times: 1, side: 'source'},
  {verb: 'cutover', phase: 'cutover', times: 2, side: 'target'},
] as const;

/** Cut with a statement under way, while it connected, or between two statements. */
const CUT = /Connection lost|closed state|ECONNRESET|EPIPE|ETIMEDOUT/;
/** What applications repeat: the making of a fence's triggers ends transactions that have only read. */
const DEADLOCK = /^40001 /;

const program = await optional(haproxyCommand);
const [mysql] = await hadServers();
const [other] = await hadServers(({flavour}) => (flavour === 'mysql' ? {'innodb-buffer-pool-size': '64M'} : {}));

describe.skipIf(program === undefined || !mysql?.server || !other?.server)('from MySQL to MySQL through HAProxy', () => {
  test('clients that connect again are moved forth, back and forth without a lost write', {timeout: 300_000}, async () => {
    if (!mysql?.server || !other?.server) throw new Error('left out');
    const [name, user] = ['proxied-mysql', `proxied_${randomBytes(4).toString('hex')}`];
    const [old, fresh] = [mysql.server, other.server];
    // Behind such a proxy an application knows one name of the schema and one account.
    const on = {source: {createDatabase: () => old.createDatabase(user)}, target: {createDatabase: () => fresh.createDatabase(user)}};
    const engine = 'mysql';
    await using story = await openStory({
      name,
      tables: [`${user}.*`],
      on,
      plan: {source: {engine, url: 'env:STORY_SOURCE'}, target: {engine, url: 'env:STORY_TARGET'}, schema: {kind: 'catalog'}},
    });
    const ports = {source: Number(new URL(story.source.url).port), target: Number(new URL(story.target.url).port)};
    for (const side of [story.source, story.target])
      await side.run(
        `CREATE USER '${user}'@'%' IDENTIFIED BY 'proxied'`,
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ${user}.* TO '${user}'@'%'`,
      );
    const proxies = await startHaproxies(2, ports);
    const addresses = proxies.ports.map((port) => `mysql://${user}:proxied@127.0.0.1:${port}/${user}`);
    await story.source.run(...POOLED_TABLES(addresses.length * 4));
    const clients = startPooledClients(addresses, mysqlDriver);
    const plan = story.writePlan('proxied.yaml', {
      switch: [{haproxy: proxies.settings}],
      cutover: {start: 'manual', stallBudget: '8s'},
      canary: {paths: addresses.map((url) => story.secret(url))},
    });
    try {
      expect((await story.type('doctor', plan)).output).toContain('HAProxy cuts every connection to the source');
      const runner = story.start(['run', plan]);
      for (const {verb, phase, times, side} of TURNS) {
        await asked(story, verb, name);
        await opened(story, phase, times);
        clients.servers();
        await untilTrue(`all clients are on the ${side}`, () => clients.servers().join() === String(ports[side]));
      }
      await asked(story, 'complete', name);
      expect(await runner.ended, runner.lastWords()).toBe(0);
      await clients.stop();
      await clients.expectNothingLost(story.target);
      // A refusal would be a client that was let through to a closed side.
      expect(clients.errors.filter((error) => !CUT.test(error) && !DEADLOCK.test(error))).toEqual([]);
      expect(clients.errors.length).toBeGreaterThan(0);
    } finally {
      await clients.stop();
      await proxies.stop();
    }
  });
});
