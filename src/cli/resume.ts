/** `crossfade resume`: goes on with the one unfinished run, from what the journal and the databases say. No flags needed. */
import type {Journal} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {isCoded} from '../model/errors.ts';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {chooseRun, runsOf, withRunOption} from './run-choice.ts';

export const command: CommandModule = {
  configure: (command) => void withRunOption(command),
  run: async (invocation) => {
    const {global, output} = invocation;
    const {effectsOf} = await import('../runner/system-effects.ts');
    const {openStateStore} = await import('../journal/state-store.ts');
    const effects = await effectsOf(process.env);
    const store = await openStateStore(global.state, effects);
    try {
      const {journal, state} = chooseRun(await runsOf(store), invocation, {finishedToo: false});
      if (state.isPauseRequested) await endPause(journal);
      const pinned = await pinnedPlanOf(state);
      const {runToEnd} = await import('./run-to-end.ts');
      return await runToEnd({store, journal, pinned, effects, output}).catch((error: unknown) => {
        if (!state.isPauseRequested || !isCoded(error) || error.code !== 'CF-LEASE-001') throw error;
        output.data(`${state.plan.name}: the pause is over; the runner that holds it goes on`);
        return EXIT.done;
      });
    } finally {
      await store.close();
    }
  },
};

const endPause = async (journal: Journal): Promise<void> => {
  const {currentPerson} = await import('./actor.ts');
  await journal.append({type: 'signal', signal: {type: 'resume'}, actor: currentPerson(), reason: undefined});
};

/** The plan as it was pinned; the file may be gone, but if it is there and says something else, that is said. */
const pinnedPlanOf = async (state: RunState) => {
  const {readPlanFile} = await import('../plan/plan-file.ts');
  const {TerminalError} = await import('../model/errors.ts');
  const {planDiff} = await import('../plan/plan-diff.ts');
  const pinned = await readPlanFile(state.plan.file);
  if (pinned.checksum === state.plan.checksum) return pinned;
  throw new TerminalError(
    `the plan ${state.plan.name} was changed while its migration is running:\n${planDiff(state.plan.content, pinned.plan)}`,
    {code: 'CF-PLAN-002', next: 'restore the file; what runs is what was pinned'},
  );
};
