/** Which run a command means: the one named by `--run`, else the only one that is not finished. */
import type {Command} from 'commander';
import type {Entry, Journal, JournalStore} from '../journal/journal.ts';
import {runState, type RunState} from '../journal/run-state.ts';
import {openStateStore} from '../journal/state-store.ts';
import {TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {textOf, type GlobalOptions, type Invocation} from './command.ts';

export type Run = {
  readonly id: string;
  readonly journal: Journal;
  readonly entries: readonly Entry[];
  readonly state: RunState;
};

export const withRunOption = (command: Command): Command =>
  command.option('--run <id>', 'which run: its id, the start of it, or the name of its plan');

/** Opens the state, closes it whatever happens. */
export async function withState<T>(
  {global}: {readonly global: Pick<GlobalOptions, 'state'>},
  act: (store: JournalStore) => Promise<T>,
): Promise<T> {
  const store = await openStateStore(global.state, systemEffects);
  try {
    return await act(store);
  } finally {
    await store.close();
  }
}

/** Every run on record, oldest first. One whose creation was interrupted has no entry yet and is left out. */
export async function runsOf(store: JournalStore): Promise<Run[]> {
  const runs: Run[] = [];
  for (const {id} of await store.migrations()) {
    const journal = await store.open(id);
    const entries = await journal.entries();
    if (entries.length > 0) runs.push({id, journal, entries, state: runState(entries)});
  }
  return runs;
}

/** With `finishedToo`, for commands that only read, the newest finished run stands in when none is going on. */
export function chooseRun(runs: readonly Run[], {options}: Invocation, {finishedToo}: {readonly finishedToo: boolean}): Run {
  const asked = textOf(options['run']);
  if (asked !== undefined) return only(named(runs, asked), asked);
  const unfinished = unfinishedOf(runs);
  const [run] = unfinished;
  if (run && unfinished.length === 1) return run;
  if (unfinished.length > 1) throw several(unfinished);
  const newest = runs.at(-1);
  if (newest && finishedToo) return newest;
  throw newest ? finished(newest) : none();
}

export const unfinishedOf = (runs: readonly Run[]): Run[] => runs.filter(({state}) => !state.isFinal);

/** The same run, read again: a person may have taken a while to answer. */
export async function readAgain({id, journal}: Run): Promise<Run> {
  const entries = await journal.entries();
  return {id, journal, entries, state: runState(entries)};
}

/** A plan's name means its unfinished run if there is one. */
export function named(runs: readonly Run[], asked: string): Run[] {
  const byName = runs.filter(({state}) => state.plan.name === asked);
  if (byName.length > 0) return unfinishedOf(byName).length > 0 ? unfinishedOf(byName) : byName.slice(-1);
  return runs.filter(({id}) => id === asked || (asked.length >= 4 && id.startsWith(asked)));
}

function only(found: readonly Run[], asked: string): Run {
  const [run] = found;
  if (run && found.length === 1) return run;
  if (found.length > 1) throw several(found);
  throw new TerminalError(`there is no run ${asked} in this state`, {
    code: 'CF-USAGE-001',
    next: 'crossfade status lists the runs; --state says where to look',
  });
}

const several = (runs: readonly Run[]): TerminalError =>
  new TerminalError(
    ['several runs are meant:', ...runs.map(({id, state}) => `  ${id}  ${state.plan.name}  ${state.status} in ${state.phase}`)].join('\n'),
    {
      code: 'CF-USAGE-001',
      next: `run it again with --run ${runs[0]?.id ?? ''}`,
    },
  );

const finished = ({id, state}: Run): TerminalError =>
  new TerminalError(`no run is going on; the last one, ${state.plan.name} (${id}), is ${state.status}`, {
    code: 'CF-VERB-001',
    next: `crossfade status --run ${id}`,
  });

const none = (): TerminalError =>
  new TerminalError('there is no run in this state', {
    code: 'CF-STATE-001',
    next: 'give the --state the run was started with, or start one with crossfade run PLAN; if the state is lost: crossfade adopt PLAN',
  });
