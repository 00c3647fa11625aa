/**
 * An application in two versions: the old one writes the old shape of `shop.orders`, the new one the new shape. It keeps
 * account of what every row must say in either, so nothing of it may get lost, whoever wrote it.
 */
import pg from 'pg';
import {DeployedWriter} from './deployed-writer.ts';

export type Version = 'old' | 'new';
type Order = {readonly sum: string; readonly placed: string; readonly note: string};

const ORDERS = 3_000;
const PEOPLE = 50;
const order = (n: number): Order => ({
  sum: `${n % 900}.50`,
  placed: `2026-0${1 + (n % 9)}-1${n % 10}`,
  note: `{"n": ${n}}`,
});

export const SCHEMA = [
  'create schema shop',
  `create table shop.people (id int primary key, fax text not null)`,
  'create table shop.orders (id int primary key, sum numeric(12,2) not null, placed text, note text, person int, pieces int)',
  'create index orders_placed on shop.orders (placed)',
  `insert into shop.people select n, '' from generate_series(1, ${PEOPLE}) as n`,
  `insert into shop.orders select n, n % 900 + 0.5, '2026-0' || 1 + n % 9 || '-1' || n % 10, '{"n": ' || n || '}', 1 + n % ${PEOPLE}, 1 from generate_series(1, ${ORDERS}) as n`,
];

export class ReshapeWriter extends DeployedWriter<Version> {
  readonly #orders = new Map<number, Order>();

  constructor(url: string, seed: number) {
    super(new pg.Client({connectionString: url}), seed, 'old', 40);
    for (let id = 1; id <= ORDERS; id++) this.#orders.set(id, order(id));
  }

  /** `id sum placed note`, in the order of the ids. */
  expected(): string[] {
    return [...this.#orders].toSorted(([a], [b]) => a - b).map(([id, {sum, placed, note}]) => `${id} ${sum} ${placed} ${note}`);
  }

  protected async write(version: Version): Promise<void> {
    const id = 1 + this.chance.below(this.#orders.size + 20);
    const next = order(this.chance.below(9_000));
    const values = [id, next.sum, next.placed, next.note, 1 + this.chance.below(PEOPLE)];
    await this.client.query(this.#orders.has(id) ? UPDATE[version] : INSERT[version], values);
    this.#orders.set(id, next);
    if (this.writes % 10 === 0) await this.client.query(PERSON[version], [PEOPLE + 1 + this.writes]);
  }
}

const INSERT: Readonly<Record<Version, string>> = {
  old: 'insert into shop.orders (id, sum, placed, note, person, pieces) values ($1, $2, $3, $4, $5, 1)',
  new: 'insert into shop.orders (id, total, placed_on, note, person, pieces) values ($1, $2, $3, $4, $5, 1)',
};
const UPDATE: Readonly<Record<Version, string>> = {
  old: 'update shop.orders set sum = $2, placed = $3, note = $4, person = $5 where id = $1',
  new: 'update shop.orders set total = $2, placed_on = $3, note = $4, person = $5 where id = $1',
};
const PERSON: Readonly<Record<Version, string>> = {
  old: `insert into shop.people (id, fax) values ($1, 'none')`,
  new: 'insert into shop.people (id) values ($1)',
};
