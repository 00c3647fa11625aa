/** Two servers, one PgBouncer before them, the application behind it, and a runner as an operator starts it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import pg from 'pg';
import {type PgBouncers, startPgBouncers} from '../test/support/pgbouncer.ts';
import {makeFolder} from '../test/support/server-folder.ts';
import {databaseUrl, Servers, sqlOn} from './databases.ts';
import type {Ask, Window} from './stall-log.ts';
import type {RelayServers} from './stall-kafka.ts';
import {startWriters} from './writers-process.ts';

/** What a series moves to and fro. */
export type Moved = {
  readonly folder: string;
  startWriters(folder: string, clients: number, rate: number): Promise<() => Promise<void>>;
  forget(): Promise<void>;
  writePlan(): string;
  startRunner(checkout: string, plan: string, state: string): Runner;
  /** Absent where nothing stands before the servers. */
  pauseAndResume?(): Promise<Window>;
  /** Of the source, which is open in the end. */
  readonly ask: Ask;
  stop(): Promise<void>;
};

const USER = {name: 'stall_app', password: 'only-for-this-bench'};
const DATABASE = 'stall';
export const SLOTS = 500;

/** What is moved: two tables that are written to, and others that only lie there, each with a sequence. */
const schemaOf = (tables: number): string[] => [
  'CREATE SCHEMA stall',
  'CREATE TABLE stall.slot (client int, slot int, writes int NOT NULL, last int NOT NULL, PRIMARY KEY (client, slot))',
  'CREATE TABLE stall.entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client int NOT NULL, seq int NOT NULL)',
  ...Array.from({length: Math.max(0, tables - 2)}, (_, n) => `CREATE TABLE stall.quiet_${n} (id bigserial PRIMARY KEY, note text)`),
  `GRANT USAGE ON SCHEMA stall TO ${USER.name}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA stall TO ${USER.name}`,
];

export class StallServers implements Moved {
  readonly folder: string;
  readonly source: string;
  readonly target: string;
  readonly #servers: Servers;
  readonly #pool: PgBouncers;
  readonly #testFolder: string;
  readonly #relay: RelayServers;

  private constructor(servers: Servers, pool: PgBouncers, testFolder: string, relay: RelayServers) {
    this.folder = mkdtempSync(join(tmpdir(), 'crossfade-stall-'));
    this.source = databaseUrl(servers.source, DATABASE);
    this.target = databaseUrl(servers.target, DATABASE);
    this.#servers = servers;
    this.#pool = pool;
    this.#testFolder = testFolder;
    this.#relay = relay;
  }

  static async start(tables: number, clients: number, relay: RelayServers): Promise<StallServers> {
    const servers = await Servers.start();
    for (const server of [servers.source, servers.target]) {
      await sqlOn(server.url, `CREATE DATABASE ${DATABASE}`, `CREATE ROLE ${USER.name} LOGIN PASSWORD '${USER.password}'`);
      await sqlOn(databaseUrl(server, DATABASE), ...schemaOf(tables));
    }
    const source = new URL(databaseUrl(servers.source, DATABASE));
    await sqlOn(
      source.href,
      `INSERT INTO stall.slot SELECT client, slot, 0, 0 FROM generate_series(0, ${clients - 1}) AS client, generate_series(0, ${SLOTS - 1}) AS slot`,
      'VACUUM ANALYZE',
    );
    const testFolder = makeFolder(); // where the helper of the tests notes what it has started
    const address = `host=${source.hostname} port=${source.port} dbname=${DATABASE}`;
    const pool = await startPgBouncers({instances: 1, database: DATABASE, address, user: USER, pooling: 'transaction'});
    return new StallServers(servers, pool, testFolder, relay);
  }

  readonly ask: Ask = (statement) => sqlOn(this.source, statement);

  /** Begins at once; `folder` is made, and gets one log a client. */
  startWriters(folder: string, clients: number, rate: number): Promise<() => Promise<void>> {
    return startWriters({urls: [this.#client], clients, rate, folder, slots: SLOTS});
  }

  /** What was written so far was a measurement of the machine. */
  async forget(): Promise<void> {
    await sqlOn(this.source, 'UPDATE stall.slot SET writes = 0, last = 0', 'TRUNCATE stall.entry', 'VACUUM FULL ANALYZE stall.slot');
  }

  /** With every part of a cutover: gates, watchdog, canary, the application's role. */
  writePlan(): string {
    return writePlanOf(this.folder, {
      source: {engine: 'postgres', url: 'env:STALL_SOURCE'},
      schema: {kind: 'existing'},
      relay: this.#relay.plan,
      switch: [{pgbouncer: {admin: ['env:STALL_ADMIN'], database: DATABASE, config: this.#pool.config}}],
      canary: {paths: ['env:STALL_APP'], onFailure: 'wait'},
      applicationRoles: [USER.name],
    });
  }

  /** `checkout`: whose crossfade. */
  startRunner(checkout: string, plan: string, state: string): Runner {
    const environment = {STALL_SOURCE: this.source, STALL_TARGET: this.target, STALL_APP: this.#client, STALL_ADMIN: this.#admin};
    return new Runner(join(checkout, 'src/cli/main.ts'), ['run', plan, '--state', state], environment, join(this.folder, 'runner.log'));
  }

  /** The least that any switch with this pooler costs: nothing is moved. */
  async pauseAndResume(): Promise<Window> {
    const admin = new pg.Client(this.#admin);
    await admin.connect();
    const fromMs = Date.now();
    await admin.query(`PAUSE ${DATABASE}`);
    await admin.query(`RESUME ${DATABASE}`);
    const toMs = Date.now();
    await admin.end();
    return {fromMs, toMs};
  }

  get #admin(): string {
    return this.#pool.admins[0] ?? '';
  }

  get #client(): string {
    return this.#pool.clients[0] ?? '';
  }

  async stop(): Promise<void> {
    await this.#pool.stop();
    await this.#relay.stop();
    await this.#servers.stop();
    for (const folder of [this.folder, this.#testFolder]) rmSync(folder, {recursive: true, force: true});
  }
}

/** `sections`: beside what all series have in common. */
export function writePlanOf(folder: string, sections: Readonly<Record<string, unknown>>): string {
  const file = join(folder, 'plan.yaml');
  const plan = {
    name: 'stall',
    workflow: 'live-migration',
    target: {engine: 'postgres', url: 'env:STALL_TARGET'},
    scope: {tables: ['stall.*']},
    gates: {cutover: ['replication-lag', 'checksum-match']},
    cutover: {start: 'manual', stallBudget: '5s', onBlockers: 'abort'},
    reverse: {window: '1h'},
    ...sections,
  };
  writeFileSync(file, JSON.stringify(plan));
  return file;
}

export class Runner {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<void>;

  constructor(program: string, words: readonly string[], environment: Readonly<Record<string, string>>, file: string) {
    this.#log = file;
    const log = openSync(file, 'a');
    const env = {...process.env, ...environment, NO_COLOR: '1'};
    this.#child = spawn(process.execPath, [program, ...words, '--yes', '--no-input'], {env, stdio: ['ignore', log, log]});
    closeSync(log);
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
  }

  /** Throws with its last words when it has ended: here it ends only when it is stopped. */
  requireAlive(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return;
    throw new Error(`the runner ended: ${readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-6).join('\n')}`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
