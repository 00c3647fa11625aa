/**
 * An application in two versions: the old one does not know the column `channel` of `shop.orders`, the new one writes it.
 * It keeps account of what every row must hold, so nothing of it may get lost and nothing may be added.
 */
import pg from 'pg';
import {DeployedWriter} from './deployed-writer.ts';

export type Version = 'old' | 'new';
type Order = {readonly note: string; readonly channel: string; readonly touched: number};

export const ORDERS = 8_000;
export const BACKFILL = `case when note like 'app:%' then 'app' else 'web' end -- by where the note came from`;
export const derived = (note: string): string => (note.startsWith('app:') ? 'app' : 'web');

/** The application's own trigger counts its writes; a backfill is none of them. */
export const SCHEMA = [
  'create schema shop',
  'create table shop.orders (id bigint primary key, note text not null, touched int not null default 0)',
  `create function shop.touch() returns trigger language plpgsql as 'begin new.touched := old.touched + 1; return new; end'`,
  'create trigger touch before update on shop.orders for each row execute function shop.touch()',
  `insert into shop.orders select n, case when n % 3 = 0 then 'app:' || n else 'desk ' || n end from generate_series(1, ${ORDERS}) as n`,
];

export class OrderWriter extends DeployedWriter<Version> {
  readonly #orders = new Map<number, Order>();
  #nextId = ORDERS + 1;

  constructor(url: string, seed: number) {
    super(new pg.Client({connectionString: url}), seed, 'old', 60);
    for (let id = 1; id <= ORDERS; id++) {
      const note = id % 3 === 0 ? `app:${id}` : `desk ${id}`;
      this.#orders.set(id, {note, channel: derived(note), touched: 0});
    }
  }

  /** The column is gone: every value is the derived one again when it comes back. */
  forgetOwnValues(): void {
    for (const [id, order] of this.#orders) this.#orders.set(id, {...order, channel: derived(order.note)});
  }

  /** `id note channel touched`, in the order of the ids. */
  expected(): string[] {
    return [...this.#orders].toSorted(([a], [b]) => a - b).map(([id, {note, channel, touched}]) => `${id} ${note} ${channel} ${touched}`);
  }

  protected async write(version: Version): Promise<void> {
    const what = this.chance.below(10);
    if (what < 4) await this.#insert(version);
    else if (what < 9) await this.#update(version);
    else await this.#delete();
  }

  async #insert(version: Version): Promise<void> {
    const id = this.#nextId++;
    const note = this.#note(id);
    if (version === 'old') await this.client.query('insert into shop.orders (id, note) values ($1, $2)', [id, note]);
    else await this.client.query(`insert into shop.orders (id, note, channel) values ($1, $2, 'phone')`, [id, note]);
    this.#orders.set(id, {note, channel: version === 'old' ? derived(note) : 'phone', touched: 0});
  }

  /** The old version's write takes a derived value along and leaves an own one alone. */
  async #update(version: Version): Promise<void> {
    const id = 1 + this.chance.below(this.#nextId - 1);
    const order = this.#orders.get(id);
    if (!order) return;
    const note = this.#note(id);
    if (version === 'old') await this.client.query('update shop.orders set note = $2 where id = $1', [id, note]);
    else await this.client.query(`update shop.orders set note = $2, channel = 'desk' where id = $1`, [id, note]);
    const follows = order.channel === derived(order.note);
    const channel = version === 'new' ? 'desk' : follows ? derived(note) : order.channel;
    this.#orders.set(id, {note, channel, touched: order.touched + 1});
  }

  async #delete(): Promise<void> {
    const id = 1 + this.chance.below(this.#nextId - 1);
    await this.client.query('delete from shop.orders where id = $1', [id]);
    this.#orders.delete(id);
  }

  #note(id: number): string {
    return this.chance.below(2) === 0 ? `app:${id}.${this.writes}` : `web ${id}.${this.writes}`;
  }
}
