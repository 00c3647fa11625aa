/**
 * A recording of what a source writes: its transactions with their times, tables, kinds of change and keys, and values that are
 * disguised as those of a clone made with the same key, so that it can be played against that clone. Written as lines of JSON:
 * a head, and one line for each transaction.
 */
import {createHash} from 'node:crypto';
import type {RecordedTransaction} from '../engine/engine.ts';
import type {Change, Key, Row} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, rowOfKey, type Table} from '../model/table.ts';
import {disguiseRows} from './disguise.ts';
import {KeyedCipher} from './keyed-cipher.ts';
import {refuseReadable} from './make-clone.ts';
import type {ChosenDisguise, TableDisguise} from './rehearsal.ts';
import {TellingTexts} from './telling-texts.ts';

export type RecordingHead = {
  readonly format: 'crossfade-recording';
  readonly version: 1;
  readonly plan: string;
  /** RFC 3339 UTC. */
  readonly recordedAt: string;
  readonly lastedMs: number;
  readonly transactions: number;
  /** Whether a key is that of the recording; it is long, and made by chance. */
  readonly keyDigest: string;
  /** Of the rules for all columns: with other ones the clone would have other values. */
  readonly rulesDigest: string;
};

/** `atMs`: since the first one. */
export type TimedTransaction = {readonly atMs: number; readonly changes: readonly Change[]};
export type Recording = {readonly head: RecordingHead; readonly transactions: readonly TimedTransaction[]};

/** What fits into memory beside everything else; a recording that has grown so large ends there. */
export const RECORDING_BYTES_MAX = 64 * 1024 * 1024;

export type RecordRequest = {
  readonly changes: AsyncIterable<RecordedTransaction>;
  readonly tables: readonly TableDisguise[];
  readonly key: string;
};

/** Throws CF-REHEARSE-004 when a text that was disguised in one column is readable in another. `isFull`: it ended before its time. */
export async function recordChanges({changes, tables, key}: RecordRequest) {
  const [cipher, telling] = [new KeyedCipher(key), new TellingTexts()];
  const disguises = tables.map(withoutShuffle);
  const byName = new Map(disguises.map((one) => [nameOf(one.table.name), one]));
  const transactions: TimedTransaction[] = [];
  let [bytes, first] = [0, 0];
  for await (const one of changes) {
    first ||= one.committedMs;
    const changed = one.changes.map((change) => disguisedChange(cipher, change, byName, telling));
    const transaction = {atMs: Math.max(0, one.committedMs - first), changes: changed};
    transactions.push(transaction);
    bytes += JSON.stringify(transaction).length;
    if (bytes > RECORDING_BYTES_MAX) break;
  }
  await refuseReadable(rowsOf(transactions), disguises, telling.texts);
  return {transactions, lookedFor: telling.texts.length, isFull: bytes > RECORDING_BYTES_MAX};
}

/** There are no other rows at hand to exchange values with. */
const withoutShuffle = ({table, columns}: TableDisguise): TableDisguise => ({
  table,
  columns: new Map(
    [...columns].map(([name, one]): [string, ChosenDisguise] => [
      name,
      one.disguise.kind === 'shuffle' ? {...one, disguise: {kind: 'fake'}} : one,
    ]),
  ),
});

function disguisedChange(cipher: KeyedCipher, change: Change, known: ReadonlyMap<string, TableDisguise>, telling: TellingTexts): Change {
  const one = change.kind === 'truncate' ? undefined : known.get(nameOf(change.table));
  if (!one || change.kind === 'truncate' || change.kind === 'reread') throw new Error('a recording has rows of its tables only');
  const row = (was: Row): Row => {
    telling.add(one, [was]);
    return disguiseRows(cipher, one, [was])[0] ?? {};
  };
  const keyIn = (was: Key): Key => {
    const found = row(rowOfKey(one.table, was));
    return one.table.key.map((name) => found[name] ?? null);
  };
  const key = keyIn(change.key);
  if (change.kind === 'delete') return {...change, key};
  if (change.kind === 'insert') return {...change, key, row: row(change.row)};
  const {oldKey, ...rest} = change;
  return {...rest, key, row: row(change.row), ...(oldKey ? {oldKey: keyIn(oldKey)} : {})};
}

const rowsOf = (transactions: readonly TimedTransaction[]) => ({
  async *rows({name, key}: Table): AsyncGenerator<readonly Row[]> {
    for (const {changes} of transactions)
      for (const change of changes)
        if (change.kind !== 'truncate' && nameOf(change.table) === nameOf(name))
          yield ['row' in change ? change.row : Object.fromEntries(key.map((column, i) => [column, change.key[i] ?? null]))];
  },
});

export const recordingText = ({head, transactions}: Recording): string =>
  [head, ...transactions].map((line) => `${JSON.stringify(line)}\n`).join('');

/** `key`: what stands beside the file. Throws CF-REHEARSE-009 for what is no whole recording of this version, or of another key. */
export function readRecording(text: string, key: string): Recording {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const head = parsed(first) as Partial<RecordingHead>;
  if (head.format !== 'crossfade-recording') throw unusable('it is no recording');
  if (head.version !== 1) throw unusable(`it is of version ${String(head.version)}, and this Crossfade reads version 1`);
  if (head.keyDigest !== digestOf(key)) throw unusable('the key beside it is that of another one');
  if (head.transactions !== lines.length) throw unusable('a part of it is missing');
  return {head: head as RecordingHead, transactions: lines.map((line) => parsed(line) as TimedTransaction)}; // whoever has its key has made it
}

/** Throws CF-REHEARSE-009 when a clone would be disguised otherwise by now. */
export function refuseOtherRules({head}: Recording, tables: readonly TableDisguise[]): void {
  if (head.rulesDigest !== rulesDigest(tables)) throw unusable('by now other columns are there, or they are disguised by other rules');
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export const rulesDigest = (tables: readonly TableDisguise[]): string =>
  digestOf(JSON.stringify(tables.flatMap(({columns}) => [...columns.values()])));

function parsed(line: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // told below
  }
  throw unusable('it is no recording');
}

const unusable = (why: string): TerminalError =>
  new TerminalError(`the recording cannot be used: ${why}`, {
    code: 'CF-REHEARSE-009',
    next: 'record again: crossfade rehearse PLAN --record FILE',
  });
