/**
 * What must be so while a fault is there that does not go away by itself: somebody serves, and the runner has come through
 * or has said what is the matter. Between a pooler and a database nobody may be able to serve: then that is said.
 */
import type {Crossfade} from '../../examples/demo/crossfade-process.ts';
import type {Journey} from '../sweep/journey.ts';
import {until} from '../sweep/until.ts';
import {type FaultCase, isTotal} from './fault-case.ts';

export type StruckRun = {
  readonly one: FaultCase;
  readonly journey: Journey;
  readonly runner: Crossfade;
  /** Entries of the journal when the fault came. */
  readonly before: number;
  readonly acknowledged: () => number;
};

/** More than were on their way when it began. */
const SERVED = 20;

/** `from`: what was acknowledged when the fault came. */
export async function untilNoticed(run: StruckRun, from: number): Promise<void> {
  const {one} = run;
  if (isTotal(one) && one.pair === 'pooler-source') return leftOrCalledOff(run);
  if (isTotal(one) && one.pair === 'pooler-target') return untilToldByCanary(run);
  await untilServed(run, from);
  await until('the end of the cutover or of its runner', () => isOver(run));
  await untilServed(run, run.acknowledged()); // by every pooler: a client soon comes to one that still holds it
  await expectNamed(run);
}

/** That side is lost to the application. Past the hold it is left for the other one; before, there is no cutover. */
async function leftOrCalledOff(run: StruckRun): Promise<void> {
  await until('the end of the cutover or of its runner', () => isOver(run));
  await expectNamed(run);
  const {outcome = 'none', reason = ''} = (await ends(run))[0] ?? {};
  if (outcome === 'done') await untilServed(run, run.acknowledged());
  else if (outcome === 'back' && !/PgBouncer|canary|stall budget/.test(reason))
    throw new Error(`called off without naming the pooler: ${reason}`);
}

/** Nobody knows of it before the decision, and nobody can serve behind it: the runner's canary finds it. */
async function untilToldByCanary(run: StruckRun): Promise<void> {
  await until(
    'a decision, or the end of the runner',
    async () => !run.runner.isRunning || (await ends(run)).some(({outcome}) => outcome === 'done'),
  );
  if (!run.runner.isRunning) return expectNamed(run);
  await until('the word of the canary', async () => /CF-CANARY-001/.test((await run.journey.command('status')).output));
}

const untilServed = ({acknowledged}: StruckRun, from: number): Promise<void> =>
  until('service on some side', () => acknowledged() >= from + SERVED);

export const isOver = async (run: StruckRun): Promise<boolean> => !run.runner.isRunning || (await ends(run)).length > 0;

/** Of cutovers since the fault came. */
async function ends({journey, before}: StruckRun): Promise<{outcome: string; reason: string | undefined}[]> {
  const since = (await journey.entries()).slice(before);
  return since.flatMap(({fact}) =>
    fact.type === 'phase-ended' && fact.phase === 'cutover'
      ? [{outcome: fact.outcome, reason: JSON.stringify(fact.evidence['reason'])}]
      : [],
  );
}

/** A runner that has given up says what it lost, and so does `crossfade status`. */
async function expectNamed({one, runner, journey}: StruckRun): Promise<void> {
  if (runner.isRunning || (await runner.ended) === 0) return;
  expectCause(one, 'the runner', runner.lastWords());
  if (one.pair !== 'runner-journal') expectCause(one, 'status', (await journey.command('status')).output);
}

const NAMES = {source: /source/, target: /target/, journal: /state|journal/, pooler: /PgBouncer/};

function expectCause({pair}: FaultCase, who: string, words: string): void {
  const whom = pair.split('-')[1] as keyof typeof NAMES;
  if (!/CF-CONN-00[14]/.test(words) || !NAMES[whom].test(words)) throw new Error(`${who} did not name the ${whom}: ${words}`);
}
