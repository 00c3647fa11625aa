/** What was made before, by version of the program, seed and pass: a line each, so that a campaign goes on where it was stopped. */
import {appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {USUAL_PAIR} from '../sweep/results.ts';
import type {PairName} from './dialects.ts';
import type {PassResult, SeededResult} from './seeded-pass.ts';

/** `name` is the pass: its kind, its number, how many corruptions it has. */
type PassName = {readonly version: string; readonly seed: number; readonly name: string};
export type CleanKept = PassName & PassResult & {readonly type: 'clean'; readonly writesASecond: number};
export type SeededKept = PassName & SeededResult & {readonly type: 'seeded'};
export type Kept = CleanKept | SeededKept;

export class CampaignResults {
  readonly #file: string;
  readonly #known: Kept[];

  constructor(folder: string) {
    mkdirSync(folder, {recursive: true});
    this.#file = join(folder, 'results.jsonl');
    const text = existsSync(this.#file) ? readFileSync(this.#file, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    // What was cut short must not damage what comes after it.
    if (whole !== text) truncateSync(this.#file, Buffer.byteLength(whole));
    this.#known = whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Kept);
  }

  keep(result: Kept): void {
    this.#known.push(result);
    appendFileSync(this.#file, `${JSON.stringify(result)}\n`);
  }

  /** A bad one is made again. */
  isDone({version, seed, name}: PassName): boolean {
    const last = this.#known.findLast((one) => one.version === version && one.seed === seed && one.name === name);
    return last !== undefined && last.words.length === 0;
  }

  /** The newest of each pass of that version. */
  of(version: string): readonly Kept[] {
    const own = this.#known.filter((one) => one.version === version);
    return [...new Map(own.map((one) => [`${one.seed} ${one.name}`, one])).values()];
  }

  /** For an estimate before anything was made; undefined where nothing ever was. */
  medianMs(type: Kept['type']): number | undefined {
    const sorted = this.#known
      .filter((one) => one.type === type)
      .map(({ms}) => ms)
      .toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
}

/** Each pair of engines has its own; the usual one has the folder itself. */
export const campaignFolder = (pair: PairName): string => (pair === USUAL_PAIR ? cacheFolder() : join(cacheFolder(), pair));

const cacheFolder = (): string =>
  process.env['CROSSFADE_CAMPAIGN_RESULTS'] ?? fileURLToPath(new URL('../../node_modules/.cache/crossfade-campaign', import.meta.url));
