/** One line of the command `crossfade`. Parses, runs one verb, prints what went wrong in words, and answers with the exit code. */
import {CommanderError, type Command} from 'commander';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {currentPerson} from './actor.ts';
import type {GlobalOptions} from './command.ts';
import {commands} from './commands.ts';
import {EXIT, exitCodeOf, type ExitCode} from './exit-codes.ts';
import {createOutput, type Sink} from './output.ts';
import {pagerFor} from './pager.ts';
import {createProgram, globalOptions} from './program.ts';
import {terminalPrompt, type Input} from './prompt.ts';
import {printRefusal} from './refusal.ts';

/** `argv` without the interpreter and the file. `person`: in whose name a signal is recorded. */
export async function main(argv: readonly string[], streams: Streams = process, person = currentPerson()): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program: Command = createProgram(commands, streams.stdout, async (entry, command) => {
    const module = (await entry.load()).command;
    module.configure(command);
    command.action(async () => {
      const global = globalOptions(program.opts());
      const prompt = terminalPrompt(streams.stdin, streams.stderr, global.input);
      const options: Readonly<Record<string, unknown>> = command.opts();
      const isPaged = entry.isLong === true && options['follow'] !== true && !global.json && global.input;
      const pager = isPaged ? pagerFor(streams.stdout) : undefined;
      const output = createOutput(pager?.sink ?? streams.stdout, streams.stderr, global);
      try {
        code = await module.run({args: command.processedArgs, options, global, output, prompt, stdin: streams.stdin, person});
      } finally {
        await pager?.show();
      }
    });
  });
  try {
    await program.parseAsync(withoutAliases(argv), {from: 'user'});
    return code;
  } catch (error) {
    return failed(error, program, argv, streams);
  }
}

export type Streams = {readonly stdin: Input; readonly stdout: Sink; readonly stderr: NodeJS.WritableStream & Sink};

function failed(error: unknown, program: Command, argv: readonly string[], streams: Streams): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  // Flags that were not reached before the fault still say how to print it.
  const given = globalOptions({
    ...program.opts(),
    ...(argv.includes('--json') ? {json: true} : {}),
    ...(argv.includes('--debug') ? {debug: true} : {}),
  });
  const refusal = error instanceof CommanderError ? usageError(error, program) : error;
  printRefusal(refusal, outputOf(given, streams), given.debug);
  // There 2 means that something is to be done.
  return argv.includes('plan') && argv.includes('--detailed-exitcode') ? EXIT.failed : exitCodeOf(refusal);
}

/** commander's own words, with the verb that was probably meant. */
function usageError({code, message}: CommanderError, program: Command): TerminalError {
  const words = message.replace(/^error: /, '').replace(/\n?\(Did you mean (.*)\?\)$/s, '; did you mean $1?');
  if (code === 'commander.help') return new TerminalError('a verb is missing', {code: 'CF-USAGE-001', next: 'crossfade --help lists them'});
  if (code !== 'commander.unknownCommand')
    return new TerminalError(words, {code: 'CF-USAGE-001', next: 'add --help to see the arguments and flags of the verb'});
  const verb = program.args[0] ?? '';
  const meant = nearest(verb, verbs);
  const next = meant === undefined ? 'crossfade --help lists the verbs' : `crossfade ${meant}`;
  return new TerminalError(`there is no verb ${verb}${meant === undefined ? '' : `; did you mean ${meant}?`}`, {
    code: 'CF-USAGE-001',
    next,
  });
}

/** `help`, `help VERB` and `--version` as people type them. */
function withoutAliases(argv: readonly string[]): string[] {
  const [first, ...rest] = argv;
  if (first === 'help') return [...rest, '--help'];
  return first === '--version' ? ['version', ...rest] : [...argv];
}

const verbs = commands.filter(({isHidden}) => isHidden !== true).map(({name}) => name);

const outputOf = (global: GlobalOptions, {stdout, stderr}: Streams) => createOutput(stdout, stderr, global);
