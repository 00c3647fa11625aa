/**
 * What a campaign corrupts, whichever engine it comes from: a table with a cell for every kind of corruption, a composite
 * key, keys without an order that means anything, and one row of every type again and again. Writers have bands of their
 * own at both ends of `items`.
 */
import {TORTURE_ROWS} from '../support/torture-table.ts';

export const ITEMS = 6_000;
export const STAMPS = 3_000;
export const TOKENS = 1_500;
export const TORTURE_COPIES = 4;
export const TORTURE = TORTURE_ROWS * (TORTURE_COPIES + 1);

/** Ids of `items` are multiples of this, so that a row can be there too much between any two. */
export const STEP = 10;
/** Rows that writers insert and delete stand before the first and after the last of the others: in the open-ended ranges. */
export const WRITERS_BELOW = -1_000_000;
export const WRITERS_ABOVE = 10_000_000;

export type TableShape = {
  readonly name: string;
  readonly key: readonly string[];
  /** Every column but the key; none where no row is ever there too much. */
  readonly others: readonly string[];
  /** Rows that no writer inserts, deletes or gives another key. */
  readonly stable: string;
};

const ITEM_COLUMNS = 'customer, label, note, amount, price, ratio, made, seen, code, word, body, flag, raw, doc, tags'.split(', ');

export const shapes = {
  'camp.items': {name: 'camp.items', key: ['id'], others: ITEM_COLUMNS, stable: `id BETWEEN ${STEP} AND ${ITEMS * STEP}`},
  'camp.stamps': {name: 'camp.stamps', key: ['letter', 'place'], others: ['value', 'word'], stable: 'true'},
  'camp.tokens': {name: 'camp.tokens', key: ['id'], others: ['made', 'body', 'label'], stable: 'true'},
  'camp.torture': {name: 'camp.torture', key: ['id'], others: [], stable: 'true'},
} as const satisfies Record<string, TableShape>;
export type TableNamed = keyof typeof shapes;
