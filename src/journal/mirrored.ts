/**
 * The copies of a journal that both databases keep, so that a lost or an old one shows and can be rebuilt. A copy is
 * always the beginning of the journal: entries come in order, and the newest may still be on their way.
 */
import {TerminalError} from '../model/errors.ts';
import {verifyChain} from './chain.ts';
import type {ChainFault, Entry} from './journal.ts';

/** As a database keeps it; `body` is the entry's JSON, `history` names that of the server when the entry came. */
export type MirroredRow = {readonly seq: number; readonly hash: string; readonly body: string; readonly history?: string};

export const mirroredForm = (entry: Entry): MirroredRow => ({seq: entry.seq, hash: entry.hash, body: JSON.stringify(entry)});

/** A copy with what is wrong with it by itself; entries that cannot be read are left out, and are a fault. */
export type MirroredCopy = {readonly entries: readonly Entry[]; readonly faults: readonly ChainFault[]};

export const readMirrored = (migration: string, rows: readonly MirroredRow[]): MirroredCopy => {
  const read = rows.map((row) => ({row, entry: entryOf(row)}));
  const entries = read.flatMap(({entry}) => entry ?? []);
  const unreadable = read.flatMap(({row, entry}): ChainFault[] =>
    entry ? [] : [{seq: row.seq, what: 'changed', detail: `entry ${row.seq} is not what was written`}],
  );
  return {entries, faults: unreadable.length ? unreadable : verifyChain(migration, entries)};
};

/** What a runner writes only when both sides have all before it. */
const FLUSHED: ReadonlySet<string> = new Set(['runner-started', 'phase-started', 'gates-passed', 'phase-ended']);

/**
 * What a side must have had and has not: entries of a journal after the newest that its copy holds. Of those that are
 * flushed one at most can be on its way. After a promotion nothing may be missing that an act of ours has left behind,
 * because what the act did may be missing with it.
 */
export const lostAfter = (missing: readonly Entry[], wasPromoted: boolean): Entry | undefined => {
  const [first, second] = missing.filter(({fact}) => FLUSHED.has(fact.type));
  if (first && second) return first;
  return wasPromoted ? missing.find(({fact}) => fact.type === 'step-outcome' || FLUSHED.has(fact.type)) : undefined;
};

/** Where two records part: the first number at which they hold different entries. */
export const forkOf = (one: readonly Entry[], other: readonly Entry[]): number | undefined =>
  one.find((entry, index) => other[index] !== undefined && other[index].hash !== entry.hash)?.seq;

/** What a journal lacks of a record whose beginning it is. */
export const missingAfter = (here: readonly Entry[], record: readonly Entry[]): readonly Entry[] => {
  const fork = forkOf(here, record);
  if (fork === undefined && here.length <= record.length) return record.slice(here.length);
  throw new TerminalError(
    `the journal that is here goes another way from entry ${fork ?? record.length + 1} on, and nothing written is ever changed`,
    {code: 'CF-STATE-002', next: 'move this state to another place and keep it; then: crossfade adopt PLAN'},
  );
};

/** The edge: a text becomes an entry. What it carries must be what the row says of it; the chain's hashes judge the rest. */
const entryOf = ({seq, hash, body}: MirroredRow): Entry | undefined => {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || !('seq' in value) || !('hash' in value) || !('fact' in value)) return undefined;
  return value.seq === seq && value.hash === hash && isFact(value.fact) ? (value as Entry) : undefined;
};

const isFact = (fact: unknown): boolean => typeof fact === 'object' && fact !== null && 'type' in fact && typeof fact.type === 'string';

/** Whoever altered the row need not have left JSON there. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
