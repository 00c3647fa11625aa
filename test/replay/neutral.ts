/** A journal without the names of the machine that recorded it, and chained anew by the code that is being recorded. */
import {hostname, userInfo} from 'node:os';
import {fileURLToPath} from 'node:url';
import {expect} from 'vitest';
import {sealEntry, verifyChain} from '../../src/journal/chain.ts';
import type {Entry, JournalFact} from '../../src/journal/journal.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** `folder` is the story's own, `secrets` what must not be found anywhere. */
export function neutral(migration: string, entries: readonly Entry[], folder: string, secrets: readonly string[]): Entry[] {
  expect(verifyChain(migration, entries), 'the journal as it was written').toEqual([]);
  const names = namesOf(folder);
  // Entries name others by their hashes, so each takes part in the renaming of those after it.
  const hashes = new Map<string, string>();
  const sealed: Entry[] = [];
  for (const entry of entries) {
    const fact = renamed(
      entry.fact,
      (text) => hashes.get(text) ?? names.reduce((now, [name, neutral]) => now.replaceAll(name, neutral), text),
    );
    const last = sealEntry(migration, sealed.at(-1), new Date(entry.at), fact);
    hashes.set(entry.hash, last.hash);
    sealed.push(last);
  }
  expectNothingOf(sealed, [...secrets, '/tmp/', 'password']);
  return sealed;
}

const namesOf = (folder: string): readonly (readonly [string | RegExp, string])[] => [
  [folder, '/srv/shop'],
  [PROJECT, '/opt/crossfade/'],
  [new RegExp(`\\b${hostname()}\\b`, 'g'), 'db-admin'],
  [new RegExp(`\\b${userInfo().username} \\(uid ${userInfo().uid}\\)`, 'g'), 'ann (uid 1000)'],
];

const renamed = (fact: JournalFact, rename: (text: string) => string): JournalFact =>
  JSON.parse(JSON.stringify(fact), (_key, value: unknown) => (typeof value === 'string' ? rename(value) : value)) as JournalFact;

function expectNothingOf(entries: readonly Entry[], words: readonly string[]): void {
  const lines = entries.map((entry) => JSON.stringify(entry));
  expect(lines.filter((line) => words.some((word) => line.includes(word)))).toEqual([]);
}
