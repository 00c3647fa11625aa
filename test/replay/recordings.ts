/**
 * Journals of real runs, kept as files: one folder per version that recorded them, and in it per story `<name>.jsonl`
 * (a line with the migration's id, then an entry a line) and `<name>.state.json`, what that version folded them to.
 */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Entry, JournalFact} from '../../src/journal/journal.ts';
import {type RunState, runState} from '../../src/journal/run-state.ts';

export type Recording = {
  /** `0.1.0/adopted` */
  readonly name: string;
  readonly migration: string;
  readonly entries: readonly Entry[];
  readonly folded: Folded;
};

/** The state after the last entry, and every change of the state on the way: a crash may make any entry the last one. */
export type Folded = {readonly end: Readonly<Record<string, unknown>>; readonly way: readonly string[]};

/** Every kind there is. A text instead of true says why no recording has it; it goes as soon as one does. */
export const FACTS = {
  'migration-created': true,
  'runner-started': true,
  'runner-stopped': true,
  'phase-started': true,
  'phase-ended': true,
  'step-intent': true,
  'step-outcome': true,
  'step-failed': true,
  'gate-verdict': true,
  'gates-passed': true,
  signal: true,
  'signal-refused': true,
  verified: true,
  repairing: true,
  tuned: true,
  unlocked: true,
  adopted: true,
  'plan-amended': true,
  decision: true,
  paused: true,
  resumed: true,
  failed: true,
  hook: 'recorded journals are of plans without hooks',
  'statements-compared': 'recorded journals are of servers that do not count statements',
  note: 'recorded journals are of plans that have no figures watched',
} satisfies Record<JournalFact['type'], true | string>;

export const REPLAY_FOLDER = fileURLToPath(new URL('.', import.meta.url));

export const recordings = (): Recording[] =>
  versions().flatMap((version) =>
    readdirSync(join(REPLAY_FOLDER, version))
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => read(version, file.slice(0, -'.jsonl'.length))),
  );

/** Folders whose name begins like a version. */
export const versions = (): string[] => readdirSync(REPLAY_FOLDER).filter((name) => /^\d/.test(name));

function read(version: string, story: string): Recording {
  const file = join(REPLAY_FOLDER, version, story);
  const [head = '', ...lines] = readFileSync(`${file}.jsonl`, 'utf8').trimEnd().split('\n');
  // Written by `keep`, below.
  const {migration} = JSON.parse(head) as {migration: string};
  return {
    name: `${version}/${story}`,
    migration,
    entries: lines.map((line) => JSON.parse(line) as Entry),
    folded: JSON.parse(readFileSync(`${file}.state.json`, 'utf8')) as Folded,
  };
}

export function keep(folder: string, story: string, migration: string, entries: readonly Entry[]): void {
  const file = join(folder, story);
  writeFileSync(`${file}.jsonl`, [{migration}, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(`${file}.state.json`, `${JSON.stringify(foldedOf(entries), null, 2)}\n`);
}

export function foldedOf(entries: readonly Entry[]): Folded {
  const states = entries.map((entry, index) => ({seq: entry.seq, line: inBrief(runState(entries.slice(0, index + 1)))}));
  const way = states.filter(({line}, index) => line !== states[index - 1]?.line).map(({seq, line}) => `${seq}: ${line}`);
  const end = Object.fromEntries(Object.entries(inFull(runState(entries))).map(([name, value]) => [name, value ?? null]));
  // As it is read back from a file.
  return JSON.parse(JSON.stringify({end, way})) as Folded;
}

/** What a resumed run goes on from. Old recordings have such lines, so their form stays. */
const inBrief = (state: RunState): string =>
  [
    `${state.phase}${state.isPhaseOpen ? '*' : ''}`,
    state.status,
    `attempt ${state.attempt}`,
    `epoch ${state.epoch}`,
    `open ${state.openSide}`,
    ...(state.waitingFor ? [`waits for ${state.waitingFor.kind}`] : []),
    ...(state.isPauseRequested ? ['to pause'] : []),
    ...(state.isAbortRequested ? ['to abort'] : []),
    ...(state.approvals.length > 0 ? [`approvals ${state.approvals.length}`] : []),
    ...(state.verifications.length > 0 ? [`verifications ${state.verifications.length}`] : []),
    ...(state.runner?.stopped === undefined ? [] : ['stopped']),
  ].join(', ');

/** Fields may be added; what an old recording does not have is not compared. */
function inFull(state: RunState) {
  const {phase, status, isFinal, isPhaseOpen, openSide, epoch, attempt, attempts, events, signals, steps, approvals} = state;
  const {name, file, checksum, workflow} = state.plan;
  const {verifications, waitingFor, lastFailure, paused, starter, runner, tuning, version, createdAt, head} = state;
  return {
    ...{phase, status, isFinal, isPhaseOpen, openSide, epoch, attempt, attempts, events, signals, approvals, verifications},
    ...{waitingFor, lastFailure, paused, starter, runner, tuning, version, createdAt, head, plan: {name, file, checksum, workflow}},
    steps: steps.map((step) => `${step.phase} ${step.attempt} ${step.step}: ${step.state}`),
  };
}
