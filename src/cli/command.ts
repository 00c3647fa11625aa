/**
 * One verb of the command line: a file of this folder that exports `command`. Its file is loaded only when the verb is
 * used, so help and completion stay fast; what it needs of a run it loads in `run`.
 */
import type {Command} from 'commander';
import type {Actor} from '../journal/journal.ts';
import type {ExitCode} from './exit-codes.ts';
import type {Output} from './output.ts';
import type {Prompt} from './prompt.ts';

export interface CommandModule {
  /** Adds its arguments and own options; name, summary and global flags are there already. */
  configure(command: Command): void;
  /** Answers with the exit code. An error of `model/errors.ts` is printed as a refusal, with the code that belongs to it. */
  run(invocation: Invocation): Promise<ExitCode>;
}

export type Invocation = {
  /** The arguments as `configure` declared them; undefined for an optional one that is absent. */
  readonly args: readonly unknown[];
  /** The command's own options, by their long name in camel case. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly global: GlobalOptions;
  readonly output: Output;
  readonly prompt: Prompt;
  /** What `-` in the place of a file means. */
  readonly stdin: NodeJS.ReadableStream;
  /** Who types it: the account of this process, or somebody for whom it asks. */
  readonly person: Actor;
};

/** Same meaning everywhere; they may stand before and after the verb. */
export type GlobalOptions = {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly logFile: string | undefined;
  /** As it was written. */
  readonly logLevel: string | undefined;
  readonly color: boolean;
  /** A folder or `postgres://…`; absent, the default of `openStateStore`. */
  readonly state: string | undefined;
  /** False: never ask. */
  readonly input: boolean;
  readonly yes: boolean;
  readonly reason: string | undefined;
  /** The plan's name, typed in advance. */
  readonly confirm: string | undefined;
  readonly debug: boolean;
};

/** A text argument or option, or undefined when it was not given. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
