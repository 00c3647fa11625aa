/** One change in place on a database of its own, while clients write. */
import {spawn} from 'node:child_process';
import {mkdtempSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Entry} from '../src/journal/journal.ts';
import {openStateStore} from '../src/journal/state-store.ts';
import {systemEffects} from '../src/runner/system-effects.ts';
import type {Case} from './change-cases.ts';
import {type ChangeServer, SLOTS} from './change-server.ts';
import {failures, missing, readLogs, waitsIn, waitsOutside, type Window} from './stall-log.ts';
import {startWriters} from './writers-process.ts';

const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
/** Of everyday writing, before and after the change. */
const LEAD_MS = 2000;
/** A wait this close to a change may be of it. */
const NEAR_MS = 50;

export type Change = {
  /** The longest, in milliseconds. */
  readonly waits: Readonly<Record<'everyday' | 'expand' | 'backfill' | 'contract', number>>;
  readonly failed: readonly string[];
  readonly seconds: number;
};

/** The plan as an operator writes it, without a gate: nobody is asked. */
export async function changeOnce(server: ChangeServer, {name, operation}: Case, rate: number): Promise<Change> {
  const database = await server.newDatabase();
  const folder = mkdtempSync(join(server.folder, `${name}-`));
  const logs = join(folder, 'logs');
  const state = join(folder, 'state');
  const plan = join(folder, 'plan.yaml');
  writeFileSync(
    plan,
    JSON.stringify({
      name: 'change',
      workflow: 'expand-contract',
      database: {engine: server.engine, url: 'env:CHANGE_URL'},
      operations: [operation],
      gates: {contract: []},
    }),
  );
  const stopWriters = await startWriters({urls: [database.url], clients: server.clients, rate, folder: logs, slots: SLOTS});
  await sleep(LEAD_MS);
  await run(plan, state, database.url);
  await sleep(LEAD_MS);
  await stopWriters();
  const entries = await entriesOf(state);
  const log = readLogs(logs);
  const [began, ended] = [atOf(entries, 'expand'), Date.parse(entries.at(-1)?.at ?? '')];
  const longest = (from: number, to: number): number => Math.max(...waitsIn(log, {fromMs: from, toMs: to}));
  const {lost, twice} = await missing(log, database.ask);
  await database.drop();
  return {
    waits: {
      everyday: everyday(log, {fromMs: began - NEAR_MS, toMs: ended + NEAR_MS}),
      expand: longest(began, atOf(entries, 'backfill')),
      backfill: longest(atOf(entries, 'backfill'), atOf(entries, 'verify-expansion')),
      contract: longest(atOf(entries, 'contract'), ended),
    },
    failed: [
      ...failures(log).map(({outcome, error}) => `${outcome}: ${error}`),
      ...(lost + twice > 0 ? [`${lost} lost, ${twice} twice`] : []),
    ],
    seconds: (ended - began) / 1000,
  };
}

const everyday = (log: ReturnType<typeof readLogs>, change: Window): number => Math.max(...waitsOutside(log, [change]));

const atOf = (entries: readonly Entry[], phase: string): number =>
  Date.parse(entries.find(({fact}) => fact.type === 'phase-started' && fact.phase === phase)?.at ?? '');

async function run(plan: string, state: string, url: string): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, 'run', plan, '--state', state, '--yes', '--no-input'], {
    env: {...process.env, CHANGE_URL: url, NO_COLOR: '1'},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`crossfade run ended with ${String(code)}:\n${said.trimEnd().split('\n').slice(-8).join('\n')}`);
}

async function entriesOf(state: string): Promise<readonly Entry[]> {
  const store = await openStateStore(state, systemEffects);
  try {
    const [found] = await store.migrations();
    if (!found) throw new Error('the run left no journal');
    return await (await store.open(found.id)).entries();
  } finally {
    await store.close();
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
