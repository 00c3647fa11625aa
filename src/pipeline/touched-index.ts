/**
 * Which keys the stream has touched lately: what a link answers questions of `TouchedKeys` with. Of bounded size; what it
 * no longer holds counts as touched.
 *
 * The link adds a change before the receiving side commits it, in commit order, both keys when a key changed. An index
 * starts empty and knows nothing of a transaction that was applied earlier and is still invisible on the sending side
 * (its commit is in the log, its backend waits for a synchronous standby): whoever makes one waits for those first.
 */
import {type Key, keyText} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {TableName} from '../model/table.ts';

export interface TouchedIndex {
  add(table: TableName, key: Key, commit: Position, transaction: string): void;
  /** The row was read anew when the stream was at `from`, and may show any event of its key up to `to`. */
  reread(table: TableName, key: Key, from: Position, to: Position): void;
  /** Touches every key of the table. */
  truncate(table: TableName, commit: Position, transaction: string): void;
  /** As `TouchedKeys.touched`. */
  touched(table: TableName, key: Key, from: Position, to: Position, sees: (transaction: string) => boolean): boolean;
  /** As `TouchedKeys.pending`. */
  pending(table: TableName, key: Key, position: Position, sees: (transaction: string) => boolean): boolean;
}

/** `since` differs from `commit` where it is not known which event it was; then there is no transaction to ask about either. */
type Event = {readonly since: Position; readonly commit: Position; readonly transaction: string | undefined};
type Entry = {readonly slot: string; readonly event: Event};

/** Transactions whose entries were dropped, still asked about: invisible ones are the newest, and few. */
const DROPPED_TRANSACTIONS_MAX = 256;

/** `capacity`: touched keys remembered, each key as often as it was touched by another transaction. */
export const createTouchedIndex = (compare: (a: Position, b: Position) => number, capacity: number): TouchedIndex => {
  const ring: (Entry | undefined)[] = [];
  const events = new Map<string, Event[]>();
  const dropped: Event[] = [];
  let next = 0;
  let current: Event | undefined;

  const eventOf = (commit: Position, transaction: string): Event => {
    if (current?.transaction !== transaction || current.commit !== commit) current = {since: commit, commit, transaction};
    return current;
  };
  const drop = ({slot, event}: Entry): void => {
    const held = events.get(slot);
    held?.shift(); // the ring and each key's events are in the same order
    if (!held?.length) events.delete(slot);
    if (dropped.at(-1) === event) return;
    dropped.push(event);
    if (dropped.length > DROPPED_TRANSACTIONS_MAX) dropped.shift();
  };
  const put = (slot: string, event: Event): void => {
    const known = events.get(slot);
    if (known?.at(-1) === event) return;
    const oldest = ring[next];
    if (oldest) drop(oldest);
    ring[next] = {slot, event};
    next = (next + 1) % capacity;
    const kept = events.get(slot);
    if (kept) kept.push(event);
    else events.set(slot, [event]);
  };

  const eventsOf = (table: TableName, key: Key): Event[] => [
    ...(events.get(slotOf(table, key)) ?? []),
    ...(events.get(slotOf(table, undefined)) ?? []),
  ];

  return {
    add: (table, key, commit, transaction) => put(slotOf(table, key), eventOf(commit, transaction)),
    reread: (table, key, from, to) => put(slotOf(table, key), {since: from, commit: to, transaction: undefined}),
    truncate: (table, commit, transaction) => put(slotOf(table, undefined), eventOf(commit, transaction)),
    touched(table, key, from, to, sees) {
      const isInvisible = ({transaction}: Event): boolean => transaction !== undefined && !sees(transaction);
      const counts = (event: Event): boolean => (compare(event.commit, from) > 0 && compare(event.since, to) <= 0) || isInvisible(event);
      const newestDropped = dropped.at(-1);
      if (newestDropped && compare(newestDropped.commit, from) >= 0) return true;
      return eventsOf(table, key).some(counts) || dropped.some(isInvisible);
    },
    pending: (table, key, position, sees) =>
      [...eventsOf(table, key), ...dropped].some(
        ({commit, transaction}) => transaction !== undefined && compare(commit, position) <= 0 && !sees(transaction),
      ),
  };
};

/** The whole table's slot cannot be a key's: no `keyText` begins with an exclamation mark. */
const slotOf = (table: TableName, key: Key | undefined): string =>
  `${JSON.stringify([table.schema, table.name])}${key ? keyText(key) : '!all'}`;
