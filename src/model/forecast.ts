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

/** They read or write every row; the others wait for streams, people and locks. */
const GROWING: ReadonlySet<string> = new Set(['initial-load', 'verify-data']);
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
    phases: first.map(({phase, ms}) => ({phase, ms: Math.round(GROWING.has(phase) ? ms * factor : ms), grows: GROWING.has(phase)})),
    heldMs: held.length > 0 ? Math.max(...held) : null,
    targetBytes: targetBytes === null ? null : Math.round(targetBytes * factor),
    keptLogBytes: keptLogBytes === null ? null : Math.round(keptLogBytes * factor),
  };
}

const bytesOf = (tables: readonly TableSize[]): number => tables.reduce((sum, {bytes}) => sum + bytes, 0);
