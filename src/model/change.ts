/**
 * Committed changes as a change stream delivers them. Values are the engine's text form and never a JavaScript number
 * or Date, so nothing is rounded. A column that the event does not carry (an unchanged large value) is absent from
 * `row`; NULL is `null`.
 */
import type {Position} from './position.ts';
import type {TableName} from './table.ts';

export type Value = string | null;
/** Column name to value. */
export type Row = Readonly<Record<string, Value>>;
/** The values of the key columns, in the key's order. */
export type Key = readonly Value[];

export type Change =
  | {readonly kind: 'insert'; readonly table: TableName; readonly key: Key; readonly row: Row}
  /** `oldKey` is there only when the key changed. */
  | {readonly kind: 'update'; readonly table: TableName; readonly key: Key; readonly oldKey?: Key; readonly row: Row}
  | {readonly kind: 'delete'; readonly table: TableName; readonly key: Key}
  /** What the event carries does not tell the row, so it has to be read; `oldKey` as above, `isNew` where the row was inserted. */
  | {readonly kind: 'reread'; readonly table: TableName; readonly key: Key; readonly oldKey?: Key; readonly isNew?: true}
  | {readonly kind: 'truncate'; readonly tables: readonly TableName[]};

/**
 * What the stream carries, in order: `begin`, its changes and messages, `commit`. The commit's position is known at
 * `begin`, so a transaction of any size is applied while it arrives.
 */
export type StreamEvent =
  | {readonly type: 'begin'; readonly transaction: string; readonly commit: Position}
  | {readonly type: 'change'; readonly change: Change}
  /** A durable marker of ours: `content` is what `Source.mark` was given. */
  | {readonly type: 'mark'; readonly content: string}
  /** The transaction was opened by our own writer (it touched the tag table first). */
  | {readonly type: 'ours'}
  /** The source's schema changed inside this transaction. */
  | {readonly type: 'schema'; readonly table: TableName | undefined; readonly what: string}
  /** `joins`: the source was never in the state after it, so it is stored together with the next one or not at all. */
  | {readonly type: 'commit'; readonly end: Position; readonly joins?: true}
  /** Nothing below this position is still to come. */
  | {readonly type: 'idle'; readonly position: Position};

/** A key as one text, for maps and sets: injective, NULL told from the empty text. */
export const keyText = (key: Key): string => key.map((value) => (value === null ? '~' : `${value.length}:${value}`)).join(',');

/** The key whose `keyText` this is: the text takes a third of the room. */
export const keyOfText = (text: string): Key => {
  const key: Value[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '~') {
      key.push(null);
      at += 1;
    } else {
      const from = text.indexOf(':', at) + 1;
      const to = from + Number(text.slice(at, from - 1));
      key.push(text.slice(from, to));
      at = to;
    }
  }
  return key;
};
