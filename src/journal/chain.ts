import {hash} from 'node:crypto';
import serialize from 'canonicalize';
import {assert} from '../model/assert.ts';
import type {ChainFault, Entry, JournalFact} from './journal.ts';

/** `previous` of the first entry. */
export const CHAIN_START = '0'.repeat(64);

/** A head digest as the databases keep it (`Control.mirrored`). */
export type MirroredHead = {readonly seq: number; readonly hash: string};

/** The entry that follows `last`. Called by the stores only, while no other writer of the migration can be at work. */
export function sealEntry(migration: string, last: Pick<Entry, 'seq' | 'hash'> | undefined, at: Date, fact: JournalFact): Entry {
  const open = {seq: (last?.seq ?? 0) + 1, at: at.toISOString(), fact: recordedForm(fact), previous: last?.hash ?? CHAIN_START};
  return {...open, hash: entryHash(migration, open)};
}

/** SHA-256 over the RFC 8785 form, so that neither key order nor white space of the stored text matters. */
export function entryHash(migration: string, {seq, at, fact, previous}: Omit<Entry, 'hash'>): string {
  const text = serialize({migration, seq, at, fact, previous});
  assert(text !== undefined, 'an entry has a canonical form');
  return hash('sha256', text, 'hex');
}

/**
 * What is wrong with a chain; empty when nothing is. Entries in the order the store gave them. The chain alone cannot
 * show that its tail was cut off, or that everything from some entry on was written again: only the digests mirrored
 * in the databases do.
 */
export function verifyChain(migration: string, entries: readonly Entry[], mirrored: readonly MirroredHead[] = []): ChainFault[] {
  const links = entries.flatMap((entry, index) => [
    ...orderFaults(entry, entries[index - 1]),
    ...contentFaults(migration, entry, entries),
    ...linkFaults(migration, entry, entries[index - 1], entries),
  ]);
  return [...links, ...headFaults(entries, mirrored)];
}

function orderFaults(entry: Entry, before: Entry | undefined): ChainFault[] {
  const expected = (before?.seq ?? 0) + 1;
  if (entry.seq === expected) return [];
  if (entry.seq < expected) return [{seq: entry.seq, what: 'reordered', detail: `entry ${entry.seq} stands after entry ${expected - 1}`}];
  const gap = entry.seq - expected === 1 ? `entry ${expected}` : `entries ${expected} to ${entry.seq - 1}`;
  return [{seq: expected, what: 'missing', detail: `${gap} not there`}];
}

function contentFaults(migration: string, entry: Entry, entries: readonly Entry[]): ChainFault[] {
  if (entryHash(migration, entry) === entry.hash) return [];
  const home = entries.find(({seq}) => entryHash(migration, {...entry, seq}) === entry.hash);
  if (home !== undefined) return [{seq: entry.seq, what: 'reordered', detail: `entry ${entry.seq} was written as entry ${home.seq}`}];
  return [{seq: entry.seq, what: 'changed', detail: `entry ${entry.seq} does not have the hash it carries`}];
}

/** An entry whose content and hash were changed together: the next one still names the old hash. */
function linkFaults(migration: string, entry: Entry, before: Entry | undefined, entries: readonly Entry[]): ChainFault[] {
  if (entry.seq !== (before?.seq ?? 0) + 1) return [];
  const follows = before === undefined ? [CHAIN_START] : [before.hash, entryHash(migration, before)];
  if (follows.includes(entry.previous)) return [];
  const moved = entries.some(({seq, hash: other}) => other === entry.previous && seq !== entry.seq - 1);
  if (moved) return [{seq: entry.seq, what: 'reordered', detail: `entry ${entry.seq} was written after another entry`}];
  return [
    {seq: entry.seq, what: 'changed', detail: `entry ${entry.seq} does not follow entry ${entry.seq - 1}: one of the two was changed`},
  ];
}

/** Where a database's copy is not this journal's beginning. */
export function headFaults(entries: readonly Entry[], mirrored: readonly MirroredHead[]): ChainFault[] {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  return mirrored.flatMap(({seq, hash: head}): ChainFault[] => {
    const entry = bySeq.get(seq);
    if (entry === undefined) return [{seq, what: 'missing', detail: `the databases know entry ${seq}, this journal does not`}];
    if (entry.hash === head) return [];
    return [{seq, what: 'unknown-head', detail: `entry ${seq} is not the one whose digest the databases keep`}];
  });
}

/** What will be read back: plain JSON. A text that is not well-formed Unicode has no RFC 8785 form, so it is mended. */
function recordedForm(fact: JournalFact): JournalFact {
  return JSON.parse(JSON.stringify(fact), (_key, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed() : value,
  ) as JournalFact;
}
