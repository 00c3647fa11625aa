/** What a rehearsal lets expect of the real run: what is read or written row by row grows with the bytes, the rest does not. */
import type {RehearsalRecord, TableSize} from './rehearsal-record.ts';

export type Forecast = {
  /** How many times larger the source is than its clone. */
  readonly factor: number;
  /** Of the first visit of each phase. */
  readonly phases: readonly {readonly phase: string; readonly ms: number; readonly grows: boolean}[];
  /** The longest hold of the attempts that moved the traffic. */
  readonly heldMs: number | null;
  readonly targetBytes: number | null;
  readonly keptLogBytes: number | null;
};

/** Steps that read or write every row: copying, indexes and keys, statistics, comparing. Others wait for streams, people and locks. */
const OF_ROWS: ReadonlySet<string> = new Set(['plan-chunks', 'copy-chunks', 'schema-post-data', 'analyze', 'compare']);
/** In a record that says nothing of steps: phases of which nearly all is that. */
const PHASES_OF_ROWS: ReadonlySet<string> = new Set(['initial-load', 'verify-data']);
/** People decide how long these last. */
const BY_PEOPLE: ReadonlySet<string> = new Set(['reverse-window', 'decommission', 'reverse-cutover']);

/** `tables`: of the source, as large as they are now. */
export function forecastOf({phases, switches, clone, targetBytes, keptLogBytes}: RehearsalRecord, tables: readonly TableSize[]): Forecast {
  const cloneBytes = bytesOf(clone.tables);
  const factor = cloneBytes > 0 ? Math.max(1, bytesOf(tables) / cloneBytes) : 1;
  const first = phases.filter(({phase}, i) => phases.findIndex((one) => one.phase === phase) === i && !BY_PEOPLE.has(phase));
  const held = switches.flatMap(({decided, heldMs}) => (decided && heldMs !== null ? [heldMs] : []));
  return {
    factor,
    phases: first.map((one) => {
      const rowsMs = one.rowsMs ?? (PHASES_OF_ROWS.has(one.phase) ? one.ms : 0);
      return {phase: one.phase, ms: Math.round(one.ms + rowsMs * (factor - 1)), grows: rowsMs > 0};
    }),
    heldMs: held.length > 0 ? Math.max(...held) : null,
    targetBytes: targetBytes === null ? null : Math.round(targetBytes * factor),
    keptLogBytes: keptLogBytes === null ? null : Math.round(keptLogBytes * factor),
  };
}

/** Of steps that may go on beside each other, within a phase that took `ms`. */
export const rowsMsOf = (steps: readonly {readonly step: string; readonly ms: number | null}[], ms: number): number =>
  Math.min(
    ms,
    steps.reduce((sum, one) => sum + (OF_ROWS.has(one.step) ? (one.ms ?? 0) : 0), 0),
  );

const bytesOf = (tables: readonly TableSize[]): number => tables.reduce((sum, {bytes}) => sum + bytes, 0);
