/** What became of each approval: whether it opened a gate, stands unused, or fell before it could. */
import {standingApprovals} from '../journal/approvals.ts';
import type {Entry} from '../journal/journal.ts';
import {isOf, recorded} from '../journal/recorded.ts';

/** `void`: the plan or the evidence moved, somebody rejected the gate, or it is not what its person has signed. */
export type Fate = 'counted' | 'unused' | 'void';

/** By the number of the entry. How old one was when it counted is the gate's to judge. */
export function fatesOf(entries: readonly Entry[]): ReadonlyMap<number, Fate> {
  const fates = new Map<number, Fate>();
  for (const entry of entries) if (isOf(entry, 'signal') && entry.fact.signal.type === 'approve') fates.set(entry.seq, 'void');
  for (const {seq} of standingApprovals(entries)) fates.set(seq, 'unused');
  for (const {seq: opened, fact} of recorded(entries, 'gates-passed'))
    for (const {seq, gate} of standingApprovals(entries.slice(0, opened - 1)))
      if (fact.verdicts.some((verdict) => verdict.gate === gate)) fates.set(seq, 'counted');
  return fates;
}
