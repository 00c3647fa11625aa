/** The record that `complete` leaves: what ended with the way back, and where copies of rows are. */
import {fields, numberIn, textIn} from './evidence.ts';
import type {PhaseVisit} from './visits.ts';

export type Decommission = {
  readonly at: string;
  /** The position of the target up to which the source has every change, deletions among them; null: nothing flowed back. */
  readonly flowedBackTo: string | null;
  /** Rows that the source could not hold, and that never went back. */
  readonly parked: readonly {readonly table: string; readonly rows: number | null}[];
  readonly dropped: readonly {readonly side: string; readonly what: string}[];
  /** Tables of the target that were in use to the end, and still have a trigger of the fence. */
  readonly fencedYet: readonly string[];
  readonly copies: readonly {readonly table: string; readonly rows: number | null; readonly bytes: number | null}[];
};

/** Null before the end, and of runs that ended before there was such a record. */
export function decommissionOf(visits: readonly PhaseVisit[]): Decommission | null {
  const ended = visits.findLast(({phase, outcome}) => phase === 'decommission' && outcome === 'done');
  const record = fields(ended?.evidence['record']);
  const at = textIn(record, 'at');
  if (at === null) return null;
  return {
    at,
    flowedBackTo: textIn(record, 'flowedBackTo'),
    parked: listIn(record['parked']).map((one) => ({table: textIn(one, 'table') ?? '', rows: numberIn(one, 'rows')})),
    dropped: listIn(record['dropped']).map((one) => ({side: textIn(one, 'side') ?? '', what: textIn(one, 'what') ?? ''})),
    fencedYet: namesIn(record['fencedYet']),
    copies: listIn(record['copies']).map((one) => ({
      table: textIn(one, 'table') ?? '',
      rows: numberIn(one, 'rows'),
      bytes: numberIn(one, 'bytes'),
    })),
  };
}

const namesIn = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
const listIn = (value: unknown) => (Array.isArray(value) ? value.map(fields) : []);
