/** What `crossfade watch` and the page of `crossfade serve` look at. */
import type {JournalStore} from '../journal/journal.ts';
import type {Clock} from '../model/effects.ts';
import type {Run} from './run-choice.ts';
import {isRunnerAlive} from './runner-alive.ts';
import type {Watched} from './watch-view.ts';

export async function watchedNow(
  {id, state, entries}: Pick<Run, 'id' | 'state' | 'entries'>,
  store: JournalStore,
  clock: Clock,
): Promise<Watched> {
  const alive = state.runner && isRunnerAlive(state.runner);
  return {id, state, entries, report: await store.report(id), alive, now: clock.now()};
}
