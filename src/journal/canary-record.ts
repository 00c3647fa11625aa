import {isRecord} from '../model/is-record.ts';
import type {Entry} from './journal.ts';
import {recorded} from './recorded.ts';

/** What the canary of the newest cutover that was decided, in either direction, left on record. */
export type CanaryOnRecord = {
  readonly phase: string;
  /** Longest wait between two acknowledgements; undefined where nobody has measured. */
  readonly stallMs: number | undefined;
  /** Why nobody has. */
  readonly unmeasured: string | undefined;
  readonly failure: {readonly code: string; readonly reason: string} | undefined;
};

/** The step of a cutover that settles its canary. */
const STEP = 'prove';

/** A runner that died right after the step has measured; its successor, which could not, does not undo that. */
export function canaryOf(entries: readonly Entry[]): CanaryOnRecord | undefined {
  const proofs = recorded(entries, 'step-outcome').flatMap(({fact: {phase, attempt, step, evidence}}) => {
    const canary = step === STEP && isRecord(evidence) ? evidence['canary'] : undefined;
    return isRecord(canary) ? [{attempt, record: parse(phase, canary)}] : [];
  });
  const newest = proofs.at(-1);
  if (newest === undefined) return undefined;
  const ofVisit = proofs.filter(({attempt, record}) => attempt === newest.attempt && record.phase === newest.record.phase);
  return (ofVisit.find(({record}) => record.unmeasured === undefined) ?? newest).record;
}

/** A journal may be of another version. */
const parse = (phase: string, {stallMs, unmeasured, failure}: Readonly<Record<string, unknown>>): CanaryOnRecord => ({
  phase,
  stallMs: typeof stallMs === 'number' ? stallMs : undefined,
  unmeasured: textOf(unmeasured),
  failure: isRecord(failure) ? {code: textOf(failure['code']) ?? '', reason: textOf(failure['reason']) ?? ''} : undefined,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
