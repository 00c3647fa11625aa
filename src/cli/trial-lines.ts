/** What `trial` says of the target that it has made, and of the tests that were tried on it. */
import {textOf, type Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {extentWords} from './rehearse-lines.ts';
import type {Trial} from './trial.ts';
import {ADDRESS, type Tested} from './trial-tests.ts';

/** `tests`: absent, the target stays open for whoever has its address. */
export type Outcome = {readonly tests: Tested | undefined; readonly isEmptied: boolean};

/** The address is said by reference only. The exit code says whether the tests went well; their own is in the words. */
export function sayTrial({made, extent, standIn}: Trial, {tests, isEmptied}: Outcome, invocation: Invocation): ExitCode {
  const {options, output} = invocation;
  const target = textOf(options['targetClone']) ?? '';
  const next = isEmptied ? [] : [{command: dropCommand(invocation), why: 'it is emptied'}];
  const code = tests ? codeOf(tests) : EXIT.done;
  if (output.isJson) {
    output.document({
      target,
      clone: {extent: extentWords(extent), ...made, leftOut: made.leftOut.map(({object}) => object)},
      leftOut: standIn.leftOut,
      tests: tests ? {exitCode: tests.exitCode, signal: tests.signal} : null,
      isEmptied,
      next,
    });
    return code;
  }
  const rows = made.tables.reduce((sum, one) => sum + one.rows, 0);
  output.data(`${target}: the target as the plan leaves it, of ${extentWords(extent)}: ${made.tables.length} tables, ${rows} rows`);
  output.data(`readable in it: ${made.readable.length} columns; ${made.lookedFor} texts of the source were looked for, and none was found`);
  for (const part of standIn.leftOut) output.data(`not tried: ${part}`);
  if (tests) output.data(`the tests ended with ${tests.signal ?? `exit code ${tests.exitCode}`}`);
  for (const {command, why} of next) output.say(`Next: ${tests ? '' : `try it with the address in ${ADDRESS}, then `}${command} (${why})`);
  return code;
}

function codeOf({exitCode, asked}: Tested): ExitCode {
  if (asked !== undefined) return asked === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
  return exitCode === 0 ? EXIT.done : EXIT.noGo;
}

const dropCommand = ({args, options}: Invocation): string =>
  `crossfade trial ${String(args[0])} --source-clone ${textOf(options['sourceClone'])} --target-clone ${textOf(options['targetClone'])} --drop`;
