/**
 * Journals of rehearsals and trials. Each lies in a folder of its own below the state, so that nobody takes it for one of a
 * real run. It is removed when all went well; that of one that failed or was killed stays to be looked at, for a time.
 */
import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Journal, JournalStore} from '../journal/journal.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import {removeSqliteState} from '../journal/sqlite-state.ts';
import {openStateStore, statePlace} from '../journal/state-store.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {RehearsedOn} from '../model/rehearsal-record.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {Invocation} from './command.ts';
import {begin} from './run.ts';

export type OwnJournal = {readonly id: string; readonly store: JournalStore; readonly journal: Journal};

/** So long those are kept of which nobody needs more than a look. */
const KEPT_DAYS = 30;
const DAY_MS = 24 * 3_600_000;

/** Where they are. Asked before anything is begun: a state that is no folder has no place for them. */
export function journalsFolder({state}: Invocation['global']): string {
  const {place} = statePlace(state);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return join(place, 'rehearsals');
  throw new TerminalError('what is rehearsed or tried keeps a journal of its own, in a folder', {
    code: 'CF-USAGE-001',
    next: 'give --state FOLDER',
  });
}

/** `pinned`: as it is carried out. The journal is removed when `act` is done, unless `keep`. */
export async function withOwnJournal<T>(
  {folder, effects, on, keep}: {readonly folder: string; readonly effects: Effects; readonly on: RehearsedOn; readonly keep: boolean},
  pinned: PinnedPlan,
  {output}: Invocation,
  act: (own: OwnJournal) => Promise<T>,
): Promise<T> {
  await removeOld(folder, effects);
  const id = effects.randomId();
  const own = join(folder, id);
  const store = await openStateStore(own, effects);
  let isDone = false;
  try {
    const answer = await act({id, store, journal: await begin(await store.create(id, pinned.plan.name), pinned, on)});
    isDone = true;
    return answer;
  } finally {
    await store.close();
    if (isDone && !keep) removeSqliteState(own);
    else
      output.say(
        `its journal is kept ${on.environment === null ? `for ${KEPT_DAYS} days` : 'until --drop'}: crossfade status --state ${own}`,
      );
  }
}

/** `own`: the folder. */
type Unfinished = {readonly own: string; readonly state: RunState};

/** Those that have been begun in this environment and have not come to their end, for one to be taken back. */
export async function unfinishedIn(environment: string, folder: string, effects: Effects): Promise<readonly Unfinished[]> {
  const found: Unfinished[] = [];
  for (const own of foldersIn(folder)) {
    const state = await stateIn(own, effects);
    if (state?.rehearsal?.environment === environment && !state.isFinal) found.push({own, state});
  }
  return found;
}

/** `act` brings the one in this folder to its end; then it is removed. */
export async function withUnfinished(
  own: string,
  effects: Effects,
  act: (own: OwnJournal, state: RunState) => Promise<void>,
): Promise<void> {
  const store = await openStateStore(own, effects);
  try {
    for (const {id} of await store.migrations()) {
      const journal = await store.open(id);
      await act({id, store, journal}, runState(await journal.entries()));
    }
  } finally {
    await store.close();
  }
  removeSqliteState(own);
}

/** What an environment still has of one is known from its journal alone, so that one stays. */
async function removeOld(folder: string, effects: Effects): Promise<void> {
  const before = effects.clock.now().getTime() - KEPT_DAYS * DAY_MS;
  for (const own of foldersIn(folder)) {
    if (newest(own) > before) continue;
    const state = await stateIn(own, effects);
    if (typeof state?.rehearsal?.environment !== 'string' || state.isFinal) removeSqliteState(own);
  }
}

/** Undefined of one that was killed before its first entry, and of what is no journal. */
async function stateIn(own: string, effects: Effects): Promise<RunState | undefined> {
  const store = await openStateStore(own, effects);
  try {
    const [only] = await store.migrations();
    const entries = only ? await (await store.open(only.id)).entries() : [];
    return entries.length > 0 ? runState(entries) : undefined;
  } finally {
    await store.close();
  }
}

const foldersIn = (folder: string): readonly string[] => {
  const inside = statSync(folder, {throwIfNoEntry: false}) ? readdirSync(folder, {withFileTypes: true}) : [];
  return inside.filter((one) => one.isDirectory()).map(({name}) => join(folder, name));
};

const newest = (own: string): number => Math.max(0, ...readdirSync(own).map((name) => statSync(join(own, name)).mtimeMs));
