/**
 * What rows have to hold after a replay: of each row that was written, what the side that had acknowledged it showed right afterwards.
 * Nobody else writes there, so that is what it has to be, with whatever the database itself has made of it.
 */
import type {LoadClient, ReplayedChange, Ties} from '../engine/engine.ts';
import {type Key, keyText, type Row} from '../model/change.ts';
import {nameOf, rowOfKey, type Table} from '../model/table.ts';

/** `row`: null, it was deleted. */
type Held = {readonly table: Table; readonly key: Key; readonly row: Row | null};

export class ReplayLedger {
  readonly #held = new Map<string, Held>();
  /** By table, those that refer to it. */
  readonly #referring: ReadonlyMap<string, ReadonlySet<string>>;

  constructor({references}: Ties) {
    const names = new Set(references.map(({to}) => nameOf(to)));
    const referringTo = (name: string): ReadonlySet<string> =>
      new Set(references.filter(({to}) => nameOf(to) === name).map(({table}) => nameOf(table)));
    this.#referring = new Map([...names].map((name) => [name, referringTo(name)]));
  }

  get rows(): number {
    return this.#held.size;
  }

  /** After the transaction of these changes was acknowledged. `found`: how many rows each of them has met. */
  async note(changes: readonly ReplayedChange[], found: readonly number[], client: LoadClient): Promise<void> {
    const written = changes.filter(({kind}, i) => kind !== 'update' || found[i] !== 0);
    // With a row that is gone or has another key, rows that refer to it may be gone or changed.
    for (const change of written) if (before(change)) this.#forgetReferring(nameOf(change.table.name));
    const places = new Map(
      written.flatMap((change) => keysOf(change).map((key) => [placeOf(change.table, key), {table: change.table, key}])),
    );
    for (const [place, {table, key}] of places) this.#held.set(place, {table, key, row: (await client.read(table, key)) ?? null});
  }

  /** Nobody knows whether these were done. */
  doubt(changes: readonly ReplayedChange[]): void {
    for (const change of changes) {
      for (const key of keysOf(change)) this.#held.delete(placeOf(change.table, key));
      if (before(change)) this.#forgetReferring(nameOf(change.table.name));
    }
  }

  /** Rows that are not as they were acknowledged: the table and what differs, and no value. */
  async lost(client: LoadClient): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const {table, key, row} of this.#held.values()) {
      const found = await client.read(table, key);
      const name = nameOf(table.name);
      if (row && !found) lost.push(`${name}: a row`);
      if (!row && found) lost.push(`${name}: that a row was deleted`);
      const other = row && found ? Object.keys(row).filter((column) => found[column] !== row[column]) : [];
      if (other.length > 0) lost.push(`${name}: ${other.join(', ')}`);
    }
    return lost;
  }

  #forgetReferring(name: string, seen: Set<string> = new Set()): void {
    for (const referring of this.#referring.get(name) ?? []) {
      if (seen.has(referring)) continue;
      seen.add(referring);
      for (const [place, {table}] of this.#held) if (nameOf(table.name) === referring) this.#held.delete(place);
      this.#forgetReferring(referring, seen);
    }
  }
}

/** The key that is no longer there afterwards. */
function before(change: ReplayedChange): Key | undefined {
  if (change.kind === 'delete') return change.key;
  if (change.kind === 'insert') return undefined;
  return placeOf(change.table, change.key) === placeOf(change.table, after(change)) ? undefined : change.key;
}

const after = (change: Exclude<ReplayedChange, {kind: 'delete'}>): Key => {
  const row: Row = {...(change.kind === 'update' ? rowOfKey(change.table, change.key) : {}), ...change.row};
  return change.table.key.map((name) => row[name] ?? null);
};

const keysOf = (change: ReplayedChange): readonly Key[] =>
  change.kind === 'delete' ? [change.key] : [before(change) ?? [], after(change)].filter((key) => key.length > 0);

const placeOf = (table: Table, key: Key): string => `${nameOf(table.name)} ${keyText(key)}`;
