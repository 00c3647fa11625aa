/**
 * Data goes to stdout, words to stderr. With `--json` stdout carries one document, or one a line when streaming; that
 * form is an interface and the words are not. Nothing else in the command line writes to a stream.
 */
import {createColors} from 'picocolors';

export interface Output {
  readonly isJson: boolean;
  /** For stdout's text; plain when stdout is no terminal. */
  readonly paint: Paint;
  /** A line of the answer itself. */
  data(line: string): void;
  /** The answer as JSON, `schemaVersion` first. */
  document(content: Readonly<Record<string, unknown>>): void;
  /** Words beside the answer; silent with `--quiet`. */
  say(line: string): void;
  /** Words for `--verbose`. */
  detail(line: string): void;
  /** Words that not even `--quiet` hides: refusals and questions. */
  insist(line: string): void;
  /** The reader is gone (`| head`): whoever prints without end should stop. Nobody else has to care. */
  isUnread(): boolean;
}

export type Paint = ReturnType<typeof createColors>;

/** What the output needs of a stream. */
export type Sink = {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  readonly isTTY?: boolean | undefined;
};

export const SCHEMA_VERSION = 1;

export type OutputOptions = {readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean; readonly color: boolean};

export function createOutput(stdout: Sink, stderr: Sink, options: OutputOptions): Output {
  const words = (line: string) => void stderr.write(`${line}\n`);
  let isUnread = false;
  // A closed pipe or a full disk behind a log must not end a runner in the middle of its work.
  stdout.on('error', () => void (isUnread = true));
  stderr.on('error', () => {});
  return {
    isJson: options.json,
    paint: createColors(options.color && showsColor(stdout)),
    data: (line) => void stdout.write(`${line}\n`),
    document: (content) => void stdout.write(`${JSON.stringify({schemaVersion: SCHEMA_VERSION, ...content})}\n`),
    say: options.quiet ? () => {} : words,
    detail: options.verbose && !options.quiet ? words : () => {},
    insist: words,
    isUnread: () => isUnread,
  };
}

/** Rows under a head, columns aligned, for people. The package loads only when a table is printed. */
export async function table(head: readonly string[], rows: readonly (readonly string[])[]): Promise<string> {
  const {default: Table} = await import('cli-table3');
  const drawn = new Table({
    head: [...head],
    chars: NO_LINES,
    style: {head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2},
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString().replaceAll(/ +$/gm, '');
}

function showsColor(stream: Sink): boolean {
  const {NO_COLOR, CROSSFADE_NO_COLOR, FORCE_COLOR, TERM} = process.env;
  if (NO_COLOR || CROSSFADE_NO_COLOR) return false;
  return Boolean(FORCE_COLOR) || (stream.isTTY === true && TERM !== 'dumb');
}

const NO_LINES = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((name) => [name, '']),
);
