import {EXIT, type ExitCode} from '../src/cli/exit-codes.ts';

/** What a script may conclude from the end of a command; one line for every code there is. */
const MEANINGS: Record<keyof typeof EXIT, string> = {
  done: 'done, or nothing to do',
  failed: 'failed; what was committed stays, and `crossfade resume` goes on from there',
  usage: 'wrong flags or an invalid plan; also an answer is needed and there is no terminal: the message names the flag',
  waitsForPeople: 'only people are missing, and a runner keeps the stream going; or `--leave` was given, and nobody does',
  noGo: 'a measured gate (of a run, when `--timeout` is over), a check, a comparison, or the tests of a trial are red; nothing was switched',
  heldByAnother: 'another runner holds the migration; the message says who, where and since when',
  calledOff: 'aborted, or the cutover attempt was called off: the source serves',
  unknown: 'it cannot be proven which side takes writes, or the record was altered: a person must look',
  interrupted: 'left after Ctrl-C or a hang-up; `crossfade resume` goes on',
  terminated: 'paused at a safe point because the process was asked to stop; `crossfade resume` goes on',
};

export const exitCodeRows = (): (readonly [string, string])[] =>
  Object.entries<ExitCode>(EXIT)
    .map(([name, code]) => [code, MEANINGS[name as keyof typeof EXIT]] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([code, meaning]) => [String(code), meaning] as const);
