import type {Actor, Entry, Verdict} from './journal.ts';
import {isOf} from './recorded.ts';
import type {EntryOf} from './recorded.ts';

export type Approval = {
  readonly seq: number;
  readonly at: string;
  readonly gate: string;
  readonly actor: Actor;
  readonly reason: string | undefined;
};

/**
 * Approvals that still stand, whatever their age. One falls when the plan is amended, when its gate is rejected, and
 * when the phase it opened is done: the next cutover is asked anew. An attempt that was called off uses up none.
 */
export function standingApprovals(entries: readonly Entry[]): readonly Approval[] {
  let standing: readonly Approval[] = [];
  let checksum = '';
  const passed = new Map<string, readonly Verdict[]>();
  for (const entry of entries) {
    if (isOf(entry, 'migration-created')) checksum = entry.fact.planChecksum;
    if (isOf(entry, 'plan-amended')) [checksum, standing] = [entry.fact.checksum, []];
    if (isOf(entry, 'gates-passed')) passed.set(entry.fact.phase, entry.fact.verdicts);
    if (isOf(entry, 'signal')) standing = signalled(standing, entry, checksum);
    if (isOf(entry, 'phase-ended') && entry.fact.outcome === 'done') standing = without(standing, passed.get(entry.fact.phase) ?? []);
  }
  return standing;
}

function signalled(standing: readonly Approval[], {seq, at, fact}: EntryOf<'signal'>, checksum: string): readonly Approval[] {
  const {signal, actor, reason} = fact;
  if (signal.type === 'reject') return standing.filter(({gate}) => gate !== signal.gate);
  // An approval of another plan than the one that runs was given for something else.
  if (signal.type !== 'approve' || signal.planChecksum !== checksum) return standing;
  return [...standing, {seq, at, gate: signal.gate, actor, reason}];
}

const without = (standing: readonly Approval[], used: readonly Verdict[]) =>
  standing.filter(({gate}) => !used.some((verdict) => verdict.gate === gate));
