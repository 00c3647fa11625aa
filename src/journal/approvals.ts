import type {Person} from '../model/person.ts';
import {afterEntry, type Evidence, evidenceDigest, NO_EVIDENCE} from './evidence.ts';
import {genuineOf, peopleAfter} from './genuine.ts';
import type {Actor, Entry, Verdict} from './journal.ts';
import {isOf} from './recorded.ts';
import type {EntryOf} from './recorded.ts';

export type Approval = {
  readonly seq: number;
  readonly at: string;
  readonly gate: string;
  readonly actor: Actor;
  readonly reason: string | undefined;
  /** Absent for somebody whom only the account names. */
  readonly isSigned?: true;
};

type Standing = {readonly approval: Approval; readonly restsOnEvidence: boolean};

/**
 * Approvals that still stand, whatever their age. One falls when the plan is amended, when its gate is rejected, when the
 * evidence moves that it was given for, and when the phase it opened is done: the next cutover is asked anew. An attempt
 * that was called off uses up none. Where the plan knows people, only what one of them has signed counts.
 */
export function standingApprovals(entries: readonly Entry[]): readonly Approval[] {
  let standing: readonly Standing[] = [];
  let checksum = '';
  let people: readonly Person[] = [];
  // What a person may have seen last: between two looks at the gates, which are recorded one by one, nothing need have moved.
  let seen = [NO_EVIDENCE];
  const passed = new Map<string, readonly Verdict[]>();
  for (const entry of entries) {
    people = peopleAfter(people, entry);
    const evidence = afterEntry(seen.at(-1) ?? NO_EVIDENCE, entry);
    if (evidence.hasMoved || isOf(entry, 'phase-ended')) seen = [evidence.seen];
    else if (evidence.seen !== seen.at(-1)) seen.push(evidence.seen);
    if (evidence.hasMoved) standing = standing.filter(({restsOnEvidence}) => !restsOnEvidence);
    if (isOf(entry, 'migration-created')) checksum = entry.fact.planChecksum;
    if (isOf(entry, 'plan-amended')) [checksum, standing] = [entry.fact.checksum, []];
    if (isOf(entry, 'gates-passed')) passed.set(entry.fact.phase, entry.fact.verdicts);
    if (isOf(entry, 'signal')) standing = signalled(standing, entry, {entries, checksum, people, seen});
    if (isOf(entry, 'phase-ended') && entry.fact.outcome === 'done') standing = without(standing, passed.get(entry.fact.phase) ?? []);
  }
  return standing.map(({approval}) => approval);
}

type Moment = {
  readonly entries: readonly Entry[];
  readonly checksum: string;
  readonly people: readonly Person[];
  readonly seen: readonly Evidence[];
};

function signalled(standing: readonly Standing[], entry: EntryOf<'signal'>, moment: Moment): readonly Standing[] {
  const {signal, actor, reason} = entry.fact;
  if (signal.type === 'reject') return standing.filter(({approval}) => approval.gate !== signal.gate);
  // An approval of another plan than the one that runs was given for something else.
  if (signal.type !== 'approve' || signal.planChecksum !== moment.checksum) return standing;
  const {gate, evidence, signed} = signal;
  // It moved while the person was answering.
  if (evidence !== undefined && !moment.seen.some((one) => evidenceDigest(one) === evidence)) return standing;
  const genuine = genuineOf(entry, moment.entries, moment.people);
  if (genuine !== 'signed' && (genuine !== 'unsigned' || moment.people.length > 0)) return standing;
  const approval = {seq: entry.seq, at: signed?.at ?? entry.at, gate, actor, reason, ...(signed ? {isSigned: true as const} : {})};
  return [...standing, {approval, restsOnEvidence: evidence !== undefined}];
}

const without = (standing: readonly Standing[], used: readonly Verdict[]) =>
  standing.filter(({approval}) => !used.some(({gate}) => gate === approval.gate));
