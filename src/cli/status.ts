/** `crossfade status`: where a run stands, and in one line why it is not done. */
import type {CommandModule, Invocation} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {forecastWords} from './live-forecast.ts';
import {numbersLine} from './live-numbers.ts';
import {table, type Output} from './output.ts';
import {chooseRun, runsOf, unfinishedOf, withRunOption, withState, type Run} from './run-choice.ts';
import {look, statusDocument} from './status-document.ts';
import type {JournalStore} from '../journal/journal.ts';
import type {Override} from '../journal/overridden.ts';
import {plansWords} from '../model/plan-comparison.ts';
import {comparedWords} from '../model/statement-comparison.ts';
import {setLines} from './tuning-words.ts';

export const command: CommandModule = {
  configure: (command) => void withRunOption(command),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const runs = await runsOf(store);
      if (invocation.options['run'] === undefined && unfinishedOf(runs).length > 1)
        await list(unfinishedOf(runs), store, invocation.output);
      else await show(chooseRun(runs, invocation, {finishedToo: true}), store, invocation);
      return EXIT.done;
    }),
};

async function show(run: Run, store: JournalStore, {output}: Invocation): Promise<void> {
  const {state} = run;
  const report = await store.report(run.id);
  const seen = look(run, report);
  if (output.isJson) return output.document(statusDocument(run, seen, report));
  const {cause, owner, next} = seen.why;
  const line = `${output.paint.bold(state.plan.name)} ${state.status}: ${cause}`;
  output.data(next === undefined ? line : `${line} | owner: ${owner} | next: ${next.command}`);
  if (report !== undefined && !state.isFinal) output.data(numbersLine(state, seen.alive, report));
  if (seen.forecast && !state.isFinal) output.data(`forecast: ${forecastWords(seen.forecast)}`);
  if (!state.isFinal) for (const words of setLines(state.tuning)) output.data(words);
  for (const one of seen.overrides) output.data(overrideWords(one));
  for (const words of slowerWords(state)) output.data(words);
  if (seen.alive === true && report?.control !== undefined) output.say(`Control socket: ${report.control}`);
  output.detail(
    `run ${run.id}, plan ${state.plan.file}, checksum ${state.plan.checksum.slice(0, 12)}, the ${state.openSide} is open, epoch ${state.epoch}, entry ${state.head.seq}`,
  );
  if (next) output.say(`Next: ${next.command}: ${next.why}`);
}

const overrideWords = ({at, actor, against, reason}: Override): string =>
  `overridden: ${against} by ${actor?.name ?? 'somebody'} at ${at}: ${reason ?? 'no reason on record'}`;

/** Only what is worse than before: `crossfade statements` has the figures, and what could not be compared. */
function slowerWords({reverseWindow, statements: {compared}}: Run['state']): readonly string[] {
  if (!reverseWindow || !compared) return [];
  const {comparison} = compared;
  const slower = 'slower' in comparison && comparison.slower.length > 0 ? [comparedWords(comparison)] : [];
  const worse = comparison.plans && 'worse' in comparison.plans && comparison.plans.worse.length > 0 ? [plansWords(comparison.plans)] : [];
  return [...slower, ...worse].map((words) => `${words}: crossfade statements`);
}

async function list(runs: readonly Run[], store: JournalStore, output: Output): Promise<void> {
  const reports = await Promise.all(runs.map(({id}) => store.report(id)));
  if (output.isJson) return output.document({runs: runs.map((run, i) => statusDocument(run, look(run, reports[i]), reports[i]))});
  const rows = runs.map((run, i) => [run.id, run.state.plan.name, run.state.status, run.state.phase, look(run, reports[i]).why.cause]);
  output.data(await table(['RUN', 'PLAN', 'STATE', 'PHASE', 'WHY'], rows));
  output.say(`Next: crossfade status --run ${runs[0]?.id ?? ''}`);
}
