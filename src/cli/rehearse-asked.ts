/** What is asked of a rehearsal, wherever it goes: found out before anything is begun. */
import {TerminalError} from '../model/errors.ts';
import type {RehearsalRecord} from '../model/rehearsal-record.ts';
import type {Plan} from '../plan/plan.ts';
import {keyIn} from './approver.ts';
import {textOf, type Invocation} from './command.ts';
import {isThere, writeNewFile} from './new-file.ts';
import {requireNewReport} from './rehearse-report.ts';
import {sayRecord} from './rehearse-lines.ts';
import {askedRate, type AskedRate} from './rehearse-rate.ts';
import {type Signer, signerOf} from './rehearse-signer.ts';

export type AskedRehearsal = {
  /** Of the record. */
  readonly file: string;
  readonly rate: AskedRate;
  readonly signer: Signer | undefined;
  /** What it went on stays as the run left it. */
  readonly keep: boolean;
};

export async function askedRehearsal(plan: Plan, invocation: Invocation): Promise<AskedRehearsal> {
  const {options, global} = invocation;
  const rate = askedRate(options);
  const file = textOf(options['out']) ?? `${plan.name}.rehearsal.json`;
  if (isThere(file) && !global.yes)
    throw new TerminalError(`${file} is there already`, {
      code: 'CF-USAGE-001',
      next: 'give --yes to replace it, or another file with --out',
    });
  requireNewReport(invocation, file);
  return {file, rate, signer: signerOf(plan, await keyIn(options)), keep: options['keep'] === true};
}

export async function writeRecord(record: RehearsalRecord, {file}: AskedRehearsal, invocation: Invocation): Promise<void> {
  await writeNewFile(file, `${JSON.stringify(record, null, 2)}\n`, true);
  sayRecord(record, file, invocation);
}
