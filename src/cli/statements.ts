/** `crossfade statements`: what statements cost on the target now, beside what they cost on the source. Reads only, and needs no runner. */
import {TerminalError} from '../model/errors.ts';
import type {StatementComparison} from '../model/statement-comparison.ts';
import {compareNow} from '../phase/compare-statements.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule, Invocation} from './command.ts';
import {openSides, refOf} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {chooseRun, type Run, runsOf, withRunOption, withState} from './run-choice.ts';
import {statementLines} from './statement-lines.ts';

export const command: CommandModule = {
  configure: (command) => void withRunOption(command),
  run: (invocation) =>
    withState(invocation, async (store) => compare(chooseRun(await runsOf(store), invocation, {finishedToo: true}), invocation)),
};

const compare = async (run: Run, {output}: Invocation): Promise<ExitCode> => {
  const {journal, state} = run;
  if (!state.reverseWindow) throw notNow(run);
  const {plan} = await pinnedPlanOf(state);
  output.say('asking both sides …');
  const effects = await effectsOf(process.env);
  const sides = await openSides(plan, refOf(journal.migration, plan.name), effects);
  try {
    const comparison = await compareNow(
      state.statements.remembered,
      {...sides, plan},
      {signal: new AbortController().signal, clock: effects.clock},
    );
    if (output.isJson) output.document({id: run.id, ...comparison});
    else for (const line of statementLines(comparison)) output.data(line);
    output.say(isWorse(comparison) ? `Next: find out why; or go back: crossfade reverse --confirm ${plan.name}` : 'Next: crossfade status');
    return EXIT.done;
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};

const isWorse = (comparison: StatementComparison): boolean =>
  ('slower' in comparison && comparison.slower.length > 0) ||
  (comparison.plans !== undefined && 'worse' in comparison.plans && comparison.plans.worse.length > 0);

const notNow = ({id, state}: Run): TerminalError =>
  new TerminalError(
    `statements does not fit: the run is in ${state.phase}, and statements are compared after a cutover, while the way back is kept`,
    {
      code: 'CF-VERB-001',
      next: state.isFinal ? `crossfade report --run ${id}, which has the last comparison` : 'crossfade status',
    },
  );
