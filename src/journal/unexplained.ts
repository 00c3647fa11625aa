import type {Person} from '../model/person.ts';
import {genuineOf, peopleAfter} from './genuine.ts';
import type {Entry} from './journal.ts';
import {isOf} from './recorded.ts';

/** Rows that were repaired although nobody knows why they differed, and that no operator has acknowledged yet. */
export type Unexplained = {readonly rows: number; readonly tables: readonly string[]; readonly at: string};

/** The gate that stays red for them, and that an operator approves with a reason to acknowledge them. */
export const ACKNOWLEDGED_AT = 'checksum-match';

/** An acknowledgement speaks for what was repaired before it; a rejection of the gate takes it back. */
export function unexplainedOf(entries: readonly Entry[]): Unexplained | undefined {
  let open: Unexplained | undefined;
  let acknowledged: Unexplained | undefined;
  let people: readonly Person[] = [];
  for (const entry of entries) {
    people = peopleAfter(people, entry);
    if (isOf(entry, 'repairing'))
      for (const {table, cause, rows} of entry.fact.causes)
        if (cause === 'unknown') open = and(open, {rows, tables: [table], at: entry.at});
    if (!isOf(entry, 'signal')) continue;
    const {signal, reason} = entry.fact;
    const counts = genuineOf(entry, entries, people) === (people.length > 0 ? 'signed' : 'unsigned');
    if (signal.type === 'approve' && signal.gate === ACKNOWLEDGED_AT && reason && counts)
      [open, acknowledged] = [undefined, and(acknowledged, open)];
    if (signal.type === 'reject' && signal.gate === ACKNOWLEDGED_AT) [open, acknowledged] = [and(acknowledged, open), undefined];
  }
  return open;
}

function and(one: Unexplained | undefined, more: Unexplained | undefined): Unexplained | undefined {
  if (!one || !more) return one ?? more;
  return {rows: one.rows + more.rows, tables: [...new Set([...one.tables, ...more.tables])], at: more.at};
}
