/**
 * The same read on both sides while both are written. A difference counts only when it is proven: the source was asked
 * before and after, with the same answer, and in between the target, which had everything that the first answer showed.
 */
import type {ReadDifference, ReadTally} from '../model/read-tally.ts';
import {timed} from '../model/read-tally.ts';
import type {Tokens} from './dual-side.ts';
import {type Outbox, untilThere} from './outbox.ts';
import type {TargetAnswer} from './target-reads.ts';

/** A row that changes and changes back in between would pass for a difference once, hardly so often. */
const ROUNDS = 3;
const BEHIND_MS_MAX = 5000;

/** `unsettled`: it is not certain to be either; `why` holds no value. */
export type Verdict = {readonly kind: 'equal' | 'differing'} | {readonly kind: 'unsettled'; readonly why: string};

/** What answers say beside each other. `C`: an answer of either side in the form in which it is compared. */
export interface Judge<C> {
  /** Two answers of one side. */
  isSame(a: C, b: C): boolean;
  verdict(source: C, target: C): Verdict;
  /** Of `text` no value is kept. */
  difference(text: string, source: C, target: C): ReadDifference;
}

export type Asked<C> = {
  readonly text: string;
  /** On the side that is open. */
  readonly source: () => Promise<C>;
  readonly target: (needed: Tokens) => Promise<TargetAnswer<C>>;
  readonly outbox: Outbox;
  readonly judge: Judge<C>;
};

/** `first`: what the source has just answered. */
export async function compareReads<C>(asked: Asked<C>, first: C): Promise<Partial<ReadTally>> {
  const quick = await asked.target(asked.outbox.needed());
  if (quick.kind === 'failed') return {failed: 1};
  const seen = quick.kind === 'answered' ? asked.judge.verdict(first, quick.answer) : undefined;
  if (quick.kind === 'answered' && seen?.kind === 'equal') return {equal: 1, targetMs: timed(quick.ms)};
  if (seen?.kind === 'unsettled') return {unsettled: 1, unsettledWhy: seen.why};
  const rounds: Round<C>[] = [];
  while (rounds.length < ROUNDS && rounds.every(({kind}) => kind === 'differing' || kind === 'unsettled')) rounds.push(await round(asked));
  const last = rounds.at(-1);
  if (!last) return {};
  if (last.kind === 'differing' && rounds.every(({kind}) => kind === 'differing'))
    return {differing: 1, samples: [asked.judge.difference(asked.text, last.source, last.target)]};
  if (last.kind === 'unsettled') return {unsettled: 1, unsettledWhy: last.why};
  return last.kind === 'differing' ? {unsettled: 1, unsettledWhy: CHANGES} : {[last.kind]: 1};
}

const CHANGES = 'the rows change too fast';

type Round<C> =
  | {readonly kind: 'equal' | 'behind' | 'failed'}
  | {readonly kind: 'unsettled'; readonly why: string}
  | {readonly kind: 'differing'; readonly source: C; readonly target: C};

async function round<C>({source, target, outbox, judge}: Asked<C>): Promise<Round<C>> {
  const before = await source();
  const token = await outbox.token();
  if (!token) return {kind: 'behind'};
  let answered: TargetAnswer<C> = {kind: 'behind'};
  await untilThere(async () => {
    answered = await target(token);
    return answered.kind !== 'behind';
  }, BEHIND_MS_MAX);
  const there = answered as TargetAnswer<C>;
  if (there.kind !== 'answered') return {kind: there.kind};
  const after = await source();
  const verdicts = [before, after].map((one) => judge.verdict(one, there.answer));
  if (verdicts.some(({kind}) => kind === 'equal')) return {kind: 'equal'};
  const open = verdicts.find((verdict) => verdict.kind === 'unsettled');
  if (open) return open;
  return judge.isSame(before, after) ? {kind: 'differing', source: after, target: there.answer} : {kind: 'unsettled', why: CHANGES};
}
