/**
 * `crossfade plan FILE`: what would be done, in order, with the SQL, the locks it takes and what undoes it. Reads both
 * databases, changes neither.
 */
import type {CommandModule} from './command.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {detailedCode, isDoneAlready} from './detailed-exit.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {findingLines} from './finding-lines.ts';
import {hookLines, hooksDocument} from './hook-lines.ts';
import {printOutline} from './outline-print.ts';
import type {Output} from './output.ts';
import {planArgument} from './plan-argument.ts';
import {askPlan, type AskedPlan} from './plan-asked.ts';
import {throttleLines, throttlesDocument} from './throttle-lines.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan, or - for stdin')
      .option('--detailed-exitcode', 'exit with 0 when nothing is left to do, 1 at an error or a refusal, 2 when something is')
      .addHelpText('after', '\nWith -q: without the SQL.'),
  run: async (invocation) => {
    const {
      args: [file],
      options,
      output,
      global,
    } = invocation;
    const pinned = await planArgument(invocation);
    const isDetailed = options['detailedExitcode'] === true;
    if (isDetailed && (await isDoneAlready(pinned.checksum, global))) return nothingToDo(pinned, output);
    output.say('asking both databases …');
    const asked = await askPlan(pinned, {id: 'plan', short: '<run>', name: pinned.plan.name}, true);
    if (output.isJson) output.document(planDocument(pinned.checksum, asked));
    else print(asked, output, !global.quiet);
    const code = conclude(asked, String(file), output);
    return isDetailed ? detailedCode(code) : code;
  },
};

function nothingToDo({plan: {name}, checksum}: PinnedPlan, output: Output): ExitCode {
  if (output.isJson) output.document({plan: name, checksum, tables: [], findings: [], missing: [], throttles: [], hooks: [], phases: []});
  else output.data(`${name} is complete: nothing is left to do`);
  return EXIT.done;
}

const planDocument = (checksum: string, {facts, outline, findings}: AskedPlan): Readonly<Record<string, unknown>> => ({
  plan: facts.plan.name,
  checksum,
  tables: facts.tables.map(({name, estimatedRows, estimatedBytes, key}) => ({...name, estimatedRows, estimatedBytes, key})),
  findings,
  missing: facts.missing,
  stallBudgetMs: facts.plan.operations ? undefined : facts.plan.cutover.stallBudgetMs,
  throttles: throttlesDocument(facts.plan),
  hooks: hooksDocument(facts.plan),
  ...outline,
});

const print = ({facts, outline, findings}: AskedPlan, output: Output, withSql: boolean): void => {
  printOutline(outline, output, withSql);
  for (const line of [...throttleLines(facts.plan), ...hookLines(facts.plan)]) output.data(line);
  for (const line of findingLines(findings)) output.data(line);
  for (const what of facts.missing) output.data(`MISSING ${what}`);
};

/** An outline with gaps is no go: nobody has looked whether it can be done. */
const conclude = ({facts, findings}: AskedPlan, file: string, output: Output): ExitCode => {
  const refusals = findings.filter((finding) => finding.severity === 'refuse').length;
  if (facts.missing.length) output.say(`Next: crossfade doctor ${file}, for what is missing above`);
  else output.say(refusals ? `Next: settle the ${refusals} refusals above` : `Next: crossfade run ${file}`);
  return refusals || facts.missing.length ? EXIT.noGo : EXIT.done;
};
