/** `rehearse --record FILE`: what the source writes, disguised, for a load that is played later. Its key lies in FILE.key, and whoever has no key cannot play it. */
import {readFile} from 'node:fs/promises';
import {bytes, duration} from '../model/amounts.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import {replayingOf} from '../rehearsal/make-clone.ts';
import {
  digestOf,
  readRecording,
  recordChanges,
  type Recording,
  recordingText,
  refuseOtherRules,
  rulesDigest,
} from '../rehearsal/recording.ts';
import type {Cloned} from './clones.ts';
import {textOf, type Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {isThere, writeSecretFile} from './new-file.ts';
import {measureMs} from './rehearse-rate.ts';

const keyFileOf = (file: string): string => `${file}.key`;

export async function record({originals, choice, effects, pinned, key}: Cloned, file: string, invocation: Invocation): Promise<ExitCode> {
  const {output, options} = invocation;
  for (const one of [file, keyFileOf(file)])
    if (isThere(one)) throw new TerminalError(`${one} is there already`, {code: 'CF-USAGE-001', next: 'name another file'});
  const lastsMs = measureMs(options);
  output.say(`recording what the source writes, for ${duration(lastsMs)} …`);
  const [over, recordedAt, beganMs] = [new AbortController(), effects.clock.now(), effects.clock.monotonicMs()];
  void effects.clock.sleep(lastsMs, over.signal).then(() => over.abort());
  const tables = choice.tables.map(({table}) => table);
  const changes = replayingOf(originals.source).record(tables, over.signal);
  const found = await recordChanges({changes, tables: choice.tables, key}).finally(() => over.abort());
  const head = {
    ...({format: 'crossfade-recording', version: 1} as const),
    ...{plan: pinned.plan.name, recordedAt: recordedAt.toISOString(), lastedMs: Math.round(effects.clock.monotonicMs() - beganMs)},
    ...{transactions: found.transactions.length, keyDigest: digestOf(key), rulesDigest: rulesDigest(choice.tables)},
  };
  const recording: Recording = {head, transactions: found.transactions};
  const text = recordingText(recording);
  await writeSecretFile(keyFileOf(file), `${key}\n`);
  await writeSecretFile(file, text);
  sayRecording(recording, {file, size: Buffer.byteLength(text), ...found}, invocation);
  return EXIT.done;
}

type Written = {readonly file: string; readonly size: number; readonly lookedFor: number; readonly isFull: boolean};

function sayRecording({head, transactions}: Recording, {file, size, lookedFor, isFull}: Written, {args, output}: Invocation): void {
  const changes = new Map<string, number>();
  for (const change of transactions.flatMap((one) => one.changes))
    if ('table' in change) changes.set(nameOf(change.table), (changes.get(nameOf(change.table)) ?? 0) + 1);
  const next = {command: `crossfade rehearse ${String(args[0])} --replay ${file}`, why: 'it is the load of a rehearsal on clones'};
  if (output.isJson)
    return output.document({file, bytes: size, head, changes: Object.fromEntries(changes), lookedFor, isFull, next: [next]});
  output.data(
    `${file}: ${transactions.length} transactions in ${duration(head.lastedMs)}, ${bytes(size)}${isFull ? '; it ended there, being full' : ''}`,
  );
  for (const [table, count] of changes) output.data(`${table}: ${count} changes`);
  output.data(`${lookedFor} texts of the source were looked for in it, and none was found`);
  output.say(
    `its key is in ${keyFileOf(file)}: whoever has both can find out whether a value was there. Remove both when they are not needed any more`,
  );
  output.say(`Next: ${next.command} (${next.why})`);
}

export type AskedReplay = {readonly recording: Recording; readonly key: string};

/** Undefined: the writes are made up. */
export async function askedReplay({options}: Invocation, {choice}: Cloned): Promise<AskedReplay | undefined> {
  const file = textOf(options['replay']);
  if (file === undefined) return undefined;
  if (options['rate'] !== undefined)
    throw new TerminalError('--rate is for writes that are made up, and --replay has a pace of its own', {
      code: 'CF-USAGE-001',
      next: 'leave out one of the two',
    });
  const key = (await textIn(keyFileOf(file))).trimEnd();
  const recording = readRecording(await textIn(file), key);
  refuseOtherRules(recording, choice.tables);
  return {recording, key};
}

const textIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TerminalError(`${file} cannot be read`, {
      code: 'CF-REHEARSE-009',
      next: 'name a file of crossfade rehearse PLAN --record FILE, with its key beside it',
      cause,
    });
  });
