/** The progress of real copies, kept as files: what a runner told of itself each second, and when its copy was over. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {CopySample} from '../../src/telemetry/eta.ts';

export type Recording = {
  /** `steady-1`: the load and its seed. */
  readonly name: string;
  /** By the clock of the samples. */
  readonly endMs: number;
  readonly samples: readonly CopySample[];
};

const FOLDER = fileURLToPath(new URL('recordings/', import.meta.url));
/** Of a sample's line. */
const FIELDS = ['elapsedMs', 'rowsCopied', 'rowsTotal', 'chunksDone', 'chunksTotal'] as const;

export const recordings = (): Recording[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.csv'))
    .map((file) => read(file.slice(0, -'.csv'.length)));

function read(name: string): Recording {
  const [, ...lines] = readFileSync(join(FOLDER, `${name}.csv`), 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  const samples = rows.map(([elapsedMs = 0, rowsCopied = 0, rowsTotal = 0, chunksDone = 0, chunksTotal = 0]) => ({
    ...{elapsedMs, rowsCopied, rowsTotal, chunksDone, chunksTotal},
  }));
  // The last line is the end.
  return {name, endMs: samples.at(-1)?.elapsedMs ?? 0, samples: samples.slice(0, -1)};
}

/** `end`: as the copy was when it was over. */
export function keep(name: string, samples: readonly CopySample[], end: CopySample): void {
  const lines = [FIELDS.join(','), ...[...samples, end].map((sample) => FIELDS.map((field) => Math.round(sample[field])).join(','))];
  writeFileSync(join(FOLDER, `${name}.csv`), `${lines.join('\n')}\n`);
}
