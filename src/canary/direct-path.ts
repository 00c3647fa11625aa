import pg from 'pg';
import type {Side} from '../model/side.ts';
import {goodbye} from '../router/goodbye.ts';
import {NotConnected, outcomeOf} from '../router/outcome.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';

type Row = Readonly<Record<string, string | null>>;

/** One connection to whatever answers at an address, a pooler as a rule; replaced when it breaks, as applications do. */
export class DirectPath implements ApplicationPath {
  readonly name: string;
  readonly #config: pg.ClientConfig;
  #client: pg.Client | undefined;
  #isClosed = false;

  /** `config` carries a limit for connecting. */
  constructor(name: string, config: pg.ClientConfig) {
    this.name = name;
    this.#config = config;
  }

  /** Behind a pooler the same name is used on both sides. */
  async roles(): Promise<Readonly<Record<Side, string>>> {
    const [row] = await this.send('SELECT current_user::text AS role', []);
    const role = row?.['role'] ?? '';
    return {source: role, target: role};
  }

  async send(text: string, values: readonly string[]): Promise<readonly Row[]> {
    const client = (this.#client ??= await this.#connect());
    const {rows} = await client.query<Row>(text, [...values]);
    return rows;
  }

  isRefusal(error: unknown): boolean {
    return outcomeOf(error) === 'failed';
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // The driver cuts the connection at once when a statement is under way.
    if (this.#client) await goodbye(this.#client);
  }

  async #connect(): Promise<pg.Client> {
    if (this.#isClosed) throw new NotConnected('the path was closed');
    const client = new pg.Client(this.#config);
    const forget = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    // The statement under way gets the error as well; without a listener it would end the process.
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
    } catch (error) {
      throw new NotConnected(error instanceof Error ? error.message : String(error), {cause: error});
    }
    return client;
  }
}
