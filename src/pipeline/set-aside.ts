/**
 * Rows that the receiving side refused, because it cannot hold them as they are, and rows that took their keys from one of
 * them. Whatever the stream brings for such a row is not applied, since the row it is about may not be there: the row is read
 * again, which either settles it or finds that it is refused still. Those are parked: looked at again when the stream changes
 * them, and from time to time, because another row may have stood in the way. A mirror of what the receiving side has
 * stored, made anew by each pass, which reads all of them again first.
 */
import type {Refused, TableKey} from '../engine/engine.ts';
import {type Change, type Key, keyText} from '../model/change.ts';
import type {Clock} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';

/** More than this are no exceptions any more: the two schemas do not fit each other. */
export const PARKED_MAX = 1_000;
/** Only parked rows that nothing else touches wait for it. */
const AGAIN_MS = 30_000;

type Row = TableKey & {readonly isParked: boolean};

export class SetAside {
  readonly #rows = new Map<string, Row>();
  readonly #clock: Clock;
  readonly #telemetry: Pick<Telemetry, 'gauge' | 'wait' | 'note'>;
  #parked = 0;
  #since: string | undefined;
  #againAtMs = 0;

  constructor(clock: Clock, telemetry: Pick<Telemetry, 'gauge' | 'wait' | 'note'>) {
    this.#clock = clock;
    this.#telemetry = telemetry;
  }

  get parked(): number {
    return this.#parked;
  }

  has(table: TableName, key: Key): boolean {
    return this.#rows.size > 0 && this.#rows.has(idOf(table, key));
  }

  /** Both keys of a change that is about one of these rows; none where it can be applied. */
  met(change: Change): readonly TableKey[] {
    if (this.#rows.size === 0 || change.kind === 'truncate') return [];
    const keys = 'oldKey' in change && change.oldKey ? [change.key, change.oldKey] : [change.key];
    return keys.some((key) => this.has(change.table, key)) ? keys.map((key) => ({table: change.table, key})) : [];
  }

  /** They are read again before anything else becomes of them. */
  add(keys: readonly TableKey[]): void {
    for (const {table, key} of keys) this.#put({table, key, isParked: this.#rows.get(idOf(table, key))?.isParked ?? false});
  }

  /** Throws when there are too many of them. */
  park(refused: readonly Refused[]): void {
    const [first] = refused;
    if (!first) return;
    if (this.#parked === 0) this.#begin(first);
    for (const {table, key} of refused) this.#put({table, key, isParked: true});
    this.#show();
    if (this.#parked > PARKED_MAX) throw tooMany(first);
  }

  /** These were read again; `refused` of them are so still. */
  settle(table: TableName, keys: readonly Key[], refused: readonly Refused[]): void {
    const still = new Set(refused.map(({key}) => idOf(table, key)));
    for (const id of keys.map((key) => idOf(table, key))) if (!still.has(id)) this.#drop(id);
    if (refused.length === 0) return this.#show();
    this.park(refused);
  }

  clear(tables: readonly TableName[]): void {
    const names = new Set(tables.map(nameOf));
    for (const [id, {table}] of this.#rows) if (names.has(nameOf(table))) this.#drop(id);
    this.#show();
  }

  /** All that is parked, now and then. */
  due(): readonly TableKey[] {
    if (this.#parked === 0 || this.#clock.monotonicMs() < this.#againAtMs) return [];
    this.#againAtMs = this.#clock.monotonicMs() + AGAIN_MS;
    return [...this.#rows.values()].filter(({isParked}) => isParked);
  }

  #begin({table, reason}: Refused): void {
    this.#againAtMs = this.#clock.monotonicMs() + AGAIN_MS;
    this.#since = this.#clock.now().toISOString();
    this.#telemetry.note(`a row of ${nameOf(table)} cannot go back and is parked: ${reason}`);
  }

  #put(row: Row): void {
    const id = idOf(row.table, row.key);
    this.#drop(id);
    this.#rows.set(id, row);
    if (row.isParked) this.#parked++;
  }

  #drop(id: string): void {
    if (this.#rows.get(id)?.isParked) this.#parked--;
    this.#rows.delete(id);
  }

  #show(): void {
    if (this.#parked === 0) this.#since = undefined;
    this.#telemetry.gauge('parkedRows', this.#parked);
    this.#telemetry.wait('parked rows', this.#wait());
  }

  #wait(): Wait | undefined {
    if (this.#parked === 0 || this.#since === undefined) return undefined;
    const names = new Set([...this.#rows.values()].filter(({isParked}) => isParked).map(({table}) => nameOf(table)));
    return {
      cause: parkedWords(this.#parked, [...names]),
      since: this.#since,
      owner: 'whoever owns these rows: once they are changed so that the other side can hold them, they go there by themselves',
      next: {command: 'crossfade parked', why: 'names the rows and says what was refused'},
    };
  }
}

const parkedWords = (rows: number, tables: readonly string[]): string =>
  `${rows} ${rows === 1 ? 'row' : 'rows'} of ${tables.join(', ')} cannot go back and ${rows === 1 ? 'is' : 'are'} parked (crossfade parked)`;

const idOf = (table: TableName, key: Key): string => `${nameOf(table)} ${keyText(key)}`;

const tooMany = ({table, reason}: Refused): TerminalError =>
  new TerminalError(`more than ${PARKED_MAX} rows cannot go back, the last of ${nameOf(table)}: ${reason}`, {
    code: 'CF-PARK-002',
    next: 'crossfade parked',
  });
