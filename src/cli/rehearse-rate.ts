/** `--rate 20` or `--rate 3x`: how many writes a second the load makes, and what that number rests on. */
import type {Database} from '../engine/engine.ts';
import {duration} from '../model/amounts.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {Table} from '../model/table.ts';
import type {LoadRate} from '../rehearsal/load.ts';
import {measurePeak} from '../rehearsal/peak.ts';
import {textOf, type Invocation} from './command.ts';
import {durationFlag} from './duration-flag.ts';

export type AskedRate = {readonly perSecond: number} | {readonly times: number; readonly measureMs: number};

export const RATE = 20;
const MEASURE_MS = 60_000;
const MEASURE_MS_MIN = 1000;

/** Before anything is begun. */
export function askedRate(options: Invocation['options']): AskedRate {
  const text = textOf(options['rate']) ?? String(RATE);
  const [, number = '', times] = /^(\d+(?:\.\d+)?)(x?)$/.exec(text) ?? [];
  const isTimes = times === 'x';
  if (!(Number(number) > 0) || (!isTimes && !/^\d+$/.test(number)))
    throw new TerminalError(`--rate cannot be ${text}`, {
      code: 'CF-USAGE-001',
      next: 'give writes a second, such as 20, or a multiple of the measured peak, such as 3x',
    });
  if (!isTimes) return {perSecond: Number(number)};
  return {times: Number(number), measureMs: measureMs(options)};
}

/** How long the source is looked at. */
export const measureMs = (options: Invocation['options']): number =>
  Math.max(MEASURE_MS_MIN, durationFlag(options, 'measure') ?? MEASURE_MS);

/** A write of the load is one row in a transaction of its own, so as many rows are written as at the peak, in more transactions. */
export async function measuredRate(
  asked: AskedRate,
  {source, tables, effects}: {readonly source: Database | undefined; readonly tables: readonly Table[]; readonly effects: Effects},
  {output}: Invocation,
): Promise<LoadRate> {
  if ('perSecond' in asked) return {perSecond: asked.perSecond, measured: null};
  if (!source)
    throw new TerminalError("the peak cannot be measured: the address of the plan's own source is not known here", {
      code: 'CF-REHEARSE-007',
      next: 'set it, or give the writes a second themselves: --rate 20',
    });
  const {times, measureMs} = asked;
  output.say(`measuring what the source writes, for ${duration(measureMs)} …`);
  const peak = await measurePeak(() => source.rehearsing.written(tables), measureMs, effects.clock);
  const perSecond = Math.max(1, Math.round(times * peak.rowsPerSecond));
  output.say(`its peak was ${peak.rowsPerSecond.toFixed(1)} rows a second; the load writes ${perSecond}`);
  return {perSecond, measured: {times, ...peak}};
}
