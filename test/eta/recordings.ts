/** The progress of real copies, kept as files: what a runner told of itself each second, and when its copy was over. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** What each second of a copy told. */
export type Sample = {readonly elapsedMs: number; readonly copiedShare: number};

export type Recording = {
  /** `steady-1`: the load and its seed. */
  readonly name: string;
  /** By the clock of the samples. */
  readonly endMs: number;
  readonly samples: readonly Sample[];
};

const FOLDER = fileURLToPath(new URL('recordings/', import.meta.url));

export const recordings = (): Recording[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.csv'))
    .map((file) => read(file.slice(0, -'.csv'.length)));

function read(name: string): Recording {
  const [, ...lines] = readFileSync(join(FOLDER, `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
  const samples = lines.map((line): Sample => {
    const [elapsedMs = NaN, copiedShare = NaN] = line.split(',').map(Number);
    return {elapsedMs, copiedShare};
  });
  // The last line is the end.
  return {name, endMs: samples.at(-1)?.elapsedMs ?? NaN, samples: samples.slice(0, -1)};
}

/** `endMs`: when the copy was over. */
export function keep(name: string, samples: readonly Sample[], endMs: number): void {
  const lines = [...samples, {elapsedMs: endMs, copiedShare: 1}].map(
    ({elapsedMs, copiedShare}) => `${Math.round(elapsedMs)},${copiedShare.toFixed(5)}`,
  );
  writeFileSync(join(FOLDER, `${name}.csv`), `${['elapsedMs,copiedShare', ...lines].join('\n')}\n`);
}
