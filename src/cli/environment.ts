/** `--env NAME`: the environment of the project whose databases stand for those of the plan. */
import type {Command} from 'commander';
import {TerminalError} from '../model/errors.ts';
import {type Environment, readEnvironment} from '../plan/project-file.ts';
import {textOf, type Invocation} from './command.ts';

export const withEnvironmentFlags = (command: Command): Command =>
  command
    .option('--env <name>', 'go on the databases of this environment of crossfade.yaml, such as staging, instead of clones')
    .option('-c, --config <file>', 'the file that says so; crossfade.yaml in this folder or above unless given (CROSSFADE_CONFIG)');

/** What is for clones only. */
const OF_CLONES = {
  sourceClone: '--source-clone',
  targetClone: '--target-clone',
  sample: '--sample',
  record: '--record',
  replay: '--replay',
} as const;

/** Undefined: on clones. */
export async function environmentAsked({options}: Invocation): Promise<Environment | undefined> {
  const name = textOf(options['env']);
  if (name === undefined) return undefined;
  for (const [option, flag] of Object.entries(OF_CLONES))
    if (options[option] !== undefined)
      throw new TerminalError(`--env goes on databases that are there, and ${flag} goes with clones`, {
        code: 'CF-USAGE-001',
        next: `leave out ${flag} or --env`,
      });
  return readEnvironment(name, textOf(options['config']) ?? (process.env['CROSSFADE_CONFIG'] || undefined), process.cwd());
}
