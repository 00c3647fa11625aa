/** Puts an environment back to where it was before its rehearsal: the source serves, and nothing of the run is left on either side. */
import {workflows} from '../../workflows/workflows.ts';
import type {Effects} from '../model/effects.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {type Asking, runOnClones} from './clone-run.ts';
import type {Invocation} from './command.ts';
import {fromJournal} from './pinned-plan.ts';
import {type OwnJournal, unfinishedIn, withUnfinished} from './own-journal.ts';
import {fittingVerbs} from './verb-guard.ts';

type Where = {readonly folder: string; readonly effects: Effects; readonly timeoutMs: number};

/** Whatever rehearsals of this state have left there: one that was killed, failed, or was to be kept. Answers how many those were. */
export async function takeBackAll(environment: string, {folder, effects, timeoutMs}: Where, invocation: Invocation): Promise<number> {
  const left = await unfinishedIn(environment, folder, effects);
  for (const own of left) {
    invocation.output.say(`taking back what a rehearsal has left in ${environment} …`);
    await withUnfinished(own, effects, (journal, state) => takeBack(journal, fromJournal(state), {effects, timeoutMs}, invocation));
  }
  return left.length;
}

/** `pinned`: as it was carried out. Back over the same bridge, and then as any run is aborted. */
export async function takeBack(
  own: OwnJournal,
  pinned: PinnedPlan,
  {effects, timeoutMs}: Omit<Where, 'folder'>,
  {output, global}: Invocation,
): Promise<void> {
  // Nobody moves the traffic forward once more meanwhile.
  const standIn = {plan: {...pinned.plan, cutover: {...pinned.plan.cutover, start: 'manual'}}, leftOut: []} as const;
  const workflow = workflows[pinned.plan.workflow as keyof typeof workflows];
  await runOnClones({...own, pinned, standIn, effects, output, global, timeoutMs}, 'the rehearsal is over', async (run: Asking) => {
    for (let state = await run.next(); !state.isFinal; state = await run.next()) {
      const fitting = fittingVerbs(state, workflow);
      if (fitting.includes('abort') && !state.isAbortRequested) await run.send({type: 'abort'});
      if (fitting.includes('reverse') && state.waitingFor?.kind === 'window') await run.send({type: 'reverse'});
    }
  });
}
