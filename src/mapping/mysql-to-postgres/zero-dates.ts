/**
 * Zero dates of columns that are NOT NULL (H-39): where the plan says so, NULL stands for them on the target. No row of the source
 * has NULL there, so every one comes back as the zero date that it was, and nothing is lost. Never in a key, which takes no NULL.
 */
import {columnType} from './column-type.ts';
import type {TypeChoice} from './types.ts';

/** As `mysql-value-text.ts` shows it; undefined for types that have none. */
export const zeroDate = (type: string): string | undefined => {
  const {name = '', sizes = []} = columnType(type) ?? {};
  if (name === 'date') return '0000-00-00';
  if (name !== 'datetime' && name !== 'timestamp') return undefined;
  const digits = sizes[0] ?? 0;
  return `0000-00-00 00:00:00${digits === 0 ? '' : `.${'0'.repeat(digits)}`}`;
};

/** What is still lost: dates of which a part is zero, or that no calendar has. They would come back as zero dates. */
export const withoutZeroLoss = (choice: TypeChoice): TypeChoice => ({
  ...choice,
  losses: choice.losses.flatMap((loss) => {
    const {what, where, becomes} = loss;
    if (what.startsWith('zero times')) return []; // a TIMESTAMP has no others
    return where === undefined || !what.startsWith('zero and')
      ? loss
      : {what: `partly ${what}`, where: (c) => `${c} <> 0 AND (${where(c)})`, becomes};
  }),
});
