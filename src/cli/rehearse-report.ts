/** `--report FILE` of a rehearsal: the page that `crossfade report` makes of a run, while the journal is still there. */
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import {TerminalError} from '../model/errors.ts';
import {textOf, type Invocation} from './command.ts';
import {isThere, writeNewFile} from './new-file.ts';
import type {OwnJournal} from './own-journal.ts';
import {reportNow} from './report.ts';

/** Throws CF-USAGE-001 before anything is begun. */
export function requireNewReport({options, global}: Invocation): void {
  const file = textOf(options['report']);
  if (file === undefined || global.yes || !isThere(file)) return;
  throw new TerminalError(`${file} is there already`, {
    code: 'CF-USAGE-001',
    next: 'give --yes to replace it, or another file with --report',
  });
}

export async function writeRehearsalReport(
  {id, journal}: OwnJournal,
  record: RehearsalRecord,
  {options, output}: Invocation,
): Promise<void> {
  const file = textOf(options['report']);
  if (file === undefined) return;
  const {pageOf} = await import('../report/html/page.ts');
  await writeNewFile(file, pageOf(await reportNow({id, entries: await journal.entries()}, record)), true);
  output.say(`the report of the rehearsal is in ${file}: open it in a browser, print it, hand it on`);
}
