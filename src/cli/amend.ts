/** `crossfade amend FILE`: a running migration's plan is changed on purpose, with a reason, and only where it still can be. */
import type {RunState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import type {Plan} from '../plan/plan.ts';
import {planDiff} from '../plan/plan-diff.ts';
import {currentPerson} from './actor.ts';
import type {CommandModule} from './command.ts';
import {planArgument} from './plan-argument.ts';
import {EXIT} from './exit-codes.ts';
import {cannotAsk, confirmed} from './prompt.ts';
import {runsOf, unfinishedOf, withState} from './run-choice.ts';
import {requireRole} from './role-guard.ts';
import {isRunnerAlive} from './runner-alive.ts';

/** What has become rows, slots and fences cannot be changed by changing a file. Each with what rests on it. */
const FIXED = {
  name: 'the databases know the run by it',
  workflow: 'it is the order that the run has gone so far',
  source:
    'the stream, its position and every copied row are of that database; if the server has moved, give it the address that the plan names',
  target:
    'the copied rows, the position and the fence are in that database; if the server has moved, give it the address that the plan names',
  scope: 'the stream carries these tables and the copy was planned for them',
  schema: 'the target was made by it, and abort takes away what it made',
  mapping: 'rows were copied through it, and the way back is its inverse',
  relay: 'changes that are not applied yet wait there',
  operations: 'what has been begun in the database was begun for them',
  database: 'what has been begun was begun there',
} as const;

export const command: CommandModule = {
  configure: (command) =>
    void command.argument('<file>', 'the changed plan, or - for stdin').option('--dry-run', 'show the difference, and record nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const {args, global, options, output, prompt} = invocation;
      const pinned = await planArgument(invocation);
      const run = unfinishedOf(await runsOf(store)).find(({state}) => state.plan.name === pinned.plan.name);
      if (!run)
        throw new TerminalError(`no run of ${pinned.plan.name} is going on`, {
          code: 'CF-VERB-001',
          next: `crossfade run ${String(args[0])}`,
        });
      requireRole('amend', run.state, invocation.person);
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
        actor: currentPerson(),
      });
      if (output.isJson) output.document({id: run.id, checksum: pinned.checksum, diff});
      else output.data(`${pinned.plan.name} is amended; checksum ${pinned.checksum.slice(0, 12)}`);
      output.say('Next: crossfade resume');
      return EXIT.done;
    }),
};

const requireAmendable = ({plan}: RunState, now: Plan): void => {
  const [before, after] = [plan.content, now].map((content) => new Map<string, unknown>(Object.entries(content as object)));
  const refused = Object.entries(FIXED).flatMap(([field, why]) => {
    const diff = planDiff({[field]: fixedOf(before?.get(field))}, {[field]: fixedOf(after?.get(field))});
    return diff ? [`${field}: ${why}`, ...diff.split('\n').map((line) => `  ${line}`)] : [];
  });
  if (refused.length)
    throw new TerminalError(['these cannot be changed while the migration is running:', ...refused].join('\n  '), {
      code: 'CF-PLAN-002',
      next: 'restore those fields, or abort and start the changed plan anew',
    });
};

/** Of a database the product and the address: its certificates may be renewed, and its disk enlarged. */
const fixedOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'engine' in value && 'url' in value ? {engine: value.engine, url: value.url} : value;

/** A runner holds its plan in memory; it reads the new one when it starts. */
const requireStanding = ({runner}: RunState): void => {
  if (runner && isRunnerAlive(runner) !== false)
    throw new TerminalError(`the runner ${runner.holder} is at work with the plan as it was`, {
      code: 'CF-VERB-001',
      next: 'stop it (Ctrl-C, or TERM), amend, then crossfade resume',
    });
};
