/** Puts an environment back to where it was before its rehearsal: the source serves, and nothing of the run is left on either side. */
import {workflows} from '../../workflows/workflows.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {SIDES} from '../model/side.ts';
import type {PinnedPlan, Plan} from '../plan/plan.ts';
import type {Environment} from '../plan/project-file.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {type Asking, runOnClones} from './clone-run.ts';
import type {Invocation} from './command.ts';
import {fromJournal} from './pinned-plan.ts';
import {type OwnJournal, unfinishedIn, withUnfinished} from './own-journal.ts';
import {fittingVerbs} from './verb-guard.ts';

type Where = {
  readonly folder: string;
  readonly effects: Effects;
  readonly timeoutMs: number;
  /** As it is carried out in the environment, whose servers were shown to be none of the plan's own. */
  readonly standIn: StandIn;
};

/** Whatever rehearsals of this plan and this state have left there: one that was killed, failed, or was to be kept. Answers how many those were. */
export async function takeBackAll(environment: Environment, where: Where, invocation: Invocation): Promise<number> {
  const left = await leftIn(environment, where);
  for (const own of left) {
    invocation.output.say(`taking back what a rehearsal has left in ${environment.name} …`);
    await withUnfinished(own, where.effects, (journal, state) => takeBack(journal, fromJournal(state), where, invocation));
  }
  return left.length;
}

/** Throws CF-ENV-002 for one that went on other addresses than those that are known to be none of the plan's own. */
export async function leftIn({name, file}: Environment, {folder, effects, standIn: {plan}}: Where): Promise<readonly string[]> {
  const left = (await unfinishedIn(name, folder, effects)).filter(({state}) => state.plan.name === plan.name);
  const elsewhere = left.find(({state}) => addressesOf(fromJournal(state).plan) !== addressesOf(plan));
  if (!elsewhere) return left.map(({own}) => own);
  throw new TerminalError(
    `a rehearsal of ${plan.name} in ${name} did not come to its end, and it went on ${addressesOf(fromJournal(elsewhere.state).plan)}`,
    {
      code: 'CF-ENV-002',
      next: `name these again in ${file}, and take it back with --drop; or, where these databases are gone, remove ${elsewhere.own}`,
    },
  );
}

/** By reference. */
const addressesOf = (plan: Plan): string => SIDES.map((side) => `${plan[side].url.kind}:${plan[side].url.value}`).join(' and ');

/** `pinned`: as it was carried out. Back over the same bridge, and then as any run is aborted. */
export async function takeBack(
  own: OwnJournal,
  pinned: PinnedPlan,
  {effects, timeoutMs}: Pick<Where, 'effects' | 'timeoutMs'>,
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
