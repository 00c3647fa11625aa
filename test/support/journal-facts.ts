/** The journal of a migration, written fact by fact. */
import {sealEntry} from '../../src/journal/chain.ts';
import type {Actor, Entry, JournalFact, Signal} from '../../src/journal/journal.ts';
import {runState} from '../../src/journal/run-state.ts';

export const START_MS = Date.parse('2026-05-01T10:00:00.000Z');
export const ANN: Actor = {kind: 'person', name: 'ann', authenticated: true};

export const created: Extract<JournalFact, {type: 'migration-created'}> = {
  type: 'migration-created',
  name: 'shop-17-to-18',
  planFile: 'plans/shop.yaml',
  planChecksum: 'c1',
  plan: {cutover: {start: 'manual'}, reverse: {windowMs: 3_600_000}},
  workflow: 'live-migration',
  version: '0.1.0',
};
export const runner = (epoch: number): JournalFact => ({type: 'runner-started', epoch, holder: `host-${epoch}`, pid: 100 + epoch});
export const started = (phase: string): JournalFact => ({type: 'phase-started', phase});
export const ended = (phase: string, outcome = 'done', evidence = {}): JournalFact => ({type: 'phase-ended', phase, outcome, evidence});
export const through = (...phases: string[]) => phases.flatMap((phase) => [started(phase), ended(phase)]);
export const verdict = (gate: string, go: boolean, phase = 'cutover'): JournalFact => ({
  type: 'gate-verdict',
  phase,
  verdict: {gate, go, evidence: `${gate} ${go}`},
});
export const passed = (...gates: string[]): JournalFact => ({
  type: 'gates-passed',
  phase: 'cutover',
  verdicts: gates.map((gate) => ({gate, go: true, evidence: gate})),
});
export const signal = (given: Signal): JournalFact => ({type: 'signal', signal: given, actor: ANN, reason: undefined});
export const approve = (planChecksum = 'c1'): JournalFact => signal({type: 'approve', gate: 'approval', planChecksum});

export const BEFORE_CUTOVER = ['assess', 'prepare-target', 'initial-load', 'catch-up', 'verify-data'];
export const atCutover = [created, runner(1), ...through(...BEFORE_CUTOVER)];

/** One entry a minute. */
export function journal(facts: readonly JournalFact[]): Entry[] {
  const entries: Entry[] = [];
  for (const fact of facts) entries.push(sealEntry('m1', entries.at(-1), new Date(START_MS + entries.length * 60_000), fact));
  return entries;
}
export const stateAfter = (...facts: readonly JournalFact[]) => runState(journal(facts));
