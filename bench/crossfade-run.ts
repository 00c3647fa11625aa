/** The real runner in this process, over a journal in memory: how long its phases took is what the journal says. */
import {randomUUID} from 'node:crypto';
import {fileURLToPath} from 'node:url';
import {begin} from '../src/cli/run.ts';
import {composeRun, openSides, refOf, type RunParts} from '../src/cli/compose.ts';
import type {Entry} from '../src/journal/journal.ts';
import {memoryJournal} from '../src/journal/memory-journal.ts';
import type {PinnedPlan} from '../src/plan/plan.ts';
import {Interruption} from '../src/runner/interruption.ts';
import {takeLease} from '../src/runner/lease.ts';
import {Mirror} from '../src/runner/mirror.ts';
import {Runner} from '../src/runner/runner.ts';
import {SignalWatch} from '../src/runner/signal-watch.ts';
import {systemEffects} from '../src/runner/system-effects.ts';
import {silentTelemetry} from '../src/telemetry/telemetry.ts';

const PROGRAM = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** The plan's own `parallel` and chunk size are the defaults; the target has the table already. */
export const benchPlan = (name: string, source: string, target: string, isCutoverWanted: boolean): PinnedPlan => ({
  file: 'bench',
  checksum: 'bench',
  plan: {
    name,
    workflow: 'live-migration',
    source: {engine: 'postgres', url: {kind: 'literal', value: source}},
    target: {engine: 'postgres', url: {kind: 'literal', value: target}},
    schema: {kind: 'existing'},
    scope: {tables: ['public.*'], exclude: []},
    load: {parallel: 4, chunkBytes: 64 * 1024 * 1024},
    relay: {kind: 'in-process'},
    gates: {cutover: isCutoverWanted ? [] : [{name: 'approval', settings: {}}]},
    switch: [{name: 'router', settings: {}}],
    cutover: {start: 'auto', stallBudgetMs: 5000, onBlockers: 'abort'},
    reverse: {windowMs: 3_600_000},
    approval: {quorum: 1, starterMay: true, expiresMs: 3_600_000},
    allowOlder: false,
    applicationRoles: [],
  },
});

export type CrossfadeRun = {
  readonly parts: RunParts;
  readonly journal: readonly Entry[];
  /** Seconds of the newest visit of a phase. */
  phaseSeconds(phase: string): number;
  /** Starts the forward stream anew, from where it stopped; `untilApplied` everything that is committed now. */
  applyBacklog(): Promise<void>;
  close(): Promise<void>;
};

/** Runs until `phase` has begun, or waits at its gates; then the runner is stopped and the connections stay. */
export async function runUntil(phase: string, pinned: PinnedPlan): Promise<CrossfadeRun> {
  const migration = refOf(randomUUID(), pinned.plan.name);
  const journal = memoryJournal(migration.id, systemEffects);
  const {plan} = pinned;
  await begin(journal, pinned);
  const sides = await openSides(plan, migration, systemEffects);
  const {epoch} = await takeLease(sides.source, sides.target, migration.id, 'bench');
  const mirror = await Mirror.open(journal, [sides.source, sides.target], epoch);
  const parts = composeRun(pinned, migration, sides, epoch, systemEffects, silentTelemetry(), [process.execPath, PROGRAM, 'watchdog']);
  const interruption = new Interruption();
  const signals = new SignalWatch(journal, systemEffects.clock, 1);
  const running = new Runner({...parts, journal, mirror, signals, interruption, holder: 'bench', host: 'bench'}).run();
  await Promise.race([running, untilThere(phase, async () => journal.entries())]);
  interruption.stop('measured');
  await running;
  signals.close();
  await parts.context.replication.stop('forward');
  const entries = await journal.entries();
  return {
    parts,
    journal: entries,
    phaseSeconds: (name) => secondsOf(entries, name),
    applyBacklog: () => applyBacklog(parts),
    close: async () => {
      await parts.context.replication.close();
      await Promise.all([sides.source.close(), sides.target.close()]);
    },
  };
}

const LOOK_MS = 20;

async function untilThere(phase: string, entries: () => Promise<readonly Entry[]>): Promise<void> {
  const isThere = ({fact}: Entry) => (fact.type === 'phase-started' || fact.type === 'gate-verdict') && fact.phase === phase;
  while (!(await entries()).some(isThere)) await systemEffects.clock.sleep(LOOK_MS);
}

async function applyBacklog({context, ensureStreams}: RunParts): Promise<void> {
  const end = await context.source.source.mark('bench');
  await ensureStreams('forward');
  const link = context.replication.link('forward');
  if (!link) throw new Error('the forward stream did not start');
  await Promise.race([link.reached(end, new AbortController().signal), context.replication.failed]);
  await context.replication.stop('forward');
}

function secondsOf(entries: readonly Entry[], phase: string): number {
  const at = (type: 'phase-started' | 'phase-ended') => entries.findLast(({fact}) => fact.type === type && fact.phase === phase)?.at ?? '';
  return (Date.parse(at('phase-ended')) - Date.parse(at('phase-started'))) / 1000;
}
