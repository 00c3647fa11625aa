import type {Side} from '../model/side.ts';
import {NotConnected, outcomeOf} from '../router/outcome.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import type {ApplicationAddress, ApplicationConnection, Row} from './application-address.ts';

/** One connection to whatever answers at an address, a pooler as a rule; replaced when it breaks, as applications do. */
export class DirectPath<S> implements ApplicationPath {
  readonly name: string;
  readonly #address: ApplicationAddress<S>;
  #connection: ApplicationConnection | undefined;
  #isClosed = false;

  constructor(name: string, address: ApplicationAddress<S>) {
    this.name = name;
    this.#address = address;
  }

  /** Behind a pooler the same name is used on both sides. */
  async roles(): Promise<Readonly<Record<Side, string>>> {
    const role = await (await this.#connected()).role();
    return {source: role, target: role};
  }

  async send(text: string, values: readonly string[]): Promise<readonly Row[]> {
    return (await this.#connected()).send(text, values);
  }

  isRefusal(error: unknown): boolean {
    return outcomeOf(error) === 'failed';
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection?.close();
  }

  async #connected(): Promise<ApplicationConnection> {
    if (this.#connection) return this.#connection;
    if (this.#isClosed) throw new NotConnected('the path was closed');
    let isGone = false;
    const connection = await this.#address.connect(() => {
      isGone = true;
      if (this.#connection === connection) this.#connection = undefined;
    });
    if (this.#isClosed) {
      await connection.close();
      throw new NotConnected('the path was closed');
    }
    if (!isGone) this.#connection = connection;
    return connection;
  }
}
