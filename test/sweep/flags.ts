import {parseArgs} from 'node:util';
import {parseDuration} from '../../src/plan/duration.ts';
import type {Shard} from './choose.ts';
import {type WorldName, worlds} from './worlds.ts';

export type SweepFlags = {
  readonly pair: WorldName;
  readonly seed: number;
  /** Names of runs; `*` stands for anything. */
  readonly points: string;
  readonly budgetMs: number;
  readonly shard: Shard;
  /** Migrations at a time. */
  readonly workers: number;
  readonly list: boolean;
  readonly publish: boolean;
};

export const USAGE = `npm run sweep -- [--pair mysql-postgres|postgres-kafka-postgres] [--seed N] [--points GLOB] [--budget 8m] [--shard I/N] [--workers N] [--list] [--publish]`;

export function sweepFlags(words: readonly string[]): SweepFlags {
  const {values} = parseArgs({
    args: [...words],
    options: {
      pair: {type: 'string', default: 'postgres-postgres'},
      seed: {type: 'string', default: '1'},
      points: {type: 'string', default: '*'},
      budget: {type: 'string', default: '8m'},
      shard: {type: 'string', default: '1/1'},
      workers: {type: 'string', default: '2'},
      list: {type: 'boolean', default: false},
      publish: {type: 'boolean', default: false},
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed cannot be ${values.seed}\n${USAGE}`);
  const workers = Number(values.workers);
  if (!Number.isInteger(workers) || workers < 1) throw new Error(`--workers cannot be ${values.workers}\n${USAGE}`);
  const budgetMs = parseDuration(values.budget);
  if (budgetMs === undefined) throw new Error(`--budget cannot be ${values.budget}\n${USAGE}`);
  const {pair} = values;
  if (!isWorld(pair)) throw new Error(`--pair cannot be ${pair}\n${USAGE}`);
  return {pair, seed, points: values.points, budgetMs, shard: shardOf(values.shard), workers, list: values.list, publish: values.publish};
}

const isWorld = (name: string): name is WorldName => Object.hasOwn(worlds, name);

function shardOf(text: string): Shard {
  const [, index, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || of === undefined || index < 1 || index > of) throw new Error(`--shard cannot be ${text}\n${USAGE}`);
  return {index, of};
}
