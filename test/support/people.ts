/** People with keys, and journals in which they have approved. */
import type {KeyObject} from 'node:crypto';
import {sealEntry} from '../../src/journal/chain.ts';
import {evidenceDigest, evidenceIn} from '../../src/journal/evidence.ts';
import {type ApproveFact, statementOf} from '../../src/journal/genuine.ts';
import type {Entry, JournalFact} from '../../src/journal/journal.ts';
import {runState} from '../../src/journal/run-state.ts';
import {newPrivateKey, publicKeyText, signed} from '../../src/journal/signature.ts';
import type {Person, Role} from '../../src/model/person.ts';
import {created, START_MS} from './journal-facts.ts';

export type Keyed = Person & {readonly secret: KeyObject};

export const keyed = (name: string, role: Role = 'approve', ...accounts: readonly string[]): Keyed => {
  const secret = newPrivateKey();
  return {name, role, accounts, key: publicKeyText(secret), secret};
};

/** The first entry of a run whose plan knows these. */
export const createdWith = (...people: readonly Keyed[]): JournalFact => ({
  ...created,
  plan: {
    cutover: {start: 'manual'},
    approval: {quorum: 1, people: people.map(({name, key, role, accounts}) => ({name, key, role, accounts}))},
  },
});

const nextAt = (entries: readonly Entry[]): Date => new Date(START_MS + entries.length * 60_000);

/** What one of them signs who has seen all of these. */
export const approvedBy = ({name, secret}: Keyed, entries: readonly Entry[], at = nextAt(entries)): ApproveFact => {
  const last = entries.at(-1);
  const who = {by: name, at: at.toISOString(), head: {seq: last?.seq ?? 0, hash: last?.hash ?? ''}};
  const {checksum} = runState(entries).plan;
  const bare = {type: 'approve', gate: 'approval', planChecksum: checksum, evidence: evidenceDigest(evidenceIn(entries))} as const;
  const actor = {kind: 'person', name, authenticated: true, account: 'deploy (uid 7)'} as const;
  const open: ApproveFact = {type: 'signal', signal: {...bare, signed: {...who, signature: ''}}, actor, reason: 'looked'};
  return {...open, signal: {...bare, signed: {...who, signature: signed(statementOf(open), secret)}}};
};

/** The journal with one more entry, a minute later. */
export const and = (entries: readonly Entry[], ...facts: readonly JournalFact[]): Entry[] =>
  facts.reduce<Entry[]>((all, fact) => [...all, sealEntry('m1', all.at(-1), nextAt(all), fact)], [...entries]);
