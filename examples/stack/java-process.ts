/** One Java program of the stack: a folder and a log of its own, ended by the process that was started. */
import {type ChildProcess, spawn} from 'node:child_process';
import {chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type {KafkaPrograms} from './kafka-programs.ts';

const START_MS_MAX = 120_000;
const RETRY_MS = 100;
const LOG_SETTINGS = fileURLToPath(new URL('log4j2.xml', import.meta.url));

export type JavaProgram = {
  readonly name: string;
  readonly mainClass: string;
  readonly heapMb: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Asked again and again after a start. */
  readonly answers: () => Promise<boolean>;
};

export class JavaProcess {
  /** Stands in the command line of the process. */
  readonly folder: string;
  readonly #programs: KafkaPrograms;
  #process: ChildProcess | undefined;

  constructor(programs: KafkaPrograms, name: string) {
    this.#programs = programs;
    this.folder = mkdtempSync(join(tmpdir(), `crossfade-${name}-`));
    if (programs.account) chownSync(this.folder, programs.account.uid, programs.account.gid);
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('the Java program is not running');
    return pid;
  }

  /** Runs a program to its end. */
  async run(mainClass: string, words: readonly string[]): Promise<void> {
    const child = this.#spawn(mainClass, 128, words);
    const [code] = await new Promise<[number | null]>((resolve, reject) => {
      child.once('exit', (ended) => resolve([ended]));
      child.once('error', reject);
    });
    if (code !== 0) throw new Error(`${mainClass} ended with ${code}: ${this.log()}`);
  }

  /** Returns when it answers. */
  async start({name, mainClass, heapMb, properties, answers}: JavaProgram): Promise<void> {
    const giveUpAtMs = performance.now() + START_MS_MAX;
    const child = this.#spawn(mainClass, heapMb, [this.write(properties)]);
    this.#process = child;
    while (!(await answers())) {
      if (performance.now() > giveUpAtMs) throw new Error(`${name} did not answer in ${START_MS_MAX} ms: ${this.log()}`);
      if (hasEnded(child)) throw new Error(`${name} did not start: ${this.log()}`);
      await sleep(RETRY_MS);
    }
  }

  /** The file with these properties, which the program may read. */
  write(properties: JavaProgram['properties']): string {
    const file = join(this.folder, 'server.properties');
    writeFileSync(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return file;
  }

  log(): string {
    return readFileSync(join(this.folder, 'server.log'), 'utf8');
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Nothing of it is kept. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, {recursive: true, force: true});
  }

  /** A group of its own: Ctrl-C on a terminal must not stop it before its clients. */
  #spawn(mainClass: string, heapMb: number, words: readonly string[]): ChildProcess {
    const log = openSync(join(this.folder, 'server.log'), 'a');
    const {java, libraries, account} = this.#programs;
    const flags = [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];
    const settings = [`-Dlog4j2.configurationFile=${LOG_SETTINGS}`, `-Djava.io.tmpdir=${this.folder}`, '-Djava.net.preferIPv4Stack=true'];
    const child = spawn(java, [...flags, ...settings, '-cp', join(libraries, '*'), mainClass, ...words], {
      ...account,
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return child;
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
