/**
 * `npm run eta:record [-- LOAD…]`: copies every load of `loads.ts` with the real program between embedded servers, and keeps
 * what the runner told each second in `recordings/`. Takes about half an hour; a recording that is there already is left alone.
 */
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {sqlOn} from '../../bench/databases.ts';
import {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {startEmbeddedServer} from '../../examples/demo/embedded-servers.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {systemEffects} from '../../src/runner/system-effects.ts';

import type {LiveReport} from '../../src/telemetry/telemetry.ts';
import {LOADS, type Act, type Burst, type Load} from './loads.ts';
import {keep, type Sample} from './recordings.ts';

const LOOK_MS = 200;
const SEEDS = [1, 2];

const PLAN = `name: recorded
workflow: live-migration
source: {engine: postgres, url: env:RECORDED_SOURCE}
target: {engine: postgres, url: env:RECORDED_TARGET}
schema: {kind: existing}
scope: {tables: [shop.*]}
gates: {cutover: [approval]}
`;

const wanted = process.argv.slice(2);
for (const seed of SEEDS)
  for (const load of LOADS.filter(({name}) => wanted.length === 0 || wanted.includes(name))) {
    const name = `${load.name}-${seed}`;
    if (existsSync(fileURLToPath(new URL(`recordings/${name}.csv`, import.meta.url)))) continue;
    console.log(name, await record(load, seed, name));
  }

async function record(load: Load, seed: number, name: string): Promise<string> {
  const [source, target] = await Promise.all([startEmbeddedServer({version: 17}), startEmbeddedServer({version: 18})]);
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-eta-'));
  const [state, plan] = [join(folder, 'state'), join(folder, 'plan.yaml')];
  const environment = {RECORDED_SOURCE: source.url, RECORDED_TARGET: target.url};
  const runner = new Crossfade({state, evidence: folder, environment});
  const over = new AbortController();
  try {
    await sqlOn(source.url, 'CREATE SCHEMA shop', ...load.tables, ...load.fill(seed), 'CHECKPOINT');
    await sqlOn(target.url, 'CREATE SCHEMA shop', ...(load.targetTables ?? load.tables));
    writeFileSync(plan, `${PLAN}${load.plan}\n`);
    runner.start('run', plan);
    const bursts = load.bursts && burst(source.url, load.bursts(seed), over.signal);
    const {samples, endMs} = await copied(runner, state, load.acts?.(seed) ?? []);
    over.abort();
    await bursts;
    keep(name, samples, endMs);
    return `${samples.length} samples, ${Math.round(endMs / 1000)} s`;
  } finally {
    over.abort();
    await runner.kill9();
    await Promise.all([source.stop(), target.stop()]);
    rmSync(folder, {recursive: true, force: true});
  }
}

/** What the runner that ended the copy told until then. */
async function copied(runner: Crossfade, state: string, acts: readonly Act[]): Promise<{samples: Sample[]; endMs: number}> {
  const store = await openStateStore(state, systemEffects);
  const left = [...acts];
  let samples: Sample[] = [];
  for (;;) {
    if (!runner.isRunning) throw new Error(`the runner has ended: ${runner.lastWords()}`);
    await sleep(LOOK_MS);
    const [run] = await store.migrations();
    const report = run && (await store.report(run.id));
    const now = report && sampleOf(report);
    if (!run || !now) continue;
    if (now.elapsedMs < (samples.at(-1)?.elapsedMs ?? 0)) samples = [];
    if (now.elapsedMs !== samples.at(-1)?.elapsedMs) samples.push(now);
    const [next] = left;
    if (next && now.copiedShare >= next.share) await act(runner, left.shift());
    const entries = await (await store.open(run.id)).entries();
    const outcome = entries.find(({fact}) => fact.type === 'step-outcome' && fact.step === 'copy-chunks');
    if (!outcome) continue;
    await store.close();
    const endMs = now.elapsedMs + Date.parse(outcome.at) - Date.parse(report.at);
    return {samples: samples.filter(({elapsedMs}) => elapsedMs < endMs), endMs};
  }
}

/** Undefined before the copy has begun. */
function sampleOf({elapsedMs, gauges: {copiedShare}}: LiveReport): Sample | undefined {
  return copiedShare === undefined ? undefined : {elapsedMs, copiedShare};
}

async function act(runner: Crossfade, wanted: Act | undefined): Promise<void> {
  if (wanted?.words === 'kill') {
    await runner.kill9();
    runner.start('resume');
    return;
  }
  await sleep(wanted?.afterMs ?? 0);
  const {code, error} = await runner.command(...(wanted?.words ?? []));
  if (code !== 0) throw new Error(error);
}

async function burst(url: string, {statement, times, restMs}: Burst, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sqlOn(url, ...Array.from({length: times}, () => statement));
    await sleep(restMs, undefined, {signal}).catch(() => undefined);
  }
}
