/** The plan of a run that was begun: its file, if it is there and unchanged, else what the journal has of it. */
import type {RunState} from '../journal/run-state.ts';
import {isCoded, TerminalError} from '../model/errors.ts';
import {planDiff} from '../plan/plan-diff.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import type {PinnedPlan, Plan} from '../plan/plan.ts';
import {STDIN} from './plan-argument.ts';
import {crossfadeVersion} from './version.ts';

/** A file that says something else is refused with the difference: what runs is what was pinned. */
export async function pinnedPlanOf(state: RunState): Promise<PinnedPlan> {
  refuseRehearsal(state);
  const {plan} = state;
  const pinned = plan.file === STDIN ? undefined : await readIfThere(plan.file);
  if (!pinned) return fromJournal(state);
  if (pinned.checksum === plan.checksum) return pinned;
  throw new TerminalError(`the plan ${plan.name} was changed while its migration is running:\n${planDiff(plan.content, pinned.plan)}`, {
    code: 'CF-PLAN-002',
    next: 'restore the file; or, if the change is meant: crossfade amend FILE --reason TEXT, then crossfade resume',
  });
}

/** What went on clones or in an environment never goes on with the databases that its plan names. */
export function refuseRehearsal({rehearsal, plan}: RunState): void {
  if (!rehearsal) return;
  const {environment} = rehearsal;
  throw new TerminalError(
    `this was no run on the databases of ${plan.name}: it was rehearsed ${environment === null ? 'on clones' : `in ${environment}`}`,
    {
      code: 'CF-VERB-001',
      next:
        environment === null
          ? `crossfade rehearse ${plan.file} begins anew`
          : `crossfade rehearse ${plan.file} --env ${environment} --drop`,
    },
  );
}

const readIfThere = async (file: string): Promise<PinnedPlan | undefined> => {
  try {
    return await readPlanFile(file);
  } catch (error) {
    if (isCoded(error) && error.code === 'CF-PLAN-004') return undefined;
    throw error;
  }
};

/** Secrets stand in it as references, as in the file. Another version may read the same content otherwise. */
export const fromJournal = ({plan: {name, file, checksum, content}, version}: RunState): PinnedPlan => {
  // Written by this version from a parsed plan.
  if (version === crossfadeVersion()) return {plan: content as Plan, file, checksum};
  throw new TerminalError(`the file of the plan ${name} (${file}) is not there, and the journal's copy was written by version ${version}`, {
    code: 'CF-PLAN-004',
    next: 'put the plan back at that path',
  });
};
