/** What a person has gone past although something stood against it. Each is named, has a reason, and stands in status and report. */
import type {Actor, Entry} from './journal.ts';
import {isOf} from './recorded.ts';
import {ACKNOWLEDGED_AT} from './unexplained.ts';

export type Override = {
  readonly seq: number;
  readonly at: string;
  readonly actor: Actor | undefined;
  /** The code of what stood against it, or the gate. */
  readonly against: string;
  readonly reason: string | undefined;
};

export const overridesOf = (entries: readonly Entry[]): readonly Override[] => entries.flatMap((entry) => overrideOf(entry) ?? []);

function overrideOf(entry: Entry): Override | undefined {
  const against = againstOf(entry);
  if (against === undefined || !('actor' in entry.fact)) return undefined;
  const {actor, reason} = entry.fact;
  return {seq: entry.seq, at: entry.at, actor, against, reason};
}

/** Undefined where nothing stood against it. A copy that was chosen with `--from` is believed against another one that says otherwise. */
function againstOf(entry: Entry): string | undefined {
  if (isOf(entry, 'unlocked')) return entry.fact.override;
  if (isOf(entry, 'adopted')) return entry.fact.from === undefined ? undefined : 'CF-STATE-002';
  if (isOf(entry, 'signal') && entry.fact.signal.type === 'approve' && entry.fact.signal.gate === ACKNOWLEDGED_AT)
    return `gate ${ACKNOWLEDGED_AT}`;
  return undefined;
}
