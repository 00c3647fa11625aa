/** The real command line as the demo uses it: one runner in the background, and commands as a person types them. */
import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export type CrossfadeOptions = {
  /** Keeps the migration's journal. */
  readonly state: string;
  /** `runner.log` goes here. */
  readonly evidence: string;
  /** The addresses that the plan refers to. */
  readonly environment: Readonly<Record<string, string>>;
  /** The project's own when absent; the plan's switches name files from here. */
  readonly workingFolder?: string;
};

/** What the demo reads of `crossfade status --json`. */
export type Status = {
  readonly phase: string;
  readonly state: 'running' | 'waiting' | 'paused' | 'failed' | 'completed' | 'aborted';
  readonly openSide: 'source' | 'target';
  /** `until`: of a reverse window, RFC 3339. */
  readonly waitingFor?: {readonly kind: string; readonly until?: string; readonly red?: readonly {readonly gate: string}[]} | null;
};

export type Answer = {readonly code: number; readonly output: string; readonly error: string};

const FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = join(FOLDER, 'src', 'cli', 'main.ts');

export class Crossfade {
  readonly #options: CrossfadeOptions;
  #runner: ChildProcess | undefined;
  #ended: Promise<number | null> = Promise.resolve(null);

  constructor(options: CrossfadeOptions) {
    this.#options = options;
  }

  /** `run PLAN` or `resume`, in the background. */
  start(...words: readonly string[]): void {
    const log = openSync(this.#log, 'a');
    const runner = this.#spawn([...words, '--yes', '--no-input'], ['ignore', log, log]);
    closeSync(log);
    this.#runner = runner;
    this.#ended = new Promise((resolve) => runner.once('exit', resolve));
  }

  /** What the runner said at its end, for failure messages. */
  lastWords(): string {
    return readFileSync(this.#log, 'utf8').trimEnd().split('\n').slice(-4).join('\n');
  }

  get #log(): string {
    return join(this.#options.evidence, 'runner.log');
  }

  /** Undefined before the first start. */
  get pid(): number | undefined {
    return this.#runner?.pid;
  }

  /** False when it has ended, however. */
  get isRunning(): boolean {
    return this.#runner?.exitCode === null && this.#runner.signalCode === null;
  }

  /** The runner's exit code; null when a signal ended it. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Nothing is told to it and nothing can be tidied up. */
  async kill9(): Promise<void> {
    this.#runner?.kill('SIGKILL');
    await this.#ended;
  }

  async stop(): Promise<void> {
    this.#runner?.kill('SIGTERM');
    await this.#ended;
  }

  /** Undefined while there is nothing to tell yet. */
  async status(): Promise<Status | undefined> {
    const {code, output} = await this.command('status', '--json');
    if (code !== 0 || !output.trimStart().startsWith('{')) return undefined;
    const status = JSON.parse(output) as Partial<Status>;
    return status.phase === undefined || status.state === undefined
      ? undefined
      : {openSide: 'source', ...status, phase: status.phase, state: status.state};
  }

  command(...words: readonly string[]): Promise<Answer> {
    const child = this.#spawn([...words, '--no-input'], ['ignore', 'pipe', 'pipe']);
    return new Promise((resolve, reject) => {
      let output = '';
      let error = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => void (error += text));
      child.once('error', reject);
      child.once('close', (code) => resolve({code: code ?? -1, output, error}));
    });
  }

  #spawn(words: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
    return spawn(process.execPath, [PROGRAM, ...words, '--state', this.#options.state], {
      cwd: this.#options.workingFolder ?? FOLDER,
      env: {...process.env, ...this.#options.environment, NO_COLOR: '1'},
      stdio,
      // A group of its own: Ctrl-C goes to the demo, which ends its children in order.
      detached: true,
    });
  }
}
