/** What an application writes in a campaign, one statement after the other; what differs between servers is the dialect's. */
import type {Chance} from '../../examples/demo/chance.ts';
import {ITEMS, STAMPS, STEP, TOKENS, TORTURE, type TableNamed, WRITERS_ABOVE, WRITERS_BELOW} from './tables.ts';

export type Connection = {query(statement: string): Promise<unknown>; end(): Promise<void>};
export type Dialect = {
  connect(url: string): Promise<Connection>;
  /** Assignments to columns of `items`, one of which an update makes. `n`: a number, `text`: six digits. */
  itemSets(n: number, text: string): readonly string[];
  /** After the id, in the order of the columns. */
  newItem(text: string): string;
  readonly aSecondLater: string;
  /** The letter of a stamp, by its place. */
  letter(place: number): string;
  /** The id of a token by its number, as the target writes it and as a literal. */
  token(n: number): {readonly id: string; readonly literal: string};
  /** Of a small number, to the column of `torture` that is written. */
  tortureSet(n: number): string;
};

/** Of all updates so many go to a few rows, which are hardly ever at rest: whoever takes what changes for what differs raises an alarm. */
const HOT_PERCENT = 40;
const HOT_ROWS = 5;

export type Turn = {
  readonly dialect: Dialect;
  isFree(table: TableNamed, ...key: readonly string[]): boolean;
  readonly chance: Chance;
  /** Ids that this client has inserted. */
  readonly mine: number[];
  readonly own: number;
  /** Of the ids that it may insert; no other client has had it. */
  readonly band: number;
  readonly n: number;
};

/** Undefined where the row that was chosen is to be left alone. */
export function nextWrite(turn: Turn): string | undefined {
  const {chance} = turn;
  const die = chance.below(100);
  if (die < 60) return updateItem(turn);
  if (die < 70) return updateStamp(turn);
  if (die < 80) return updateToken(turn);
  if (die < 84) return updateTorture(turn);
  return die < 92 || turn.mine.length < 20 ? insertItem(turn) : moveOrDelete(turn);
}

/** Six digits, as the rows were filled with, and none of those: two rows whose values are exchanged have to have two. */
function digits({own, n}: Turn): string {
  return String((own + 1) * 100_000 + (n % 100_000));
}

function updateItem(turn: Turn): string | undefined {
  const {chance, dialect} = turn;
  const i = chance.below(100) < HOT_PERCENT ? chance.below(HOT_ROWS) + 1 : chance.below(ITEMS) + 1;
  const id = String(i * STEP);
  if (!turn.isFree('camp.items', id)) return undefined;
  return `UPDATE camp.items SET ${chance.pick(dialect.itemSets(turn.n, digits(turn)))} WHERE id = ${id}`;
}

function updateStamp(turn: Turn): string | undefined {
  const place = turn.chance.below(STAMPS) + 1;
  const letter = turn.dialect.letter(place);
  if (!turn.isFree('camp.stamps', letter, String(place))) return undefined;
  return `UPDATE camp.stamps SET value = ${turn.n}.5000000001, word = 'stamp ${digits(turn)}' WHERE letter = '${letter}' AND place = ${place}`;
}

function updateToken(turn: Turn): string | undefined {
  const {id, literal} = turn.dialect.token(turn.chance.below(TOKENS) + 1);
  return turn.isFree('camp.tokens', id)
    ? `UPDATE camp.tokens SET made = ${turn.dialect.aSecondLater}, label = 'label ${digits(turn)}' WHERE id = ${literal}`
    : undefined;
}

function updateTorture(turn: Turn): string | undefined {
  const id = String(turn.chance.below(TORTURE));
  return turn.isFree('camp.torture', id) ? `UPDATE camp.torture SET ${turn.dialect.tortureSet(turn.n % 100)} WHERE id = ${id}` : undefined;
}

function insertItem({dialect, mine, own, band, n, chance}: Turn): string {
  const id = (chance.below(2) ? WRITERS_ABOVE : WRITERS_BELOW - 500_000_000) + band * 20_000_000 + n * 2;
  mine.push(id);
  return `INSERT INTO camp.items VALUES (${id}, ${dialect.newItem(String(own).padStart(6, '0'))})`;
}

function moveOrDelete({mine, chance}: Turn): string {
  const at = chance.below(mine.length);
  const id = mine[at] ?? 0;
  // Once: the next place up is free, and the one after it is another row's.
  if (id % 2 === 0 && chance.below(3) === 0) {
    mine[at] = id + 1;
    return `UPDATE camp.items SET id = ${id + 1}, customer = 2 WHERE id = ${id}`;
  }
  mine.splice(at, 1);
  return `DELETE FROM camp.items WHERE id = ${id}`;
}
