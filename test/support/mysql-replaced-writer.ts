/**
 * An application in two versions: the old one writes the old shape of `orders`, the new one the new shape. It keeps account of
 * what every row must say in either, so nothing of it may get lost, whoever wrote it.
 */
import mysql from 'mysql2/promise';
import {DeployedWriter} from './deployed-writer.ts';
import {loginOf} from './mysql-process.ts';

type Version = 'old' | 'new';
type Order = {readonly sum: string; readonly name: string; readonly note: string};

const ORDERS = 3_000;
const order = (n: number): Order => ({sum: `${n % 900}.50`, name: `Ada ${n}`, note: String(n)});

export const SCHEMA = [
  `create table orders (id int primary key, sum decimal(12,2) not null, name varchar(40) comment 'whole', note varchar(20), index orders_name (name))`,
  `insert into orders with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000), thousands (k) as (select 0 union select 1000 union select 2000)
   select i + k, (i + k) % 900 + 0.5, concat('Ada ', i + k), i + k from n, thousands`,
];

export class ReplacedWriter extends DeployedWriter<Version, mysql.Pool> {
  readonly #orders = new Map<number, Order>();

  constructor(url: string, seed: number) {
    super(mysql.createPool({...loginOf(url), connectionLimit: 1}), seed, 'old', 40);
    for (let id = 1; id <= ORDERS; id++) this.#orders.set(id, order(id));
  }

  /** `id sum name note`, in the order of the ids. */
  expected(): string[] {
    return [...this.#orders].toSorted(([a], [b]) => a - b).map(([id, {sum, name, note}]) => `${id} ${sum} ${name} ${note}`);
  }

  protected async write(version: Version): Promise<void> {
    const id = 1 + this.chance.below(this.#orders.size + 20);
    const next = order(this.chance.below(9_000));
    const names = version === 'old' ? [next.name] : next.name.split(' ');
    await this.client.query(this.#orders.has(id) ? UPDATE[version] : INSERT[version], [next.sum, ...names, next.note, id]);
    this.#orders.set(id, next);
  }
}

const INSERT: Readonly<Record<Version, string>> = {
  old: 'insert into orders (sum, name, note, id) values (?, ?, ?, ?)',
  new: 'insert into orders (total, first, last, note, id) values (?, ?, ?, ?, ?)',
};
const UPDATE: Readonly<Record<Version, string>> = {
  old: 'update orders set sum = ?, name = ?, note = ? where id = ?',
  new: 'update orders set total = ?, first = ?, last = ?, note = ? where id = ?',
};
