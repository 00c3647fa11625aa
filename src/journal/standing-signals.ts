import type {Entry, HeardSignal} from './journal.ts';
import {recorded} from './recorded.ts';

/** The signals among these entries that the runner has not refused; each refusal comes after its signal. */
export function standingSignals(entries: readonly Entry[]): readonly (HeardSignal & {readonly actor: string})[] {
  const refused = new Set(recorded(entries, 'signal-refused').map(({fact}) => fact.seq));
  return recorded(entries, 'signal')
    .filter(({seq}) => !refused.has(seq))
    .map(({seq, at, fact}) => ({seq, at, signal: fact.signal, actor: fact.actor.name}));
}
