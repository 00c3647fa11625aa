/**
 * The same read on both sides while both are written. A difference counts only when it is proven: the source was asked
 * before and after, with the same answer, and in between the target, which had everything that the first answer showed.
 */
import type {ReadTally} from '../model/read-tally.ts';
import {timed} from '../model/read-tally.ts';
import {type Answer, canonical, differenceOf} from './canonical-answer.ts';
import {type Outbox, type Tokens, untilThere} from './outbox.ts';
import type {TargetAnswer} from './target-reads.ts';

/** A row that changes and changes back in between would pass for a difference once, hardly so often. */
const ROUNDS = 3;
const BEHIND_MS_MAX = 5000;

export type Asked = {
  readonly text: string;
  /** On the side that is open. */
  readonly source: () => Promise<Answer>;
  readonly target: (needed: Tokens) => Promise<TargetAnswer>;
  readonly outbox: Outbox;
};

/** `first`: what the source has just answered. */
export async function compareReads(asked: Asked, first: Answer): Promise<Partial<ReadTally>> {
  const quick = await asked.target(asked.outbox.needed());
  if (quick.kind === 'failed') return {failed: 1};
  if (quick.kind === 'answered' && canonical(quick.answer) === canonical(first)) return {equal: 1, targetMs: timed(quick.ms)};
  const rounds: Round[] = [];
  while (rounds.length < ROUNDS && rounds.every(({verdict}) => verdict === 'differing' || verdict === 'unsettled'))
    rounds.push(await round(asked));
  const last = rounds.at(-1);
  if (!last) return {};
  if (last.verdict === 'differing' && rounds.every(({verdict}) => verdict === 'differing'))
    return {differing: 1, samples: [differenceOf(asked.text, last.source, last.target)]};
  return {[last.verdict === 'differing' ? 'unsettled' : last.verdict]: 1};
}

type Round =
  | {readonly verdict: 'equal' | 'unsettled' | 'behind' | 'failed'}
  | {readonly verdict: 'differing'; readonly source: Answer; readonly target: Answer};

async function round({source, target, outbox}: Asked): Promise<Round> {
  const before = await source();
  const token = await outbox.token();
  if (!token) return {verdict: 'behind'};
  let answered: TargetAnswer = {kind: 'behind'};
  await untilThere(async () => {
    answered = await target(token);
    return answered.kind !== 'behind';
  }, BEHIND_MS_MAX);
  const there = answered as TargetAnswer;
  if (there.kind !== 'answered') return {verdict: there.kind};
  const after = await source();
  const [a, b, c] = [canonical(before), canonical(there.answer), canonical(after)];
  if (a === b || b === c) return {verdict: 'equal'};
  return a === c ? {verdict: 'differing', source: after, target: there.answer} : {verdict: 'unsettled'};
}
