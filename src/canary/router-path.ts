import type {Side} from '../model/side.ts';
import {outcomeOf} from '../router/outcome.ts';
import {Routing} from '../router/routing.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import type {ApplicationAddress, ApplicationConnection, Row} from './application-address.ts';

type Addresses<S, T> = {readonly source: ApplicationAddress<S>; readonly target: ApplicationAddress<T>};

/** The way of an application that uses `crossfade/router`: a router of its own, with the application's addresses, each in its own dialect. */
export class RouterPath<S, T> implements ApplicationPath {
  readonly name = 'crossfade/router';
  readonly #addresses: Addresses<S, T>;
  readonly #migration: string;
  #routing: Routing<S, T> | undefined;
  readonly #asking = new Set<ApplicationConnection>();
  #isClosed = false;

  /** `migration` is the plan's name, as applications give it. */
  constructor(addresses: Addresses<S, T>, migration: string) {
    this.#addresses = addresses;
    this.#migration = migration;
  }

  /** Logs in on both sides, which is what the application will have to do. */
  async roles(): Promise<Readonly<Record<Side, string>>> {
    return {source: await this.#roleAt(this.#addresses.source), target: await this.#roleAt(this.#addresses.target)};
  }

  async send(text: string, values: readonly string[]): Promise<readonly Row[]> {
    if (this.#isClosed) throw new Error('the path was closed');
    const {source, target} = this.#addresses;
    this.#routing ??= new Routing({source: source.side, target: target.side}, {migration: this.#migration, poolMax: 1});
    return this.#routing.statement({source: (by) => source.send(by, text, values), target: (by) => target.send(by, text, values)});
  }

  isRefusal(error: unknown): boolean {
    return outcomeOf(error) === 'failed';
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Whoever closes it has waited already.
    await Promise.all([...[...this.#asking].map((one) => one.close()), this.#routing?.close({cutAfterMs: 0})]);
  }

  async #roleAt<A>(address: ApplicationAddress<A>): Promise<string> {
    const connection = await address.connect(() => undefined); // what befalls it is met by the statement
    this.#asking.add(connection);
    try {
      return await connection.role();
    } finally {
      this.#asking.delete(connection);
      await connection.close();
    }
  }
}
