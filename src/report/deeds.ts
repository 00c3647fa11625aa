/** Who did what: each request of a person, and what became of it. */
import {signatureFaults} from '../journal/genuine.ts';
import type {Actor, Entry} from '../journal/journal.ts';
import {overridesOf} from '../journal/overridden.ts';
import {isOf, recorded} from '../journal/recorded.ts';
import {signalWords} from '../journal/signal-words.ts';
import {type Fate, fatesOf} from './fates.ts';

export type Deed = {
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  /** What it says is what that person has signed. False for the user of a machine, whom nobody has asked for a proof. */
  readonly authenticated: boolean;
  /** The last entry that the person had seen, and a digest of the evidence: both are part of what was signed. */
  readonly signed: {readonly head: number; readonly evidence: string | null} | null;
  /** Why the claim that stands in the journal is not believed. */
  readonly doubt: string | null;
  /** Of an approval. */
  readonly became: Fate | null;
  readonly what: string;
  readonly reason: string | null;
  /** It came at a moment when it must not count. */
  readonly refused: {readonly code: string; readonly reason: string} | null;
  /** The code of what stood against it, or the gate. */
  readonly override: string | null;
};

export function deedsOf(entries: readonly Entry[]): readonly Deed[] {
  const refusals = new Map(recorded(entries, 'signal-refused').map(({fact}) => [fact.seq, {code: fact.code, reason: fact.reason}]));
  const doubts = new Map(signatureFaults(entries).map(({seq, detail}) => [seq, detail]));
  const fates = fatesOf(entries);
  const overrides = new Map(overridesOf(entries).map(({seq, against}) => [seq, against]));
  return entries.flatMap((entry) => {
    const deed = deedOf(entry);
    if (!deed) return [];
    const [signed, doubt] = [signatureOf(entry), doubts.get(entry.seq) ?? null];
    const proof = {authenticated: signed !== null && doubt === null, signed, doubt, became: fates.get(entry.seq) ?? null};
    return [{...deed, ...proof, override: overrides.get(entry.seq) ?? null, refused: refusals.get(entry.seq) ?? null}];
  });
}

const signatureOf = (entry: Entry): Deed['signed'] => {
  if (!isOf(entry, 'signal') || entry.fact.signal.type !== 'approve' || !entry.fact.signal.signed) return null;
  const {signed, evidence} = entry.fact.signal;
  return {head: signed.head.seq, evidence: evidence ?? null};
};

type Told = Pick<Deed, 'seq' | 'at' | 'who' | 'what' | 'reason'>;

function deedOf(entry: Entry): Told | undefined {
  if (isOf(entry, 'signal')) return deed(entry, entry.fact.actor, signalWords(entry.fact.signal), entry.fact.reason);
  if (isOf(entry, 'plan-amended')) return deed(entry, entry.fact.actor, `amend the plan: ${entry.fact.diff}`, entry.fact.reason);
  if (isOf(entry, 'adopted')) return deed(entry, entry.fact.actor, 'adopt the run', entry.fact.reason);
  if (isOf(entry, 'unlocked')) {
    const {actor, holder, reason} = entry.fact;
    return deed(entry, actor, `unlock: end ${holder}`, reason);
  }
  return undefined;
}

const deed = (entry: Entry, actor: Actor | undefined, what: string, reason: string | undefined): Told => ({
  seq: entry.seq,
  at: entry.at,
  who: actor?.name ?? 'not recorded',
  what,
  reason: reason ?? null,
});
