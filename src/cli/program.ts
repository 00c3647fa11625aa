/** The command line as commander sees it: global flags at the root, and each verb filled in only when it is used. */
import {Command} from 'commander';
import type {GlobalOptions} from './command.ts';
import {textOf} from './command.ts';
import type {CommandEntry} from './commands.ts';
import type {Sink} from './output.ts';

/** `use` is awaited with the verb's own command before that one is parsed. */
export function createProgram(
  entries: readonly CommandEntry[],
  stdout: Sink,
  use: (entry: CommandEntry, command: Command) => Promise<void>,
): Command {
  const program = withGlobalFlags(new Command('crossfade'))
    .description('Zero-downtime database migrations: one plan, one command, no acknowledged write lost, and a way back.')
    .usage('[flags] VERB ...')
    .helpCommand(false)
    .helpOption('-h, --help', 'show help, of a verb when one is given')
    .showSuggestionAfterError(true)
    .configureHelp({showGlobalOptions: true})
    .configureOutput({writeOut: (text) => void stdout.write(text), writeErr: () => {}})
    .exitOverride();
  for (const {name, summary, isHidden = false} of entries) {
    program
      .command(name, {hidden: isHidden})
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`);
  }
  return program.hook('preSubcommand', async (_, command) => {
    const entry = entries.find(({name}) => name === command.name());
    if (entry) await use(entry, command);
  });
}

function withGlobalFlags(program: Command): Command {
  return program
    .option('--json', 'answer with JSON on stdout: one document, or one a line when streaming')
    .option('-q, --quiet', 'only the answer, no words beside it')
    .option('-v, --verbose', 'more words, and debug in the log')
    .option('--log-file <path>', 'a runner writes its log there: one JSON object a line')
    .option('--log-level <level>', 'debug, info, warn, error or silent; CROSSFADE_LOG_LEVEL, else info')
    .option('--no-color', 'no colour')
    .option('--state <where>', 'where journals are kept: a folder, or postgres://…')
    .option('--no-input', 'never ask; fail when an answer is needed')
    .option('-y, --yes', 'answer yes to moderate questions')
    .option('--reason <text>', 'why; stored with an approval, a rejection or an abort')
    .option('--confirm <name>', "the plan's name, for cutover, reverse and complete")
    .option('--debug', 'stacks of errors');
}

export const globalOptions = (options: Readonly<Record<string, unknown>>): GlobalOptions => ({
  json: options['json'] === true,
  quiet: options['quiet'] === true,
  verbose: options['verbose'] === true,
  logFile: textOf(options['logFile']),
  logLevel: textOf(options['logLevel']) ?? (process.env['CROSSFADE_LOG_LEVEL'] || undefined),
  color: options['color'] !== false,
  state: textOf(options['state']),
  input: options['input'] !== false && !process.env['CROSSFADE_NO_INPUT'],
  yes: options['yes'] === true,
  reason: textOf(options['reason'])?.trim() || undefined,
  confirm: textOf(options['confirm']),
  debug: options['debug'] === true,
});
