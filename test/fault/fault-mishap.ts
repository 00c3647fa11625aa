/** Lets one fault befall a migration at one step of its first cutover, and looks whether everybody noticed. */
import {existsSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {withClient} from '../../examples/demo/shop-database.ts';
import {type FaultProxy, openFaultProxy} from '../support/fault-proxy.ts';
import type {Journey} from '../sweep/journey.ts';
import type {Mishap} from '../sweep/one-run.ts';
import type {Struck} from '../sweep/strike.ts';
import {fileOf} from '../sweep/trap-effects.ts';
import {until} from '../sweep/until.ts';
import type {Pair as Sides, RunDatabases} from '../sweep/world.ts';
import {type FaultCase, faultOf} from './fault-case.ts';

const HICCUP_MS = 5_000;
/** More than were on their way when it began. */
const SERVED = 20;

/** A database for the journal beside the source's, and a proxy on the way that the fault is to befall. */
export async function mishapOf(one: FaultCase, databases: RunDatabases, name: string): Promise<Mishap> {
  const [who, whom] = one.pair.split('-') as ['runner' | 'client', 'source' | 'target' | 'journal'];
  const journal = whom === 'journal' ? await journalDatabase(databases.source, name) : undefined;
  const address = journal?.url ?? databases[whom === 'journal' ? 'source' : whom];
  const proxy = await openFaultProxy({port: Number(new URL(address).port), strikes: (first) => !first.includes('watchdog')});
  const routed = (urls: Sides<string>): Sides<string> => ({
    source: urls.source,
    target: urls.target,
    [whom]: proxy.through(urls[whom as 'source']),
  });
  return {
    ...(who === 'runner' && !journal ? {runner: routed(databases)} : {}),
    ...(who === 'client' ? {application: routed(databases.application)} : {}),
    ...(journal ? {state: {own: journal.url, runners: proxy.through(journal.url)}} : {}),
    befall: (journey, acknowledged) => befall(one, proxy, journey, acknowledged),
    end: async () => {
      await proxy[Symbol.asyncDispose]();
      await journal?.drop();
    },
  };
}

async function befall(one: FaultCase, proxy: FaultProxy, journey: Journey, acknowledged: () => number): Promise<Struck> {
  const {folder} = journey;
  const label = `step-intent cutover/${one.step}`;
  const runner = await journey.start({traps: [{name: 'point', kind: 'journal.write', label, times: 1, act: 'wait'}], trace: false});
  const isReached = (): boolean => existsSync(fileOf.reached(folder, 'point'));
  await until(`the step ${one.step}`, () => isReached() || !runner.isRunning);
  if (!isReached()) throw new Error(`the runner ended before it came to ${one.step}: ${runner.lastWords()}`);
  const before = (await journey.entries()).length;
  const from = acknowledged();
  proxy.set(faultOf(one));
  writeFileSync(fileOf.go(folder), '');
  try {
    if (one.lasts === '5s') await sleep(HICCUP_MS);
    else if (one.lasts === 'forever') await untilNoticed(one, journey, runner, before, () => acknowledged() >= from + SERVED);
    else await until('the cut, or the end of the cutover', async () => proxy.cuts > 0 || (await isOver(journey, runner, before)));
  } finally {
    proxy.set(undefined);
  }
  return {crashes: 1, hit: 'there'};
}

/** While the fault is still there: somebody serves, and the runner has come through or has said what is the matter. */
async function untilNoticed(one: FaultCase, journey: Journey, runner: Crossfade, before: number, isServed: () => boolean): Promise<void> {
  await until('service on some side', isServed);
  await until('the end of the cutover or of its runner', () => isOver(journey, runner, before));
  if (runner.isRunning || (await runner.ended) === 0) return;
  expectCause(one, 'the runner', runner.lastWords());
  if (one.pair !== 'runner-journal') expectCause(one, 'status', (await journey.command('status')).output);
}

const isOver = async (journey: Journey, runner: Crossfade, before: number): Promise<boolean> =>
  !runner.isRunning || (await journey.entries()).slice(before).some(({fact}) => fact.type === 'phase-ended' && fact.phase === 'cutover');

const NAMES = {source: /source/, target: /target/, journal: /state|journal/};

function expectCause({pair}: FaultCase, who: string, words: string): void {
  const whom = pair.split('-')[1] as keyof typeof NAMES;
  if (!/CF-CONN-00[14]/.test(words) || !NAMES[whom].test(words)) throw new Error(`${who} did not name the ${whom}: ${words}`);
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
