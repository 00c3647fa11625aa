/** The package as a user gets it: built, packed, and installed into an empty folder without development dependencies. */
import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join, resolve} from 'node:path';
import {createInterface} from 'node:readline';

export type Ended = {readonly code: number; readonly out: string; readonly err: string};

export type Installed = AsyncDisposable & {
  readonly folder: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
  /** The installed command, to its end. */
  crossfade(words: readonly string[], environment?: Environment): Promise<Ended>;
  /** In the background; what it says on either stream arrives line by line. */
  start(words: readonly string[], environment?: Environment): Started;
  /** A script of the user's own, given as text. */
  script(text: string, environment?: Environment): Promise<Ended>;
};

export type Started = {
  readonly process: ChildProcess;
  /** Resolves with the first line that fits, past ones included; rejects with all lines when the command ends without one. */
  line(fits: (line: string) => boolean): Promise<string>;
  readonly ended: Promise<number>;
};

type Environment = Readonly<Record<string, string>>;

const ROOT = resolve(import.meta.dirname, '../..');
const COMMAND_MS_MAX = 150_000;

export async function installPackage(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'crossfade-installed-'));
  const [packed] = JSON.parse(await must('npm', ['pack', '--json', '--pack-destination', folder], ROOT)) as [PackedFile];
  await must('npm', ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], folder);
  const command = join(folder, 'node_modules', '.bin', 'crossfade');
  return {
    folder,
    files: packed.files.map(({path}) => path),
    crossfade: (words, environment) => toEnd(command, words, folder, environment),
    start: (words, environment) => start(command, words, folder, environment),
    script: async (text, environment) => {
      await writeFile(join(folder, 'script.mjs'), text);
      return toEnd(process.execPath, ['script.mjs'], folder, environment);
    },
    [Symbol.asyncDispose]: () => rm(folder, {recursive: true, force: true}),
  };
}

export const readJson = async (path: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(ROOT, path), 'utf8')) as Record<string, unknown>;

type PackedFile = {readonly filename: string; readonly files: readonly {readonly path: string}[]};

/** The same Node as this test's, whatever the machine has besides. */
const environmentOf = (own: Environment = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
  NO_COLOR: '1',
  ...own,
});

async function must(program: string, words: readonly string[], folder: string): Promise<string> {
  const {code, out, err} = await toEnd(program, words, folder);
  if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}:\n${err}\n${out}`);
  // What the build prints stands before the answer.
  return out.slice(out.indexOf('[\n'));
}

function toEnd(program: string, words: readonly string[], cwd: string, environment?: Environment): Promise<Ended> {
  const options = {cwd, env: environmentOf(environment), timeout: COMMAND_MS_MAX, maxBuffer: 64 * 1024 * 1024};
  return new Promise((done) => {
    execFile(program, [...words], options, (error, out, err) => done({code: codeOf(error), out, err}));
  });
}

const codeOf = (error: Error | null): number => (error === null ? 0 : 'code' in error && typeof error.code === 'number' ? error.code : -1);

function start(program: string, words: readonly string[], cwd: string, environment?: Environment): Started {
  const child = spawn(program, [...words], {cwd, env: environmentOf(environment), stdio: ['ignore', 'pipe', 'pipe']});
  const lines: string[] = [];
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({input: stream}).on('line', (line) => {
      lines.push(line);
      for (const look of looks) look();
    });
  }
  const ended = new Promise<number>((done) => child.once('close', (code) => done(code ?? -1)));
  const line = (fits: (line: string) => boolean) =>
    new Promise<string>((found, missed) => {
      const look = (): void => {
        const fitting = lines.find(fits);
        if (fitting !== undefined) found(fitting);
      };
      looks.add(look);
      look();
      void ended.then(() => missed(new Error(`${words.join(' ')} ended without that line:\n${lines.join('\n')}`)));
    });
  return {process: child, line, ended};
}
