/**
 * What an approval rests on: the newest verdicts of the gates before the phase, but those that come and go by themselves.
 * An approval names them by a digest and falls when one of them turns red that was not red in the same words before.
 */
import {hash} from 'node:crypto';
import serialize from 'canonicalize';
import {assert} from '../model/assert.ts';
import type {Entry, Verdict} from './journal.ts';
import {isOf} from './recorded.ts';

/** In front of the reason why a gate could not be asked: that says nothing new of what it measures. */
export const UNMEASURED = 'could not be measured: ';

/** By place in the phase's list, and gate. */
export type Evidence = ReadonlyMap<string, Verdict>;

export const NO_EVIDENCE: Evidence = new Map();

/** Of the whole journal, for whoever approves now. */
export const evidenceIn = (entries: readonly Entry[]): Evidence =>
  entries.reduce((seen, entry) => afterEntry(seen, entry).seen, NO_EVIDENCE);

export const evidenceDigest = (seen: Evidence): string => {
  const text = serialize([...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  assert(text !== undefined, 'verdicts have a canonical form');
  return hash('sha256', text);
};

/** `hasMoved`: approvals given before do not rest on it any more. Entries of before places were recorded say nothing. */
export function afterEntry(seen: Evidence, entry: Entry): {readonly seen: Evidence; readonly hasMoved: boolean} {
  if (isOf(entry, 'phase-ended')) return {seen: NO_EVIDENCE, hasMoved: false};
  if (!isOf(entry, 'gate-verdict')) return {seen, hasMoved: false};
  const {verdict, place, isOfTheMoment} = entry.fact;
  if (place === undefined || isOfTheMoment || verdict.evidence.startsWith(UNMEASURED)) return {seen, hasMoved: false};
  const key = `${String(place).padStart(3, '0')} ${verdict.gate}`;
  const before = seen.get(key);
  const isNews = before === undefined || before.go || withoutNumbers(before.evidence) !== withoutNumbers(verdict.evidence);
  return {seen: new Map([...seen, [key, verdict]]), hasMoved: !verdict.go && isNews};
}

/** Whether a person would be told something new. */
export const sameVerdicts = (a: readonly Verdict[], b: readonly Verdict[]): boolean =>
  a.length === b.length &&
  a.every(
    (verdict, i) =>
      verdict.gate === b[i]?.gate &&
      verdict.go === b[i]?.go &&
      (verdict.go || withoutNumbers(verdict.evidence) === withoutNumbers(b[i]?.evidence ?? '')),
  );

const withoutNumbers = (text: string): string => text.replace(/\d+/g, '#');
