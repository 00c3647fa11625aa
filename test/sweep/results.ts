/**
 * What was run before, by version of the program, seed and run: a line each, so that a sweep that was stopped at any
 * moment goes on where it was.
 */
import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {appendFileSync, existsSync, globSync, mkdirSync, readFileSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {RunResult} from './one-run.ts';
import type {Blow} from './strike.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export type Result = {
  readonly version: string;
  readonly seed: number;
  readonly name: string;
  /** Where it was struck first; another seed chooses another point of the same stretch. Absent where a fault of the network befell it. */
  readonly aim?: Blow['aim'];
} & Pick<RunResult, 'outcome' | 'words' | 'ms' | 'crashes' | 'cutovers' | 'acknowledged' | 'lost' | 'duplicated' | 'folder'>;

export class Results {
  readonly #file: string;
  readonly #known: Result[];

  constructor(folder = cacheFolder()) {
    mkdirSync(folder, {recursive: true});
    this.#file = join(folder, 'results.jsonl');
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    this.#known = readLines(text);
    // What was cut short must not damage what comes after it.
    if (!text.endsWith('\n') && text !== '') truncateSync(this.#file, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
  }

  keep(result: Result): void {
    this.#known.push(result);
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  /** A bad one is run again: its fault may be mended in the databases' settings or in the sweep itself. */
  isDone({version, seed, name}: Pick<Result, 'version' | 'seed' | 'name'>): boolean {
    const last = this.#known.findLast((one) => one.version === version && one.seed === seed && one.name === name);
    return last !== undefined && last.outcome !== 'bad';
  }

  /** The newest of each run of that version. */
  of(version: string): readonly Result[] {
    const own = this.#known.filter((one) => one.version === version);
    return [...new Map(own.map((one) => [`${one.seed} ${one.name}`, one])).values()];
  }

  /** For an estimate; undefined where nothing of that version was run. */
  medianMs(version: string): number | undefined {
    const sorted = this.of(version)
      .map(({ms}) => ms)
      .sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}

export const cacheFolder = (): string => process.env['CROSSFADE_SWEEP_RESULTS'] ?? join(PROJECT, 'node_modules/.cache/crossfade-sweep');

export const USUAL_PAIR = 'postgres-postgres';

/** Each pair of engines has its own; the usual one has the folder itself. */
export const resultsFolder = (pair: string): string => (pair === USUAL_PAIR ? cacheFolder() : join(cacheFolder(), pair));

/** A last line that was cut short is as good as none. */
const readLines = (text: string): Result[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Result);

export type Version = {readonly version: string; readonly isCommitted: boolean};

/** The newest commit that changed the program; with a digest of the program where it was changed since. */
export function versionOfProgram(): Version {
  const commit = git('log', '-1', '--abbrev=12', '--format=%h', '--', 'src', 'workflows') || undefined;
  if (commit !== undefined && git('status', '--porcelain', '--', 'src', 'workflows') === '') return {version: commit, isCommitted: true};
  const digest = createHash('sha256');
  for (const file of globSync(['src/**/*.ts', 'workflows/*.ts'], {cwd: PROJECT}).sort()) digest.update(readFileSync(join(PROJECT, file)));
  return {version: `${commit ?? 'unknown'}+${digest.digest('hex').slice(0, 8)}`, isCommitted: false};
}

/** Undefined where this is no work tree, or there is no git. */
function git(...words: string[]): string | undefined {
  const {status, stdout} = spawnSync('git', words, {cwd: PROJECT, encoding: 'utf8'});
  return status === 0 ? stdout.trim() : undefined;
}
