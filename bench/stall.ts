/** How long the slowest statement of an application waits while the traffic moves from one server to the other. */
import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {randomUUID} from 'node:crypto';
import {openSides, refOf, type Sides} from '../src/cli/compose.ts';
import {systemEffects} from '../src/runner/system-effects.ts';
import {benchPlan, runUntil} from './crossfade-run.ts';
import {databaseUrl, type Servers, sqlOn} from './databases.ts';
import {NativeReplication} from './native-replication.ts';
import type {StallReport} from './stall-clients.ts';

const CLIENTS = fileURLToPath(new URL('stall-clients.ts', import.meta.url));
/** Writes before and after the switch. */
const LEAD_MS = 1000;

/** The whole protocol: watchdog, fence, drain, counts, sequences, decision, way back. Milliseconds. */
export async function crossfadeStall(servers: Servers, sourceName: string, targetName: string, tps: number): Promise<number> {
  const [source, target] = [databaseUrl(servers.source, sourceName), databaseUrl(servers.target, targetName)];
  const clients = await startClients(source, target, targetName, tps);
  const run = await runUntil('reverse-window', benchPlan(targetName, source, target, true));
  await sleep(LEAD_MS);
  const report = await clients.stop();
  await run.close();
  const began = run.journal.find(({fact}) => fact.type === 'phase-started' && fact.phase === 'cutover')?.at ?? '';
  return slowest(report, Date.parse(began));
}

/** The least that a switch with native replication does: hold, wait for writers, marker row, route. No fence, no way back. */
export async function nativeStall(servers: Servers, sourceName: string, targetName: string, tps: number): Promise<number> {
  const [source, target] = [databaseUrl(servers.source, sourceName), databaseUrl(servers.target, targetName)];
  const {plan} = benchPlan(targetName, source, target, true);
  const sides = await openSides(plan, refOf(randomUUID(), targetName), systemEffects);
  await Promise.all([sides.source.control.install(), sides.target.control.install()]);
  await route(sides, 1, 'source', 'open');
  const native = await NativeReplication.prepare(servers, sourceName, targetName);
  await native.load();
  const clients = await startClients(source, target, targetName, tps);
  await sleep(LEAD_MS);
  const began = Date.now();
  await route(sides, 2, 'source', 'hold');
  await sqlOn(source, 'BEGIN', 'LOCK TABLE item IN SHARE ROW EXCLUSIVE MODE', 'COMMIT');
  await native.untilMarked(await native.mark());
  await route(sides, 2, 'target', 'open');
  await sleep(LEAD_MS);
  const report = await clients.stop();
  await native.drop();
  await Promise.all([sides.source.close(), sides.target.close()]);
  return slowest(report, began);
}

async function route({source, target}: Sides, epoch: number, side: 'source' | 'target', state: 'open' | 'hold'): Promise<void> {
  const holdMs = state === 'hold' ? 10_000 : undefined;
  await Promise.all([source, target].map((one) => one.control.writeRoute({epoch, side, state, holdMs, readPercent: 0})));
}

function slowest({slow, failed}: StallReport, since: number): number {
  if (failed > 0) process.stderr.write(`  ${failed} statements failed during the switch\n`);
  return Math.max(0, ...slow.filter(({at, ms}) => at + ms >= since).map(({ms}) => ms));
}

async function startClients(source: string, target: string, name: string, tps: number): Promise<{stop(): Promise<StallReport>}> {
  const child = spawn(process.execPath, [CLIENTS, source, target, name, String(tps)], {stdio: ['ignore', 'pipe', 'inherit']});
  let said = '';
  const ready = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    ready.resolve();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([ready.promise, ended]);
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(said.trim().split('\n').at(-1) ?? '') as StallReport;
    },
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
