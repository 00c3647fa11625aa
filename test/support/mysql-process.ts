/**
 * One real MySQL or MariaDB server for tests: a folder of its own in the temporary folder, loopback only, a free port, a
 * random password, and the settings that a change stream needs.
 */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import mysql from 'mysql2/promise';
import {freePort} from '../../examples/demo/free-port.ts';
import type {MysqlPrograms} from './mysql-programs.ts';

/** Names as the server's own options are written, with hyphens. */
export type MysqlSettings = Readonly<Record<string, string>>;

const IMAGES = {'binlog-row-image': 'FULL', 'binlog-row-metadata': 'FULL'};

/** What a change stream needs. */
export const NEEDED: Readonly<Record<MysqlPrograms['flavour'], MysqlSettings>> = {
  mysql: {...IMAGES, 'gtid-mode': 'ON', 'enforce-gtid-consistency': 'ON'},
  mariadb: {...IMAGES, 'binlog-format': 'ROW'},
};

const OWN: typeof NEEDED = {mysql: {mysqlx: 'OFF', 'secure-file-priv': 'NULL'}, mariadb: {}};

const COMMON: MysqlSettings = {
  'log-bin': 'binlog',
  'bind-address': '127.0.0.1',
  'skip-name-resolve': 'ON',
  'max-connections': '300',
  'innodb-buffer-pool-size': '64M',
  // The tests kill processes, never the machine: what was handed to the system survives that.
  'innodb-flush-log-at-trx-commit': '2',
  'sync-binlog': '0',
};

const START_MS_MAX = 60_000;
const RETRY_MS = 50;

/** Takes two seconds with MariaDB and ten with MySQL, which writes 200 MB. */
export async function startMysql(programs: MysqlPrograms, settings: MysqlSettings): Promise<MysqlProcess> {
  const folder = mkdtempSync(join(tmpdir(), `crossfade-${programs.flavour}-`));
  initialise(programs, folder);
  const server = new MysqlProcess(programs, settings, folder, await freePort());
  try {
    await server.start(['--init-file', writeLogin(folder, server.url)]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

export class MysqlProcess {
  /** May do everything; carries the random password. */
  readonly url: string;
  readonly version: string;
  /** Stands in the command line of the process. */
  readonly folder: string;
  readonly #programs: MysqlPrograms;
  readonly #settings: MysqlSettings;
  #process: ChildProcess | undefined;

  constructor(programs: MysqlPrograms, settings: MysqlSettings, folder: string, port: number) {
    this.version = programs.version;
    this.folder = folder;
    this.url = `${programs.flavour}://administrator:${randomBytes(12).toString('hex')}@127.0.0.1:${port}/`;
    this.#programs = programs;
    const {flavour} = programs;
    this.#settings = {...COMMON, ...NEEDED[flavour], ...OWN[flavour], port: String(port), 'server-id': String(port), ...settings};
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error(`${this.#name} is not running`);
    return pid;
  }

  get #name(): string {
    return `${this.#programs.flavour} ${this.version}`;
  }

  async start(more: readonly string[] = []): Promise<void> {
    const giveUpAtMs = performance.now() + START_MS_MAX;
    this.#process = this.#spawn(more);
    while (!(await answers(this.url))) {
      if (performance.now() > giveUpAtMs) throw new Error(`${this.#name} did not answer in ${START_MS_MAX} ms: ${this.log()}`);
      if (hasEnded(this.#process)) throw new Error(`${this.#name} did not start: ${this.log()}`);
      await sleep(RETRY_MS);
    }
  }

  #spawn(more: readonly string[]): ChildProcess {
    const flags = [...flagsFor(this.#programs, this.folder), ...asFlags(this.#settings), ...more];
    const log = openSync(join(this.folder, 'server.log'), 'a');
    const [program, ...before] = this.#programs.command;
    // A group of its own: Ctrl-C on a terminal must not stop the server before its clients.
    const child = spawn(program, [...before, ...flags], {cwd: this.folder, detached: true, stdio: ['ignore', log, log]});
    closeSync(log);
    return child;
  }

  log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  async stop(): Promise<void> {
    await this.#end('SIGKILL');
    rmSync(this.folder, {recursive: true, force: true});
  }

  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    await this.start();
  }

  kill9(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const asFlags = (settings: MysqlSettings): string[] =>
  Object.entries(settings).map(([name, value]) => `--${name.replaceAll('_', '-')}=${value}`);

/** As root it wants to be told that root is meant. */
const flagsFor = ({shareFolder, pluginFolder}: MysqlPrograms, folder: string): string[] => [
  '--no-defaults',
  ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  `--datadir=${join(folder, 'data')}`,
  `--socket=${join(folder, 'socket')}`,
  `--pid-file=${join(folder, 'pid')}`,
  // A server that starts takes away what it finds of temporary tables, of others too.
  `--tmpdir=${folder}`,
  `--lc-messages-dir=${shareFolder}`,
  `--plugin-dir=${pluginFolder}`,
];

function initialise(programs: MysqlPrograms, folder: string): void {
  const data = join(folder, 'data');
  mkdirSync(data);
  const isMysql = programs.flavour === 'mysql';
  const how = isMysql ? ['--initialize-insecure'] : ['--bootstrap', '--enforce-storage-engine=', '--skip-log-bin'];
  const [program, ...before] = programs.command;
  const run = spawnSync(program, [...before, ...flagsFor(programs, folder), ...how], {
    cwd: folder,
    encoding: 'utf8',
    ...(isMysql ? {} : {input: systemTables(programs.shareFolder)}),
  });
  if (run.status === 0) return;
  rmSync(folder, {recursive: true, force: true});
  throw new Error(`${programs.flavour} ${programs.version} made no data folder: ${run.stderr || run.error?.message}`);
}

/** What `mariadb-install-db` gives the server to run, without the host names that it looks up. */
function systemTables(folder: string): string {
  const names = readdirSync(folder);
  const parts = [
    /_system_tables\.sql$/,
    /_performance_tables\.sql$/,
    /_system_tables_data\.sql$/,
    /^maria_add_gis_sp_bootstrap\.sql$/,
    /_sys_schema\.sql$/,
  ];
  const files = parts.map((part) => names.find((name) => part.test(name))).filter((name) => name !== undefined);
  const text = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  return `CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n${text.replaceAll(/^.*@current_hostname.*$/gm, '')}\n`;
}

/** Run once by the server itself, at its first start: until then nobody may come in by TCP. */
function writeLogin(folder: string, url: string): string {
  const file = join(folder, 'login.sql');
  const {username, password} = new URL(url);
  const statements = [
    'SET SESSION sql_log_bin = 0;',
    `CREATE USER '${username}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL PRIVILEGES ON *.* TO '${username}'@'127.0.0.1' WITH GRANT OPTION;`,
  ];
  writeFileSync(file, `${statements.join('\n')}\n`, {mode: 0o600});
  return file;
}

/** Any refusal means "not yet": the caller gives up by time and shows the server's own log. */
async function answers(url: string): Promise<boolean> {
  try {
    const connection = await mysql.createConnection({...loginOf(url), connectTimeout: 2000});
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

/** The driver does not know the scheme `mariadb`. */
export const loginOf = (url: string): {host: string; port: number; user: string; password: string; database?: string} => {
  const {hostname, port, username, password, pathname} = new URL(url);
  const database = decodeURIComponent(pathname.slice(1));
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(database === '' ? {} : {database}),
  };
};
