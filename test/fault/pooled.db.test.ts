/**
 * Behind PgBouncer there are more ways to break: from the runner to the console, from the clients to the pooler, and from
 * the pooler to either side. Writes that were acknowledged are there, once, whatever befalls them in the cutover.
 */
import {randomBytes} from 'node:crypto';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {type Fault, openFaultProxy} from '../support/fault-proxy.ts';
import {pgbouncerProgram, startPgBouncers} from '../support/pgbouncer.ts';
import {countersOf, POOLED_SCHEMA, startPooledClients} from '../support/pooled-clients.ts';
import {optional} from '../support/servers.ts';
import {isPhaseEnded, openStory, type Story} from '../support/story.ts';
import {until, untilTrue} from '../support/until.ts';

type Pair = 'runner-proxy' | 'client-proxy' | 'proxy-source' | 'proxy-target';
type Case = {readonly pair: Pair; readonly fault: Fault; readonly step: string; readonly lasts: 'once' | '5s'};

const CASES: readonly Case[] = [
  {pair: 'runner-proxy', fault: {kind: 'cut', after: 'PAUSE'}, step: 'hold', lasts: 'once'},
  {pair: 'client-proxy', fault: {kind: 'reset'}, step: 'hold', lasts: '5s'},
  {pair: 'proxy-source', fault: {kind: 'silent', ways: ['back']}, step: 'hold', lasts: '5s'},
  {pair: 'proxy-target', fault: {kind: 'reset'}, step: 'route', lasts: '5s'},
];
const HICCUP_MS = 5_000;
/** A cutover that was called off is tried again: a runner that still cannot is replaced by the operator. */
const RUNNERS_MAX = 5;
const program = await optional(pgbouncerProgram);

describe.skipIf(program === undefined).concurrent('behind a pooler', () => {
  test.each(CASES)('$pair, $fault.kind at $step: nothing is lost, and the run comes to its end', async (one) => {
    await using stack = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-pooled-'));
    stack.defer(() => rmSync(folder, {recursive: true}));
    const user = {name: `pooled_${randomBytes(4).toString('hex')}`, password: 'pooled'};
    const schema = {preData: join(folder, 'pre.sql'), postData: join(folder, 'post.sql')};
    writeFileSync(schema.preData, `${POOLED_SCHEMA.preData}\n${grants(user.name)}`);
    writeFileSync(schema.postData, POOLED_SCHEMA.postData);
    const name = `pooled-${one.pair}`;
    const story = stack.use(await openStory({name, schema, tables: ['pooled.*']}));
    for (const side of [story.source, story.target]) await side.run(`CREATE ROLE ${user.name} LOGIN PASSWORD '${user.password}'`);
    await story.source.run(POOLED_SCHEMA.preData, POOLED_SCHEMA.postData, grants(user.name));
    const ways = {
      'proxy-source': stack.use(await openFaultProxy({port: story.source.port})),
      'proxy-target': stack.use(await openFaultProxy({port: story.target.port})),
    };
    const [source, target] = [ways['proxy-source'].through(story.source.url), ways['proxy-target'].through(story.target.url)];
    const pool = await startPgBouncers({instances: 1, database: 'shop', address: addressOf(source), user, pooling: 'transaction'});
    stack.defer(() => pool.stop());
    const before = stack.use(await openFaultProxy({port: Number(new URL(pool.admins[0] ?? '').port)}));
    const isAhead = one.pair === 'runner-proxy' || one.pair === 'client-proxy';
    const addresses = one.pair === 'client-proxy' ? pool.clients.map((url) => before.through(url)) : pool.clients;
    await story.source.run(countersOf(addresses));
    const clients = startPooledClients(addresses);
    const admin = pool.admins.map((url) => story.secret(one.pair === 'runner-proxy' ? before.through(url) : url));
    const plan = story.writePlan('pooled.yaml', {
      switch: [{pgbouncer: {admin, database: 'shop', config: pool.config, sourceHost: addressOf(source), targetHost: addressOf(target)}}],
    });

    const file = join(story.folder, 'point');
    const runner = story.start(['run', plan], {kind: 'journal.write', label: `step-intent cutover/${one.step}`, act: 'wait', file});
    await untilTrue(`the step ${one.step}`, () => existsSync(`${file}.reached`) || !runner.isRunning);
    const proxy = isAhead ? before : ways[one.pair as 'proxy-source'];
    proxy.set(one.fault);
    writeFileSync(`${file}.go`, '');
    if (one.lasts === '5s') await sleep(HICCUP_MS);
    else await untilTrue('the cut', () => proxy.cuts > 0);
    proxy.set(undefined);

    await finish(story, name, runner);
    const from = clients.acknowledged();
    await untilTrue('the clients are served', () => clients.acknowledged() > from);
    await clients.stop();
    await clients.expectNothingLost(story.target);
  });
});

/** The operator: asks for the end as soon as it may be asked for, and starts a new runner when there is none. */
async function finish(story: Story, name: string, first: ReturnType<Story['start']>): Promise<void> {
  let [runner, runners] = [first, 1];
  await until('the end of the migration', async () => {
    const facts = await story.facts();
    if (facts.some(isPhaseEnded('decommission', 'done'))) return true;
    if (!runner.isRunning) {
      expect(++runners, runner.lastWords()).toBeLessThanOrEqual(RUNNERS_MAX);
      runner = story.start(['resume']);
    }
    if (facts.some(isPhaseEnded('cutover', 'done'))) await story.type('complete', '--confirm', name, '--reason', 'the story');
    return undefined;
  });
  expect(await runner.ended).toBe(0);
}

const grants = (role: string): string =>
  `GRANT USAGE ON SCHEMA pooled TO ${role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pooled TO ${role};`;

const addressOf = (url: string): string => {
  const {hostname, port, pathname} = new URL(url);
  return `host=${hostname} port=${port} dbname=${pathname.slice(1)}`;
};
