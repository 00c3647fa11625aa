/** `crossfade report [-o FILE]`: what the journal of a run proves, as a page that stands alone or as JSON. */
import {verifyChain} from '../journal/chain.ts';
import {signatureFaults} from '../journal/genuine.ts';
import {runState} from '../journal/run-state.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import type {Report} from '../report/report.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {writeAskedFile} from './asked-file.ts';
import {type CommandModule, type Invocation, textOf} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {chooseRun, type Run, runsOf, withRunOption, withState} from './run-choice.ts';
import {crossfadeVersion} from './version.ts';

export const command: CommandModule = {
  configure: (command) =>
    void withRunOption(command).option('-o, --out <file>', 'where the page goes, - for stdout; NAME-RUN.html in this folder unless given'),
  run: (invocation) =>
    withState(invocation, async (store) => answer(chooseRun(await runsOf(store), invocation, {finishedToo: true}), invocation)),
};

async function answer({id, entries, state}: Run, invocation: Invocation): Promise<ExitCode> {
  const {options, output} = invocation;
  const report = await reportNow({id, entries});
  if (output.isJson) {
    output.document({...report});
    return EXIT.done;
  }
  const {pageOf} = await import('../report/html/page.ts');
  const file = textOf(options['out']) ?? `${state.plan.name}-${id.slice(0, 8)}.html`;
  if (file === '-') output.data(pageOf(report).trimEnd());
  else if (await writeAskedFile(file, pageOf(report), state.plan.name, invocation))
    output.say(`the report of ${state.plan.name} is in ${file}: open it in a browser, print it, hand it on`);
  return EXIT.done;
}

/** `record`: of a rehearsal that came to its end. */
export async function reportNow({id, entries}: Pick<Run, 'id' | 'entries'>, record?: RehearsalRecord): Promise<Report> {
  const {reportOf} = await import('../report/report.ts');
  const madeAt = systemEffects.clock.now().toISOString();
  const faults = [...verifyChain(id, entries), ...signatureFaults(entries)];
  return reportOf({id, entries, state: runState(entries), faults, madeAt, version: crossfadeVersion(), record});
}
