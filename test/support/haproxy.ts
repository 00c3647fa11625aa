/** Real HAProxies for tests: one or several processes before two servers, as docs/runbook/haproxy.md has its file. */
import {type ChildProcess, spawn} from 'node:child_process';
import {chownSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {connect} from 'node:net';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {serverAccount} from '../../examples/demo/embedded-binaries.ts';
import {freePort} from '../../examples/demo/free-port.ts';
import type {Side} from '../../src/model/side.ts';
import type {Command} from './debian-packages.ts';
import {fetchedProgram} from './fetched-programs.ts';
import {addCleanUp, addMiss, ServerMissing} from './server-folder.ts';
import {endProcess} from './server-process.ts';

export type Haproxies = {
  /** What a plan says of them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The port that the application uses at each. */
  readonly ports: readonly number[];
  readonly stateFile: string;
  /** The answer of one process to one command. */
  say(index: number, command: string): Promise<string>;
  /** Ends one, as a crash would. */
  kill(index: number): Promise<void>;
  /** Starts one again, with what it finds in its files. */
  start(index: number): Promise<void>;
  stop(): Promise<void>;
};

const START_MS_MAX = 10_000;

/** `TEST_HAPROXY` names another one than the system's. Throws ServerMissing where there is none. */
export async function haproxyCommand(): Promise<Command> {
  const {TEST_HAPROXY: named} = process.env;
  if (named) return [named];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const installed = folders.map((folder) => join(folder, 'haproxy')).find((file) => existsSync(file));
  const found: Command | undefined = installed === undefined ? fetchedProgram('haproxy') : [installed];
  if (found) return found;
  const command = 'npm run servers:fetch, or apt-get install haproxy';
  addMiss({server: 'HAProxy', command, reasons: ['no program haproxy on the PATH or in /usr/sbin', 'none was fetched']});
  throw new ServerMissing(`HAProxy could not be had. Provide it: ${command}`);
}

/** `sides`: the ports of the servers. It starts at the source. */
export async function startHaproxies(instances: number, sides: Readonly<Record<Side, number>>): Promise<Haproxies> {
  const program = await haproxyCommand();
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-haproxy-'));
  own(folder);
  const stateFile = write(folder, 'backend.state', '');
  const ports = await Promise.all(Array.from({length: instances}, () => freePort()));
  const sockets = ports.map((_, index) => join(folder, `${index}.sock`));
  for (const [index, port] of ports.entries()) write(folder, `${index}.cfg`, configuration(sockets[index] ?? '', port, sides, stateFile));
  const running = await Promise.all(ports.map((_, index) => startOne(program, folder, index)));
  const end = (index: number): Promise<void> => endProcess(running[index]?.pid ?? 0, folder, 'SIGKILL');
  return {
    settings: {socket: sockets, backend: 'shop', source: 'old', target: 'new', hold: 'hold', stateFile},
    ports,
    stateFile,
    say: (index, command) => said(sockets[index] ?? '', command),
    kill: end,
    async start(index) {
      running[index] = await startOne(program, folder, index);
    },
    async stop() {
      await Promise.all(running.map((_, index) => end(index)));
      rmSync(folder, {recursive: true, force: true});
    },
  };
}

/** The lines are those of the runbook; `timeout connect` is also the longest that a client waits after a hold. */
const configuration = (socket: string, port: number, sides: Readonly<Record<Side, number>>, stateFile: string): string => `global
  stats socket ${socket} mode 600 level admin
defaults
  mode tcp
  timeout connect 250ms
  timeout client 1h
  timeout server 1h
listen shop
  bind 127.0.0.1:${port}
  option redispatch 1
  retries 240
  load-server-state-from-file local
  server-state-file-name ${stateFile}
  server old 127.0.0.1:${sides.source}
  server new 127.0.0.1:${sides.target} disabled
  server hold 127.0.0.1:1 no-check disabled
`;

async function startOne([program, ...before]: Command, folder: string, index: number): Promise<ChildProcess> {
  const log = openSync(join(folder, `${index}.log`), 'a');
  const parameters = [...before, '-db', '-f', join(folder, `${index}.cfg`)];
  const child = spawn(program, parameters, {...serverAccount(), cwd: folder, detached: true, stdio: ['ignore', log, log]});
  closeSync(log);
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  addCleanUp({kind: 'process', pid: child.pid, folder});
  const giveUpAt = performance.now() + START_MS_MAX;
  while (!(await said(join(folder, `${index}.sock`), 'show info').catch(() => ''))) {
    if (child.exitCode !== null || performance.now() > giveUpAt)
      throw new Error(`HAProxy did not start: ${readFileSync(join(folder, `${index}.log`), 'utf8')}`);
    await sleep(20);
  }
  return child;
}

function said(path: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({path}).setEncoding('utf8');
    socket.on('data', (part: string) => (answer += part));
    socket.once('end', () => resolve(answer));
    socket.once('error', reject);
    socket.write(`${command}\n`);
  });
}

function write(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  own(file);
  return file;
}

function own(path: string): void {
  const account = serverAccount();
  if (account) chownSync(path, account.uid, account.gid);
}
