import pg from 'pg';
import type {Side} from '../model/side.ts';
import {goodbye} from '../router/goodbye.ts';
import {outcomeOf} from '../router/outcome.ts';
import {createRouter, type Router} from '../router/router.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';

type Row = Readonly<Record<string, string | null>>;
type Addresses = Readonly<Record<Side, pg.PoolConfig>>;

/** The way of an application that uses `crossfade/router`: a router of its own, with the application's addresses. */
export class RouterPath implements ApplicationPath {
  readonly name = 'crossfade/router';
  readonly #addresses: Addresses;
  readonly #migration: string;
  #router: Router | undefined;
  #isClosed = false;

  /** `migration` is the plan's name, as applications give it. */
  constructor(addresses: Addresses, migration: string) {
    this.#addresses = addresses;
    this.#migration = migration;
  }

  /** Logs in on both sides, which is what the application will have to do. */
  async roles(): Promise<Readonly<Record<Side, string>>> {
    return {source: await roleAt(this.#addresses.source), target: await roleAt(this.#addresses.target)};
  }

  async send(text: string, values: readonly string[]): Promise<readonly Row[]> {
    if (this.#isClosed) throw new Error('the path was closed');
    this.#router ??= createRouter({...this.#addresses, migration: this.#migration, poolMax: 1});
    const {rows} = await this.#router.query<Row>(text, values);
    return rows;
  }

  isRefusal(error: unknown): boolean {
    return outcomeOf(error) === 'failed';
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#router?.close({cutAfterMs: 0}); // whoever closes it has waited already
  }
}

async function roleAt(config: pg.ClientConfig): Promise<string> {
  const client = new pg.Client(config);
  client.on('error', () => undefined); // met again by the statement
  try {
    await client.connect();
    const {rows} = await client.query<Row>('SELECT current_user::text AS role');
    return rows[0]?.['role'] ?? '';
  } finally {
    await goodbye(client);
  }
}
