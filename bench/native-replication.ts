/** PostgreSQL's own logical replication, as an operator sets it up by hand. */
import {databaseUrl, type Servers, sqlOn} from './databases.ts';

const LOOK_MS = 2;

export class NativeReplication {
  readonly #source: string;
  readonly #target: string;
  readonly #name: string;

  private constructor(source: string, target: string, name: string) {
    this.#source = source;
    this.#target = target;
    this.#name = name;
  }

  /** Publication and slot; nothing is copied or applied yet. */
  static async prepare(servers: Servers, sourceName: string, targetName: string): Promise<NativeReplication> {
    const native = new NativeReplication(
      databaseUrl(servers.source, sourceName),
      databaseUrl(servers.target, targetName),
      `native_${targetName}`,
    );
    await sqlOn(native.#source, `CREATE PUBLICATION ${native.#name} FOR TABLE item`);
    return native;
  }

  /** The whole initial copy: until the table is ready. */
  async load(): Promise<void> {
    await sqlOn(this.#target, `CREATE SUBSCRIPTION ${this.#name} CONNECTION '${this.#source}' PUBLICATION ${this.#name}`);
    await until(async () => (await sqlOn(this.#target, `SELECT 1 FROM pg_subscription_rel WHERE srsubstate <> 'r'`)).length === 0);
  }

  async pause(): Promise<void> {
    await sqlOn(this.#target, `ALTER SUBSCRIPTION ${this.#name} DISABLE`);
    await until(
      async () =>
        (await sqlOn(this.#source, `SELECT 1 FROM pg_replication_slots WHERE active AND slot_name = '${this.#name}'`)).length === 0,
    );
  }

  async applyBacklog(): Promise<void> {
    const marker = await this.mark();
    await sqlOn(this.#target, `ALTER SUBSCRIPTION ${this.#name} ENABLE`);
    await this.untilMarked(marker);
  }

  /** A row that arrives after everything before it. */
  async mark(): Promise<number> {
    const [row] = await sqlOn(
      this.#source,
      `INSERT INTO item SELECT -1 - count(*), 0, 0, now(), true, 'marker' FROM item WHERE id < 0 RETURNING id`,
    );
    return Number(row?.['id']);
  }

  async untilMarked(marker: number): Promise<void> {
    await until(async () => (await sqlOn(this.#target, `SELECT 1 FROM item WHERE id = ${marker}`)).length > 0);
  }

  async drop(): Promise<void> {
    await sqlOn(this.#target, `DROP SUBSCRIPTION IF EXISTS ${this.#name}`);
    await sqlOn(this.#source, `DROP PUBLICATION IF EXISTS ${this.#name}`);
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
