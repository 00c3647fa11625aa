/** What statements cost before the traffic moved, and what a comparison said of them since. */
import type {StatementComparison} from '../model/statement-comparison.ts';
import type {RememberedStatements} from '../model/statement-times.ts';
import type {Entry} from './journal.ts';
import {after, lastRecorded, recorded} from './recorded.ts';

/** `compared`: the newest since the newest were remembered. */
export type StatementsOnRecord = {
  readonly remembered: RememberedStatements | undefined;
  readonly compared: {readonly at: string; readonly comparison: StatementComparison} | undefined;
};

/** The step of a cutover that remembers them. */
const STEP = 'remember-statements';

export function statementsOf(entries: readonly Entry[]): StatementsOnRecord {
  const step = recorded(entries, 'step-outcome').findLast(({fact}) => fact.step === STEP);
  const compared = lastRecorded(after(entries, step?.seq ?? 0), 'statements-compared');
  return {
    remembered: isRemembered(step?.fact.evidence) ? step.fact.evidence : undefined,
    compared: compared && {at: compared.at, comparison: compared.fact.comparison},
  };
}

/** A journal may be of another version. */
const isRemembered = (evidence: unknown): evidence is RememberedStatements =>
  typeof evidence === 'object' && evidence !== null && 'at' in evidence && 'source' in evidence && 'target' in evidence;
