/** `crossfade events [-f] [--verify]`: what happened, entry by entry, and whether anybody altered it since. */
import type {Entry} from '../journal/journal.ts';
import {verifyChain, type MirroredHead} from '../journal/chain.ts';
import {runState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import type {CommandModule, Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {factWords} from './fact-words.ts';
import type {Output} from './output.ts';
import {chooseRun, runsOf, withRunOption, withState, type Run} from './run-choice.ts';

/** Between two looks at the journal while following it. */
const LOOK_MS = 200;

export const command: CommandModule = {
  configure: (command) =>
    void withRunOption(command)
      .option('-f, --follow', 'go on printing until the run is final')
      .option('--verify', 'check the chain of hashes, and compare it with both databases, instead of printing')
      .option('--offline', 'with --verify: the chain alone, without the databases'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: true});
      if (invocation.options['verify'] === true) return verify(run, await mirroredHeads(run, invocation), invocation.output);
      return print(run, invocation);
    }),
};

async function print({journal, entries}: Run, {options, output}: Invocation): Promise<ExitCode> {
  for (const entry of entries) printEntry(entry, output);
  for (const seen = [...entries]; options['follow'] === true && !runState(seen).isFinal && !output.isUnread(); ) {
    await systemEffects.clock.sleep(LOOK_MS);
    for (const entry of await journal.entries(seen.length)) {
      seen.push(entry);
      printEntry(entry, output);
    }
  }
  return EXIT.done;
}

function printEntry({seq, at, fact, hash}: Entry, output: Output): void {
  if (output.isJson) output.document({seq, at, fact, hash});
  else output.data(`${at} ${String(seq).padStart(5)} ${output.paint.bold(fact.type.padEnd(17))} ${factWords(fact)}`);
}

function verify({id, entries}: Run, mirrored: readonly MirroredHead[] | undefined, output: Output): ExitCode {
  const faults = verifyChain(id, entries, mirrored);
  const head = entries.at(-1)?.hash ?? '';
  if (faults.length > 0) {
    const lines = faults.map(({seq, what, detail}) => `  entry ${seq} ${what}: ${detail}`);
    throw new TerminalError([`the journal of ${id} was altered`, ...lines].join('\n'), {
      code: 'CF-STATE-002',
      next: 'keep the file as evidence and compare it with crossfade.journal on both databases',
    });
  }
  const beside = mirrored
    ? `${mirrored.length} digests in the databases agree`
    : 'the databases were not asked: a journal written anew as a whole would not show';
  if (output.isJson) output.document({id, entries: entries.length, head, intact: true, mirrored: mirrored?.length ?? null});
  else output.data(`${entries.length} entries, every one follows from the one before; ${beside}; head ${head}`);
  return EXIT.done;
}

/** What both databases kept of this run; undefined when they were not to be asked, or an abort has removed it. */
async function mirroredHeads({id, state}: Run, {options, output}: Invocation): Promise<readonly MirroredHead[] | undefined> {
  if (options['offline'] === true || state.phase === 'aborted') return undefined;
  const {readPlanFile} = await import('../plan/plan-file.ts');
  const {openSides, refOf} = await import('./compose.ts');
  output.say('asking both databases …');
  const {plan} = await readPlanFile(state.plan.file);
  const sides = await openSides(plan, refOf(id, plan.name), systemEffects);
  try {
    return (await Promise.all([sides.source.control.mirrored(), sides.target.control.mirrored()])).flat();
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
}
