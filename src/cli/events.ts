/** `crossfade events [-f] [--verify]`: what happened, entry by entry, and whether anybody altered it since. */
import type {Entry} from '../journal/journal.ts';
import {verifyChain} from '../journal/chain.ts';
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
      .option('--verify', 'check the chain of hashes instead of printing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: true});
      if (invocation.options['verify'] === true) return verify(run, invocation.output);
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

/** The chain alone: a journal written anew from some entry on shows only beside the copies in the databases. */
function verify({id, entries}: Run, output: Output): ExitCode {
  const faults = verifyChain(id, entries);
  const head = entries.at(-1)?.hash ?? '';
  if (faults.length > 0) {
    const lines = faults.map(({seq, what, detail}) => `  entry ${seq} ${what}: ${detail}`);
    throw new TerminalError([`the journal of ${id} was altered`, ...lines].join('\n'), {
      code: 'CF-STATE-002',
      next: 'keep the file as evidence and compare it with crossfade.journal on both databases',
    });
  }
  if (output.isJson) output.document({id, entries: entries.length, head, intact: true});
  else output.data(`${entries.length} entries, every one follows from the one before; head ${head}`);
  return EXIT.done;
}
