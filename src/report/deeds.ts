/** Who did what: each request of a person, and what became of it. */
import type {Actor, Entry} from '../journal/journal.ts';
import {isOf, recorded} from '../journal/recorded.ts';
import {signalWords} from '../journal/signal-words.ts';

export type Deed = {
  readonly seq: number;
  readonly at: string;
  readonly who: string;
  /** False for the user of a machine, whom nobody has asked for a proof. */
  readonly authenticated: boolean;
  readonly what: string;
  readonly reason: string | null;
  /** It came at a moment when it must not count. */
  readonly refused: {readonly code: string; readonly reason: string} | null;
  /** The code of what stood against it. */
  readonly override: string | null;
};

export function deedsOf(entries: readonly Entry[]): readonly Deed[] {
  const refusals = new Map(recorded(entries, 'signal-refused').map(({fact}) => [fact.seq, {code: fact.code, reason: fact.reason}]));
  return entries.flatMap((entry) => {
    const deed = deedOf(entry);
    return deed ? [{...deed, refused: refusals.get(entry.seq) ?? null}] : [];
  });
}

function deedOf(entry: Entry): Omit<Deed, 'refused'> | undefined {
  if (isOf(entry, 'signal')) return deed(entry, entry.fact.actor, signalWords(entry.fact.signal), entry.fact.reason);
  if (isOf(entry, 'plan-amended')) return deed(entry, entry.fact.actor, `amend the plan: ${entry.fact.diff}`, entry.fact.reason);
  if (isOf(entry, 'adopted')) return deed(entry, entry.fact.actor, 'adopt the run', entry.fact.reason);
  if (isOf(entry, 'unlocked')) {
    const {actor, holder, reason, override} = entry.fact;
    return deed(entry, actor, `unlock: end ${holder}`, reason, override);
  }
  return undefined;
}

const deed = (
  entry: Entry,
  actor: Actor | undefined,
  what: string,
  reason: string | undefined,
  override?: string,
): Omit<Deed, 'refused'> => ({
  seq: entry.seq,
  at: entry.at,
  who: actor?.name ?? 'not recorded',
  authenticated: actor?.authenticated ?? false,
  what,
  reason: reason ?? null,
  override: override ?? null,
});
