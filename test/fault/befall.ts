/** Lets one fault befall a migration at one step of its first cutover, for as long as it lasts. */
import {existsSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {FaultProxy} from '../support/fault-proxy.ts';
import type {Journey} from '../sweep/journey.ts';
import type {Struck} from '../sweep/strike.ts';
import {fileOf} from '../sweep/trap-effects.ts';
import {until} from '../sweep/until.ts';
import {type FaultCase, faultOf} from './fault-case.ts';
import {isOver, untilNoticed} from './noticed.ts';

/** One way or several, to which the same happens. */
export type FaultyWay = Pick<FaultProxy, 'set' | 'cuts'>;

const HICCUP_MS = 5_000;

export async function befall(one: FaultCase, way: FaultyWay, journey: Journey, acknowledged: () => number): Promise<Struck> {
  const {folder} = journey;
  const label = `step-intent cutover/${one.step}`;
  const runner = await journey.start({traps: [{name: 'point', kind: 'journal.write', label, times: 1, act: 'wait'}], trace: false});
  const isReached = (): boolean => existsSync(fileOf.reached(folder, 'point'));
  await until(`the step ${one.step}`, () => isReached() || !runner.isRunning);
  if (!isReached()) throw new Error(`the runner ended before it came to ${one.step}: ${runner.lastWords()}`);
  const struck = {one, journey, runner, before: (await journey.entries()).length, acknowledged};
  const from = acknowledged();
  way.set(faultOf(one));
  writeFileSync(fileOf.go(folder), '');
  try {
    if (one.lasts === '5s') await sleep(HICCUP_MS);
    else if (one.lasts === 'forever') await untilNoticed(struck, from);
    else await until('the cut, or the end of the cutover', async () => way.cuts > 0 || (await isOver(struck)));
  } finally {
    way.set(undefined);
  }
  return {crashes: 1, hit: 'there'};
}
