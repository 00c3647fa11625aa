/** `crossfade events [-f] [--verify]`: what happened, entry by entry, and whether anybody altered it since. */
import type {Database} from '../engine/engine.ts';
import type {ChainFault, Entry} from '../journal/journal.ts';
import {headFaults, verifyChain} from '../journal/chain.ts';
import {signatureFaults} from '../journal/genuine.ts';
import {readMirrored, type MirroredCopy} from '../journal/mirrored.ts';
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
      if (invocation.options['verify'] === true) return verify(run, await mirroredCopies(run, invocation), invocation.output);
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

async function verify(run: Run, copies: readonly NamedCopy[] | undefined, output: Output): Promise<ExitCode> {
  const {id, journal} = run;
  // Read after the copies: a runner at work adds to this first.
  const entries = await journal.entries();
  const faults = [
    ...[...verifyChain(id, entries), ...signatureFaults(entries)].map((fault) => ({...fault, where: 'the journal'})),
    ...(copies ?? []).flatMap((copy) => copyFaults(copy, entries)),
  ];
  const head = entries.at(-1)?.hash ?? '';
  if (faults.length > 0) {
    const lines = faults.map(({where, seq, what, detail}) => `  ${where}: entry ${seq} ${what}: ${detail}`);
    throw new TerminalError([`the record of ${id} was altered`, ...lines].join('\n'), {
      code: 'CF-STATE-002',
      next: 'keep the journal and crossfade.journal of both databases as evidence; crossfade explain CF-STATE-002',
    });
  }
  const mirrored = copies?.reduce((total, copy) => total + copy.entries.length, 0);
  const beside =
    mirrored === undefined
      ? 'the databases were not asked: a journal written anew as a whole would not show'
      : `${mirrored} copies in the databases agree`;
  if (output.isJson) output.document({id, entries: entries.length, head, intact: true, mirrored: mirrored ?? null});
  else output.data(`${entries.length} entries, every one follows from the one before; ${beside}; head ${head}`);
  return EXIT.done;
}

type NamedCopy = MirroredCopy & {readonly where: string};

/** A copy is the beginning of the journal; one that is shorter is on its way, one that is longer knows what was cut off. */
function copyFaults({where, entries: copy, faults}: NamedCopy, entries: readonly Entry[]): (ChainFault & {readonly where: string})[] {
  if (faults.length) return faults.map((fault) => ({...fault, where}));
  return headFaults(entries, copy).map((fault) => ({...fault, where}));
}

/** What each database keeps of this run; undefined when they were not to be asked, or an abort has removed it. */
async function mirroredCopies({id, state}: Run, {options, output}: Invocation): Promise<readonly NamedCopy[] | undefined> {
  if (options['offline'] === true || state.phase === 'aborted') return undefined;
  const {pinnedPlanOf} = await import('./pinned-plan.ts');
  const {openSides, refOf} = await import('./compose.ts');
  output.say('asking both databases …');
  const {plan} = await pinnedPlanOf(state);
  const sides = await openSides(plan, refOf(id, plan.name), systemEffects);
  const copyOf = async (side: Database) => ({where: `the copy on the ${side.side}`, ...readMirrored(id, await side.control.mirrored())});
  try {
    return await Promise.all([...new Set([sides.source, sides.target])].map(copyOf));
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
}
