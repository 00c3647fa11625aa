/**
 * An application that is moved to tables of another shape: it writes the old shape on the source and the new one on the
 * target, goes to the other side when one refuses, and keeps account of what every row must hold in the new shape.
 */
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {type Chance, chance} from '../../examples/demo/chance.ts';
import {until} from './until.ts';

export type Person = {readonly tenant: number; readonly first: string; readonly last: string; readonly bio: string};
export type Purchase = {readonly buyer: number; readonly title: string; readonly cents: number; readonly lines: readonly [string, string]};

/** As fast as it can it would only measure who is faster, the application or the stream. */
const PACE_MS = 2;

const LARGE = 'large text '.repeat(2000);

export class MappedWriter {
  readonly people = new Map<number, Person>();
  readonly purchases = new Map<number, Purchase>();
  readonly #pools: Readonly<Record<'source' | 'target', pg.Pool>>;
  readonly #chance: Chance;
  #side: 'source' | 'target' = 'source';
  #count = 0;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(source: string, target: string, seed: number) {
    const pool = (connectionString: string) => new pg.Pool({connectionString, max: 1});
    this.#pools = {source: pool(source), target: pool(target)};
    this.#chance = chance(seed);
  }

  get writes(): number {
    return this.#count;
  }

  async fill(rows: number): Promise<void> {
    for (let i = 0; i < rows; i++) {
      await this.#insertPerson();
      await this.#insertPurchase();
    }
  }

  start(): void {
    this.#running = this.#write();
    this.#running.catch(() => undefined); // rethrown by stop
  }

  /** Rejects when a write failed. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    try {
      await this.#running;
    } finally {
      await Promise.all([this.#pools.source.end(), this.#pools.target.end()]);
    }
  }

  async #write(): Promise<void> {
    const acts = [
      () => this.#insertPerson(),
      () => this.#insertPurchase(),
      () => this.#renamePerson(),
      () => this.#changeTenant(),
      () => this.#movePerson(),
      () => this.#changeLine(),
      () => this.#changePrice(),
      () => this.#movePurchase(),
      () => this.#remove(this.people, {source: 'crm.customers', target: 'crm.people'}, 'id', 'id'),
      () => this.#remove(this.purchases, {source: 'crm.orders', target: 'sales.purchases'}, 'id', 'number'),
    ];
    while (!this.#isStopped) {
      await acts[this.#chance.below(acts.length)]?.();
      this.#count++;
      await sleep(PACE_MS);
    }
  }

  /** Refused by the fence means not written: the other side takes it, or this one again when an attempt was called off. */
  async #run(source: [string, unknown[]], target: [string, unknown[]]): Promise<string | undefined> {
    return until('a side that takes writes', async () => {
      const [text, values] = this.#side === 'source' ? source : target;
      try {
        const {rows, rowCount} = await this.#pools[this.#side].query({text, values, rowMode: 'array'});
        if (rowCount !== 1) throw new Error(`${text} met ${rowCount} rows`);
        return String(rows[0]?.[0] ?? 'done');
      } catch (error) {
        if ((error as {code?: string}).code !== '25006') throw error;
        this.#side = this.#side === 'source' ? 'target' : 'source';
        return undefined;
      }
    });
  }

  #some<Row>(rows: ReadonlyMap<number, Row>): [number, Row] | undefined {
    return [...rows][this.#chance.below(rows.size)];
  }

  #text(): string {
    return this.#chance.below(3) === 0 ? `${this.#count} ${LARGE}` : `short ${this.#count}`;
  }

  /** On the target there are people of one tenant only, and only such are written. */
  #tenant(): number {
    return this.#side === 'source' ? 7 + this.#chance.below(2) : 7;
  }

  async #insertPerson(): Promise<void> {
    const person = {tenant: this.#tenant(), first: `First${this.#count}`, last: `Last${this.#count}`, bio: this.#text()};
    const id = await this.#run(
      [
        'INSERT INTO crm.customers (tenant_id, full_name, bio) VALUES ($1, $2, $3) RETURNING id',
        [person.tenant, `${person.first} ${person.last}`, person.bio],
      ],
      [
        'INSERT INTO crm.people (tenant_id, first_name, last_name, bio) VALUES (7, $1, $2, $3) RETURNING id',
        [person.first, person.last, person.bio],
      ],
    );
    this.people.set(Number(id), this.#side === 'target' ? {...person, tenant: 7} : person);
  }

  async #insertPurchase(): Promise<void> {
    const lines: [string, string] = [`street ${this.#count}`, this.#text()];
    const purchase: Purchase = {buyer: this.#count, title: `t${this.#count}`, cents: this.#chance.below(100_000), lines};
    const id = await this.#run(
      [
        'INSERT INTO crm.orders (customer, title, cents, street, city) VALUES ($1, $2, $3, $4, $5) RETURNING id',
        [purchase.buyer, purchase.title, purchase.cents, ...lines],
      ],
      [
        'INSERT INTO sales.purchases (buyer, title, price, address) VALUES ($1, $2, $3::numeric / 100, $4) RETURNING number',
        [purchase.buyer, purchase.title, purchase.cents, lines.join('|')],
      ],
    );
    this.purchases.set(Number(id), purchase);
  }

  async #renamePerson(): Promise<void> {
    const [id, person] = this.#some(this.people) ?? [];
    if (id === undefined || !person || (this.#side === 'target' && person.tenant !== 7)) return;
    const renamed = {...person, first: `Re${this.#count}`};
    if (person.tenant !== 7) return; // its side may change while it waits
    await this.#run(
      ['UPDATE crm.customers SET full_name = $2 WHERE id = $1', [id, `${renamed.first} ${renamed.last}`]],
      ['UPDATE crm.people SET first_name = $2 WHERE id = $1', [id, renamed.first]],
    );
    this.people.set(id, renamed);
  }

  /** Into the migration and out of it, mostly without the large text in the event. */
  async #changeTenant(): Promise<void> {
    const [id, person] = this.#some(this.people) ?? [];
    if (id === undefined || !person || this.#side !== 'source') return;
    const tenant = person.tenant === 7 ? 8 : 7;
    const {rowCount} = await this.#pools.source
      .query('UPDATE crm.customers SET tenant_id = $2 WHERE id = $1', [id, tenant])
      .catch((error: {code?: string}) => {
        if (error.code === '25006') return {rowCount: 0};
        throw error;
      });
    if (rowCount) this.people.set(id, {...person, tenant});
  }

  async #movePerson(): Promise<void> {
    const [id, person] = this.#some(this.people) ?? [];
    if (id === undefined || person?.tenant !== 7) return;
    const to = 1_000_000 + this.#count;
    await this.#run(
      ['UPDATE crm.customers SET id = $2 WHERE id = $1', [id, to]],
      ['UPDATE crm.people SET id = $2 WHERE id = $1', [id, to]],
    );
    this.people.delete(id);
    this.people.set(to, person);
  }

  async #changeLine(): Promise<void> {
    const [id, purchase] = this.#some(this.purchases) ?? [];
    if (id === undefined || !purchase) return;
    const lines: [string, string] = [`road ${this.#count}`, purchase.lines[1]];
    await this.#run(
      ['UPDATE crm.orders SET street = $2 WHERE id = $1', [id, lines[0]]],
      ['UPDATE sales.purchases SET address = $2 WHERE number = $1', [id, lines.join('|')]],
    );
    this.purchases.set(id, {...purchase, lines});
  }

  async #changePrice(): Promise<void> {
    const [id, purchase] = this.#some(this.purchases) ?? [];
    if (id === undefined || !purchase) return;
    const cents = this.#chance.below(100_000);
    await this.#run(
      ['UPDATE crm.orders SET cents = $2 WHERE id = $1', [id, cents]],
      ['UPDATE sales.purchases SET price = $2::numeric / 100 WHERE number = $1', [id, cents]],
    );
    this.purchases.set(id, {...purchase, cents});
  }

  async #movePurchase(): Promise<void> {
    const [id, purchase] = this.#some(this.purchases) ?? [];
    if (id === undefined || !purchase) return;
    const to = 1_000_000 + this.#count;
    await this.#run(
      ['UPDATE crm.orders SET id = $2 WHERE id = $1', [id, to]],
      ['UPDATE sales.purchases SET number = $2 WHERE number = $1', [id, to]],
    );
    this.purchases.delete(id);
    this.purchases.set(to, purchase);
  }

  async #remove<Row extends Person | Purchase>(
    rows: Map<number, Row>,
    table: Readonly<Record<'source' | 'target', string>>,
    sourceKey: string,
    targetKey: string,
  ): Promise<void> {
    const [id, row] = this.#some(rows) ?? [];
    if (id === undefined || !row || ('tenant' in row && row.tenant !== 7) || rows.size < 300) return;
    await this.#run(
      [`DELETE FROM ${table.source} WHERE ${sourceKey} = $1`, [id]],
      [`DELETE FROM ${table.target} WHERE ${targetKey} = $1`, [id]],
    );
    rows.delete(id);
  }
}
