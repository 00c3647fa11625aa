/** `crossfade resume`: goes on with the one unfinished run, from what the journal and the databases say. No flags needed. */
import type {Journal} from '../journal/journal.ts';
import {isCoded} from '../model/errors.ts';
import type {CommandModule, Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {patienceOf, withPatience} from './patience.ts';
import {chooseRun, runsOf, withRunOption, type Run} from './run-choice.ts';
import {requireRole} from './role-guard.ts';
import {isRunnerAlive} from './runner-alive.ts';

export const command: CommandModule = {
  configure: (command) => void withPatience(withRunOption(command)).option('--dry-run', 'say where it would go on, and do nothing'),
  run: async (invocation) => {
    const {global, options, output} = invocation;
    const patience = patienceOf(options);
    const {effectsOf} = await import('../runner/system-effects.ts');
    const {openStateStore} = await import('../journal/state-store.ts');
    const effects = await effectsOf(process.env);
    const store = await openStateStore(global.state, effects);
    try {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: false});
      const {journal, state} = run;
      if (options['dryRun'] === true) return sayWhereItGoesOn(run, invocation);
      requireRole('resume', state, invocation.person);
      if (state.isPauseRequested) await endPause(journal);
      const {pinnedPlanOf} = await import('./pinned-plan.ts');
      const pinned = await pinnedPlanOf(state);
      const {runToEnd} = await import('./run-to-end.ts');
      return await runToEnd({store, journal, pinned, effects, output, patience, global}).catch((error: unknown) => {
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

async function sayWhereItGoesOn({id, state}: Run, {output}: Invocation): Promise<ExitCode> {
  const {pinnedPlanOf} = await import('./pinned-plan.ts');
  const {plan} = await pinnedPlanOf(state);
  const {phase, isPhaseOpen, attempt, runner, isPauseRequested, isAbortRequested} = state;
  const isHeld = runner !== undefined && isRunnerAlive(runner) === true;
  const would = [
    ...(isPauseRequested ? ['the pause would be over'] : []),
    ...(isHeld ? [`the runner ${runner.holder} (process ${runner.pid}) is at work and would go on`] : []),
    ...(isHeld
      ? []
      : [
          isAbortRequested
            ? `the abort in ${phase} would be carried out`
            : `${isPhaseOpen ? 'would go on in' : 'would ask the gates of'} ${phase}`,
        ]),
  ];
  if (output.isJson) output.document({id, name: plan.name, dryRun: true, phase, isPhaseOpen, attempt, would});
  else for (const line of would) output.data(`${plan.name}: ${line}`);
  output.say('Next: crossfade resume');
  return EXIT.done;
}
