/**
 * Real PostgreSQL servers for the demo and the tests: a data folder of their own in the temporary folder, loopback
 * only, a free port, a random password, settings that logical replication needs.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {type Binaries, type EmbeddedVersion, findBinaries} from './embedded-binaries.ts';
import {freePort} from './free-port.ts';

export type {EmbeddedVersion} from './embedded-binaries.ts';

export type EmbeddedServer = {
  readonly version: number;
  /** Superuser, database `postgres`; carries the random password. */
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Of the postmaster; another one after `restart`. */
  pid(): number;
  /** What the server said, for failure messages. */
  log(): string;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** A clean stop, or the end after `kill9`, and a new start on the same port and data. */
  restart(): Promise<void>;
  /** As a power cut for the processes: no shutdown, recovery at the next start. */
  kill9(): Promise<void>;
};

export type ServerOptions = {readonly version: number; readonly settings?: Readonly<Record<string, string>>};
export type EmbeddedOptions = ServerOptions & {readonly version: EmbeddedVersion};

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  wal_level: 'logical',
  max_wal_senders: '20',
  max_replication_slots: '20',
  max_connections: '200',
  max_prepared_transactions: '10',
  shared_buffers: '128MB',
  max_wal_size: '4GB',
  log_checkpoints: 'off',
};

const START_MS_MAX = 30_000;
const RETRY_MS = 30;
const STILL_IN_USE = 'pre-existing shared memory block';

/** Takes about a second, most of it initdb. */
export async function startEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  return startServer(findBinaries(options.version), options);
}

/** The same with programs from elsewhere: the tests also use installed ones. */
export async function startServer(binaries: Binaries, options: ServerOptions): Promise<EmbeddedServer> {
  const folder = mkdtempSync(join(tmpdir(), `crossfade-pg${options.version}-`));
  if (binaries.account) chownSync(folder, binaries.account.uid, binaries.account.gid);
  const password = randomBytes(12).toString('hex');
  initialise(binaries, folder, password);
  const port = await freePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const server = new Server(options, binaries, folder, port, url);
  await server.start();
  return server;
}

class Server implements EmbeddedServer {
  readonly version: number;
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly #folder: string;
  readonly #binaries: Binaries;
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;

  constructor(options: ServerOptions, binaries: Binaries, folder: string, port: number, url: string) {
    this.version = options.version;
    this.url = url;
    this.port = port;
    this.dataFolder = join(folder, 'data');
    this.#folder = folder;
    this.#binaries = binaries;
    this.#settings = {...SETTINGS, port: String(port), unix_socket_directories: folder, ...options.settings};
  }

  async start(): Promise<void> {
    const giveUpAtMs = performance.now() + START_MS_MAX;
    this.#process = this.#spawn();
    while (!(await answers(this.url))) {
      if (performance.now() > giveUpAtMs) throw new Error(`PostgreSQL ${this.version} did not answer in ${START_MS_MAX} ms: ${this.log()}`);
      if (hasEnded(this.#process)) {
        // After `kill9` its children take a moment to notice, and no new server starts before.
        if (!this.#isStillInUse()) throw new Error(`PostgreSQL ${this.version} did not start: ${this.log()}`);
        this.#process = this.#spawn();
      }
      await sleep(RETRY_MS);
    }
  }

  #isStillInUse(): boolean {
    return this.log()
      .trimEnd()
      .split('\n')
      .slice(-2)
      .some((line) => line.includes(STILL_IN_USE));
  }

  #spawn(): ChildProcess {
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const log = openSync(join(this.#folder, 'server.log'), 'a');
    // A group of its own: Ctrl-C on a terminal must not stop the server before its clients.
    const child = spawn(this.#binaries.postgres, ['-D', this.dataFolder, ...settings], {
      ...this.#binaries.account,
      cwd: this.#folder,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return child;
  }

  pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error(`PostgreSQL ${this.version} is not running`);
    return pid;
  }

  log(): string {
    return readFileSync(join(this.#folder, 'server.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    rmSync(this.#folder, {recursive: true, force: true});
  }

  async restart(): Promise<void> {
    await this.#end('SIGINT');
    await this.start();
  }

  /** Its children as well: one that is busy would go on without it, and no new server starts before it ends. */
  async kill9(): Promise<void> {
    const pid = this.pid();
    process.kill(pid, 'SIGSTOP');
    const children = childrenOf(pid);
    const ended = this.#end('SIGKILL');
    for (const child of children) endIfThere(child);
    await ended;
  }

  async #end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

/** Linux tells it in a file, also where no `ps` is installed. */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(file) ? readFileSync(file, 'utf8') : spawnSync('pgrep', ['-P', String(pid)], {encoding: 'utf8'}).stdout;
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Any refusal means "not yet": the caller gives up by time and shows the server's own log. */
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({connectionString: url, connectionTimeoutMillis: 2000});
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

function initialise(binaries: Binaries, folder: string, password: string): void {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, {mode: 0o600});
  if (binaries.account) chownSync(passwordFile, binaries.account.uid, binaries.account.gid);
  const flags = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync'];
  const run = spawnSync(binaries.initdb, ['-D', join(folder, 'data'), ...flags], {...binaries.account, cwd: folder, encoding: 'utf8'});
  rmSync(passwordFile);
  if (run.status !== 0) throw new Error(`initdb failed: ${run.stderr || run.error?.message}`);
}
