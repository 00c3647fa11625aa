/**
 * An application in two versions, as plans/mysql-reshape-orders.yaml has them: the old one writes `sum` and `fax` of `orders`,
 * the new one `total` and `channel`. It keeps account of what every row must say.
 */
import {readFileSync} from 'node:fs';
import mysql from 'mysql2/promise';
import {parse} from 'yaml';
import {DeployedWriter} from './deployed-writer.ts';
import {loginOf} from './mysql-process.ts';

type Version = 'old' | 'new';
type Order = {readonly note: string; readonly sum: string; readonly person: number; readonly channel: string; readonly fax: string};

const ORDERS = 2_000;
const PEOPLE = 9;
const derived = (note: string): string => (note.startsWith('app:') ? 'app' : 'web');
const noteOf = (n: number): string => (n % 3 === 0 ? `app:${n}` : `desk ${n}`);

export const SCHEMA = [
  'create table people (id int primary key)',
  `insert into people with recursive n (i) as (select 1 union all select i + 1 from n where i < ${PEOPLE}) select i from n`,
  `create table orders (id int primary key auto_increment, note varchar(40) not null, sum decimal(12,2) not null, person int,
     fax varchar(20) not null, index orders_fax (fax))`,
  `insert into orders (id, note, sum, person, fax) with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000), thousands (k) as (select 0 union select 1000)
   select i + k, if((i + k) % 3, concat('desk ', i + k), concat('app:', i + k)), (i + k) % 900, 1 + (i + k) % ${PEOPLE}, concat('fax ', i + k) from n, thousands`,
];

/** The operations of plans/mysql-reshape-orders.yaml, on tables of this schema. */
export const reshapeOrders = (schema: string): readonly unknown[] => {
  const text = readFileSync('plans/mysql-reshape-orders.yaml', 'utf8').replaceAll('shop.', `${schema}.`);
  return (parse(text) as {readonly operations: readonly unknown[]}).operations;
};

export class MysqlReshapeWriter extends DeployedWriter<Version, mysql.Pool> {
  readonly #orders = new Map<number, Order>();
  #nextId = ORDERS + 1;

  constructor(url: string, seed: number) {
    super(mysql.createPool({...loginOf(url), connectionLimit: 1}), seed, 'old', 60);
    for (let id = 1; id <= ORDERS; id++) {
      const note = noteOf(id);
      this.#orders.set(id, {note, sum: `${id % 900}.00`, person: 1 + (id % PEOPLE), channel: derived(note), fax: `fax ${id}`});
    }
  }

  /** `id sum fax note person`, in the order of the ids; from here on every channel is a derived one. */
  expectedOld(): string[] {
    for (const [id, order] of this.#orders) this.#orders.set(id, {...order, channel: derived(order.note)});
    return this.#lines(({sum, fax, note, person}) => `${sum} ${fax} ${note} ${person}`);
  }

  /** `id total channel note person`, in the order of the ids. */
  expectedNew(): string[] {
    return this.#lines(({sum, channel, note, person}) => `${sum} ${channel} ${note} ${person}`);
  }

  #lines(say: (order: Order) => string): string[] {
    return [...this.#orders].toSorted(([a], [b]) => a - b).map(([id, order]) => `${id} ${say(order)}`);
  }

  protected async write(version: Version): Promise<void> {
    const what = this.chance.below(10);
    if (what < 4) await this.#insert(version);
    else if (what < 9) await this.#update(version);
    else await this.#delete();
  }

  async #insert(version: Version): Promise<void> {
    const id = this.#nextId++;
    const order = this.#written(id);
    const {note, sum, person} = order;
    const [fax, channel] = version === 'old' ? [`fax ${id}`, derived(note)] : ['none', 'phone'];
    await this.client.query(INSERT[version], [id, note, sum, person, version === 'old' ? fax : channel]);
    this.#orders.set(id, {...order, fax, channel});
  }

  /** The old version's write takes a derived value along and leaves an own one alone. */
  async #update(version: Version): Promise<void> {
    const id = 1 + this.chance.below(this.#nextId - 1);
    const before = this.#orders.get(id);
    if (!before) return;
    const order = this.#written(id);
    const {note, sum, person} = order;
    await this.client.query(UPDATE[version], [note, sum, person, id]);
    const follows = before.channel === derived(before.note);
    const channel = version === 'new' ? 'desk' : follows ? derived(note) : before.channel;
    this.#orders.set(id, {...order, fax: before.fax, channel});
  }

  async #delete(): Promise<void> {
    const id = 1 + this.chance.below(this.#nextId - 1);
    await this.client.query('delete from orders where id = ?', [id]);
    this.#orders.delete(id);
  }

  #written(id: number): Pick<Order, 'note' | 'sum' | 'person'> {
    const note = this.chance.below(2) === 0 ? `app:${id}.${this.writes}` : `web ${id}.${this.writes}`;
    return {note, sum: `${this.chance.below(900)}.00`, person: 1 + this.chance.below(PEOPLE)};
  }
}

const INSERT: Readonly<Record<Version, string>> = {
  old: 'insert into orders (id, note, sum, person, fax) values (?, ?, ?, ?, ?)',
  new: 'insert into orders (id, note, total, person, channel) values (?, ?, ?, ?, ?)',
};
const UPDATE: Readonly<Record<Version, string>> = {
  old: 'update orders set note = ?, sum = ?, person = ? where id = ?',
  new: `update orders set note = ?, total = ?, person = ?, channel = 'desk' where id = ?`,
};
