/** `crossfade amend FILE`: a running migration's plan is changed on purpose, with a reason, and only where it still can be. */
import type {RunState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import type {Plan} from '../plan/plan.ts';
import {planDiff} from '../plan/plan-diff.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {cannotAsk, confirmed} from './prompt.ts';
import {runsOf, unfinishedOf, withState} from './run-choice.ts';
import {isRunnerAlive} from './runner-alive.ts';

/** What has become rows, slots and fences cannot be changed by changing a file. */
const FIXED = ['name', 'workflow', 'source', 'target', 'scope', 'schema', 'mapping', 'relay', 'operations', 'database'] as const;

export const command: CommandModule = {
  configure: (command) =>
    void command.argument('<file>', 'the changed plan').option('--dry-run', 'show the difference, and record nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const {args, global, options, output, prompt} = invocation;
      const pinned = await readPlanFile(String(args[0]));
      const run = unfinishedOf(await runsOf(store)).find(({state}) => state.plan.name === pinned.plan.name);
      if (!run)
        throw new TerminalError(`no run of ${pinned.plan.name} is going on`, {
          code: 'CF-VERB-001',
          next: `crossfade run ${String(args[0])}`,
        });
      const diff = planDiff(run.state.plan.content, pinned.plan);
      if (!diff) return (output.data('the plan is what the run has already; nothing was changed'), EXIT.done);
      requireAmendable(run.state, pinned.plan);
      output.insist(diff);
      if (options['dryRun'] === true) return EXIT.done;
      requireStanding(run.state);
      if (global.reason === undefined) throw cannotAsk('--reason TEXT');
      const question = {severity: 'moderate', planName: pinned.plan.name, consequences: ['Approvals given before are void.']} as const;
      if (!(await confirmed(question, global, prompt, output))) return EXIT.done;
      await run.journal.append({
        type: 'plan-amended',
        planFile: pinned.file,
        checksum: pinned.checksum,
        plan: pinned.plan,
        diff,
        reason: global.reason,
      });
      if (output.isJson) output.document({id: run.id, checksum: pinned.checksum, diff});
      else output.data(`${pinned.plan.name} is amended; checksum ${pinned.checksum.slice(0, 12)}`);
      output.say('Next: crossfade resume');
      return EXIT.done;
    }),
};

const requireAmendable = ({plan}: RunState, now: Plan): void => {
  const [before, after] = [plan.content, now].map((content) => new Map(Object.entries(content as object)));
  const changed = FIXED.filter((field) => JSON.stringify(before?.get(field)) !== JSON.stringify(after?.get(field)));
  if (changed.length)
    throw new TerminalError(`${changed.join(', ')} cannot be changed while the migration is running`, {
      code: 'CF-PLAN-002',
      next: 'restore those fields, or abort and start the changed plan anew',
    });
};

/** A runner holds its plan in memory; it reads the new one when it starts. */
const requireStanding = ({runner}: RunState): void => {
  if (runner && isRunnerAlive(runner) !== false)
    throw new TerminalError(`the runner ${runner.holder} is at work with the plan as it was`, {
      code: 'CF-VERB-001',
      next: 'stop it (Ctrl-C, or TERM), amend, then crossfade resume',
    });
};
