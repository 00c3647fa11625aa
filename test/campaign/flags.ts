import {parseArgs} from 'node:util';
import {parseDuration} from '../../src/plan/duration.ts';
import {USUAL_PAIR} from '../sweep/results.ts';
import {dialects, type PairName} from './dialects.ts';

export type CampaignFlags = {
  readonly pair: PairName;
  readonly seed: number;
  /** Corruptions of all passes together. */
  readonly corruptions: number;
  readonly passes: number;
  /** Passes without a corruption. */
  readonly clean: number;
  readonly budgetMs: number;
  readonly list: boolean;
  readonly publish: boolean;
};

/** More of them at once would hide one behind another. */
export const IN_A_PASS_MAX = 50;
export const USAGE = `npm run campaign -- [--pair mysql-postgres] [--seed N] [--corruptions N] [--passes P] [--clean C] [--budget 8m] [--list] [--publish]`;

export function campaignFlags(words: readonly string[]): CampaignFlags {
  const {values} = parseArgs({
    args: [...words],
    options: {
      pair: {type: 'string', default: USUAL_PAIR},
      seed: {type: 'string', default: '1'},
      corruptions: {type: 'string', default: '10000'},
      passes: {type: 'string', default: '200'},
      clean: {type: 'string', default: '0'},
      budget: {type: 'string', default: '8m'},
      list: {type: 'boolean', default: false},
      publish: {type: 'boolean', default: false},
    },
  });
  const whole = (name: 'seed' | 'corruptions' | 'passes' | 'clean'): number => {
    const number = Number(values[name]);
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} cannot be ${values[name]}\n${USAGE}`);
    return number;
  };
  const [corruptions, passes] = [whole('corruptions'), whole('passes')];
  if (corruptions > passes * IN_A_PASS_MAX)
    throw new Error(`${corruptions} corruptions are more than ${IN_A_PASS_MAX} in each of ${passes} passes\n${USAGE}`);
  const budgetMs = parseDuration(values.budget);
  if (budgetMs === undefined) throw new Error(`--budget cannot be ${values.budget}\n${USAGE}`);
  const {pair} = values;
  if (!isPair(pair)) throw new Error(`--pair cannot be ${pair}\n${USAGE}`);
  return {pair, seed: whole('seed'), corruptions, passes, clean: whole('clean'), budgetMs, list: values.list, publish: values.publish};
}

const isPair = (name: string): name is PairName => Object.hasOwn(dialects, name);
