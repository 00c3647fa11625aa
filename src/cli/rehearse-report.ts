/** `--report FILE` of a rehearsal: the page that `crossfade report` makes of a run, while the journal is still there. */
import {dirname, resolve} from 'node:path';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import {textOf, type Invocation} from './command.ts';
import {isThere, writeNewFile} from './new-file.ts';
import type {OwnJournal} from './own-journal.ts';
import {reportNow} from './report.ts';

/** Throws CF-USAGE-001 before anything is begun. `recordFile`: where the record goes. */
export function requireNewReport({options, global}: Invocation, recordFile: string): void {
  const file = textOf(options['report']);
  if (file === undefined) return;
  if (resolve(file) === resolve(recordFile)) throw unusable(`${file} is where the record goes`, 'give another file with --report');
  if (!isThere(dirname(resolve(file))))
    throw unusable(`there is no folder ${dirname(file)}`, 'make it, or give another file with --report');
  if (!global.yes && isThere(file)) throw unusable(`${file} is there already`, 'give --yes to replace it, or another file with --report');
}

const unusable = (what: string, next: string): TerminalError => new TerminalError(what, {code: 'CF-USAGE-001', next});

/** A page that cannot be made or written is said, and costs the rehearsal nothing: its record is what counts. */
export async function writeRehearsalReport(
  {id, journal}: OwnJournal,
  record: RehearsalRecord,
  {options, output}: Invocation,
): Promise<void> {
  const file = textOf(options['report']);
  if (file === undefined) return;
  try {
    const {pageOf} = await import('../report/html/page.ts');
    await writeNewFile(file, pageOf(await reportNow({id, entries: await journal.entries()}, record)), true);
    output.say(`the report of the rehearsal is in ${file}: open it in a browser, print it, hand it on`);
  } catch (error) {
    output.insist(`there is no report of the rehearsal: ${errorText(error)}`);
  }
}
