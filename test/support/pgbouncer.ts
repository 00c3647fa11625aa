/**
 * Real PgBouncers for tests: one or several instances before one database, which share the file that says where it is.
 * They refuse to run as root, so they run as the account that also runs the servers.
 */
import {spawn} from 'node:child_process';
import {chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import pg from 'pg';
import {serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {freePort} from '../../examples/demo/free-port.ts';
import type {Command} from './debian-packages.ts';
import {fetchedProgram, versionOf} from './fetched-programs.ts';
import {addCleanUp, addMiss, ServerMissing} from './server-folder.ts';
import {endProcess} from './server-process.ts';

export type PgBouncers = {
  /** One admin console per instance. */
  readonly admins: readonly string[];
  /** The application's address at each instance. */
  readonly clients: readonly string[];
  /** The shared file with the database's line. */
  readonly config: string;
  /** Ends one instance, as a crash would. */
  kill(index: number): Promise<void>;
  stop(): Promise<void>;
};

export type PgBouncerRequest = {
  readonly instances: number;
  readonly database: string;
  /** As in its file: `host=127.0.0.1 port=5432 dbname=shop`. */
  readonly address: string;
  readonly user: {readonly name: string; readonly password: string};
  readonly pooling: 'transaction' | 'session';
  /** Where it is to be another one than that of every test. */
  readonly program?: Command;
  /** More lines of its file. */
  readonly settings?: string;
};

const START_MS_MAX = 10_000;

/** `TEST_PGBOUNCER` names another one than the system's, of a newer version for example. Throws ServerMissing where there is none. */
export function pgbouncerProgram(): Promise<Command> {
  const {TEST_PGBOUNCER: named} = process.env;
  if (named) return Promise.resolve([named]);
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file));
  if (found !== undefined) return Promise.resolve([found]);
  const command = 'apt-get install pgbouncer';
  addMiss({server: 'PgBouncer', command, reasons: ['no program pgbouncer on the PATH or in /usr/sbin']});
  return Promise.reject(new ServerMissing(`PgBouncer could not be had. Provide it: ${command}`));
}

/** One that carries what clients prepare from server to server, as 1.21 and later do. Throws ServerMissing where there is none. */
export async function newerPgbouncerProgram(): Promise<Command> {
  const named = process.env['TEST_PGBOUNCER'] ? await pgbouncerProgram() : undefined;
  const found = [named, fetchedProgram('pgbouncer')].find((one) => one !== undefined && isNewer(one));
  if (found) return found;
  const command = 'npm run servers:fetch';
  addMiss({server: 'PgBouncer 1.21 or later', command, reasons: ['TEST_PGBOUNCER names none', 'none was fetched']});
  throw new ServerMissing(`PgBouncer 1.21 or later could not be had. Provide it: ${command}`);
}

function isNewer(program: Command): boolean {
  const [major = 0, minor = 0] = (versionOf('pgbouncer', program) ?? '').split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 21);
}

export async function startPgBouncers(request: PgBouncerRequest): Promise<PgBouncers> {
  const program = request.program ?? (await pgbouncerProgram());
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-pgbouncer-'));
  const config = writeOwned(folder, 'databases.ini', `[databases]\n${request.database} = ${request.address} pool_size=5\n`);
  writeOwned(folder, 'users.txt', `"${request.user.name}" "${request.user.password}"\n"admin" "admin"\n`);
  const started = await Promise.all(Array.from({length: request.instances}, (_, index) => startOne(program, folder, index, request)));
  return {
    admins: started.map(({port}) => `postgres://admin:admin@127.0.0.1:${port}/pgbouncer`),
    clients: started.map(({port}) => `postgres://${request.user.name}:${request.user.password}@127.0.0.1:${port}/${request.database}`),
    config,
    kill: async (index) => endProcess(started[index]?.pid ?? 0, folder, 'SIGKILL'),
    async stop() {
      await Promise.all(started.map(({pid}) => endProcess(pid, folder, 'SIGKILL')));
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

async function startOne(
  [program, ...before]: Command,
  folder: string,
  index: number,
  {pooling, database, settings: more = ''}: PgBouncerRequest,
): Promise<{pid: number; port: number}> {
  const port = await freePort();
  const file = writeOwned(folder, `pgbouncer-${index}.ini`, settings(folder, port, pooling, more));
  const log = openSync(join(folder, `pgbouncer-${index}.log`), 'a');
  const child = spawn(program, [...before, file], {...serverAccount(), cwd: folder, detached: true, stdio: ['ignore', log, log]});
  closeSync(log);
  const {pid} = child;
  if (pid === undefined) throw new Error(`${program} could not be started`);
  addCleanUp({kind: 'process', pid, folder});
  await answers(port, database, () => (child.exitCode === null ? undefined : readFileSync(join(folder, `pgbouncer-${index}.log`), 'utf8')));
  return {pid, port};
}

const settings = (folder: string, port: number, pooling: string, more: string): string => `[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users.txt')}
admin_users = admin
pool_mode = ${pooling}
ignore_startup_parameters = extra_float_digits
${more}
%include ${join(folder, 'databases.ini')}
`;

async function answers(port: number, database: string, ended: () => string | undefined): Promise<void> {
  const giveUpAt = performance.now() + START_MS_MAX;
  for (;;) {
    const client = new pg.Client(`postgres://admin:admin@127.0.0.1:${port}/pgbouncer`);
    const failure = await client.connect().then(
      () => undefined,
      (error: unknown) => error,
    );
    await client.end();
    if (failure === undefined) return;
    if (ended() !== undefined || performance.now() > giveUpAt)
      throw new Error(`PgBouncer for ${database} did not start: ${ended()}`, {cause: failure});
    await sleep(20);
  }
}

function writeOwned(folder: string, name: string, text: string): string {
  const account = serverAccount();
  const file = join(folder, name);
  writeFileSync(file, text, {mode: 0o600});
  for (const path of [folder, file]) if (account) chownSync(path, account.uid, account.gid);
  return file;
}
