/**
 * One PgBouncer instance's admin console. A connection per act, of a few commands one after another: the console has no
 * state of ours, a PAUSE stays when its connection dies, and no idle connection can go stale between cutovers.
 */
import pg from 'pg';
import {DatabaseUrl} from '../model/database-url.ts';
import type {Effects} from '../model/effects.ts';
import {errorText, TransientError} from '../model/errors.ts';
import {within} from '../model/time-limit.ts';
import type {Tracking} from './pgbouncer-parameters.ts';

export type PooledDatabase = {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly paused: boolean;
  readonly pooling: string;
};

/** `process`: the server's own, by its word. */
export type BusyServer = {readonly user: string; readonly process: number; readonly since: string};

/** An admin console that answers at all answers at once; only PAUSE waits, and it has a limit of its own. */
const COMMAND_MS_MAX = 5_000;
const CLOSE_MS_MAX = 1_000;

export class PgBouncerAdmin {
  readonly #url: DatabaseUrl;
  readonly #effects: Effects;
  /** Logged in with the first command of an act. */
  #client: pg.Client | undefined;

  constructor(url: string, effects: Effects) {
    this.#url = new DatabaseUrl(url);
    this.#effects = effects;
  }

  /** For messages: host and port, never the password. */
  get where(): string {
    return `${this.#url.host || this.#url.parameter('host') || 'localhost'}:${this.#url.port || '6432'}`;
  }

  /** Undefined when this instance has no such database. */
  async database(name: string): Promise<PooledDatabase | undefined> {
    const row = (await this.#rows('SHOW DATABASES')).find((one) => one['name'] === name);
    if (!row) return undefined;
    const pooling = row['pool_mode'] ?? (await this.#setting('pool_mode'));
    return {host: row['host'] ?? '', port: row['port'] ?? '', database: row['database'] ?? '', paused: row['paused'] === '1', pooling};
  }

  /** Version and `track_extra_parameters`: what decides which parameters are carried from server to server. */
  async tracking(): Promise<Tracking> {
    const [row] = await this.#rows('SHOW VERSION');
    return {version: row?.['version'] ?? '', extra: await this.#setting('track_extra_parameters')};
  }

  /** Whether a server login is under way: a PAUSE that cuts one makes PgBouncer refuse the next clients (08P01). */
  async isLoggingIn(name: string): Promise<boolean> {
    const rows = await this.#rows('SHOW SERVERS');
    return rows.some((row) => row['database'] === name && (row['state'] === 'new' || row['state'] === 'login'));
  }

  /** True when every server connection was released in time; the pause stays either way. */
  async pause(name: string, waitMs: number): Promise<boolean> {
    return (await this.#run(`PAUSE ${quote(name)}`, waitMs)) !== 'late';
  }

  /**
   * A server login that the PAUSE cut in its middle counts as a failed one, and PgBouncer then waits for
   * `server_login_retry` (15 s) before the next: so it is 0 while the clients that wait are let go. Where it is 0
   * already, a watchdog may be at it in the same moment, or a runner died in it: then the file says what it was.
   */
  async resume(name: string): Promise<void> {
    const retry = await this.#setting('server_login_retry');
    await this.command('SET server_login_retry = 0');
    try {
      await this.command(`RESUME ${quote(name)}`).catch(async (error: unknown) => {
        // Where nothing is paused it is an error, and the watchdog may have done the same in the same moment.
        if ((await this.database(name))?.paused !== false) throw error;
      });
    } finally {
      await this.command(Number(retry) === 0 ? 'RELOAD' : `SET server_login_retry = ${Number(retry)}`);
    }
  }

  /** Cuts every connection of the database, and leaves it paused. */
  async kill(name: string): Promise<void> {
    await this.command(`KILL ${quote(name)}`);
  }

  async command(text: string): Promise<void> {
    if ((await this.#run(text, COMMAND_MS_MAX)) === 'late') throw this.#silent(text);
  }

  /** Server connections a client still uses: what a PAUSE waits for. */
  async busy(name: string): Promise<readonly BusyServer[]> {
    const rows = await this.#rows('SHOW SERVERS');
    const busy = rows.filter((row) => row['database'] === name && row['state'] === 'active');
    return busy.map((row) => ({user: row['user'] ?? '', process: Number(row['remote_pid']), since: row['request_time'] ?? ''}));
  }

  async #setting(name: string): Promise<string> {
    const row = (await this.#rows('SHOW CONFIG')).find((one) => one['key'] === name);
    return row?.['value'] ?? '';
  }

  async #rows(text: string): Promise<Readonly<Record<string, string | null>>[]> {
    const rows = await this.#run(text, COMMAND_MS_MAX);
    if (rows === 'late') throw this.#silent(text);
    return rows;
  }

  async #run(text: string, waitMs: number): Promise<Record<string, string | null>[] | 'late'> {
    await this.#effects.point('admin.command', `pgbouncer ${text} at ${this.where}`);
    try {
      this.#client ??= await this.#connect();
      const answer = this.#client.query<Record<string, string | null>>(text).then(({rows}) => rows);
      const answered = await within(this.#effects.clock, waitMs, answer);
      if (answered === 'late') this.#cutOff();
      return answered;
    } catch (error) {
      if (!isRefusal(error)) this.#cutOff();
      throw this.#failed(text, error);
    }
  }

  async #connect(): Promise<pg.Client> {
    // Console values are texts: numbers of some versions are bigint, of others not.
    const client = new pg.Client({
      connectionString: this.#url.reveal(),
      connectionTimeoutMillis: COMMAND_MS_MAX,
      // As everywhere: verified when it leaves the machine, unless the address says otherwise.
      ...(this.#url.isLocal || this.#url.parameter('sslmode') !== undefined ? {} : {ssl: true}),
      types: {getTypeParser: () => String},
    });
    // An error between commands belongs to the command that follows, which fails by itself.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** The end of an act. A console that does not answer the goodbye is cut off: it holds up neither the cutover nor the process. */
  async close(): Promise<void> {
    const client = this.#client;
    if (client && (await within(this.#effects.clock, CLOSE_MS_MAX, client.end())) === 'late') this.#cutOff();
    this.#client = undefined;
  }

  /** With a reset: a PAUSE that has not left this machine must not arrive when the network is well again. */
  #cutOff(): void {
    (this.#client as unknown as {connection: {stream: {resetAndDestroy(): void}}} | undefined)?.connection.stream.resetAndDestroy();
    this.#client = undefined;
  }

  #failed(text: string, cause: unknown): TransientError {
    const reason = errorText(cause);
    const next = /SSL/.test(reason)
      ? 'enable client TLS in PgBouncer, or add ?sslmode=disable to the admin url on purpose'
      : 'check that PgBouncer runs, and that the admin user stands in its admin_users';
    return new TransientError(`PgBouncer at ${this.where} did not carry out ${text}: ${reason}`, {code: 'CF-CONN-001', next, cause});
  }

  #silent(text: string): TransientError {
    return this.#failed(text, new Error(`no answer within ${COMMAND_MS_MAX} ms`));
  }
}

/** The console said no, and goes on listening; anything else says nothing of whether it does. */
const isRefusal = (error: unknown): boolean => error instanceof pg.DatabaseError && error.severity === 'ERROR';

const quote = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
