/** The person at the keyboard: approves, switches, switches back, completes, and once pulls the plug on the runner. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Chance} from './chance.ts';
import {nowMs} from './client-log.ts';
import type {Answer, Crossfade, Status} from './crossfade-process.ts';
import type {SwitchWindow} from './stalls.ts';

export type Operator = {
  readonly crossfade: Crossfade;
  /** The name of the plan, typed to confirm. */
  readonly plan: string;
  readonly plug: Plug;
  /** What happened, for the progress line. */
  readonly say: (text: string) => void;
  /** Each status that was read. */
  readonly show: (status: Status) => void;
  readonly signal: AbortSignal;
};

/** Statuses are read by a new process each, which costs the machine that the cutover runs on. */
const LOOK_EVERY_MS = 500;
const STEP_MS_MAX = 240_000;
/** An attempt that was called off is over by then; a signal given twice would count for the next attempt. */
const ASK_AGAIN_MS = 15_000;

/** Ends when `side` takes the writes; an attempt that was called off is asked for again, as a person would. */
export async function switchTo(operator: Operator, side: Status['openSide']): Promise<SwitchWindow> {
  let fromMs: number | undefined;
  let mayAskAtMs = 0;
  await lookUntil(operator, async (status) => {
    if (status.openSide === side) return true;
    await approveIfAsked(operator, status);
    if (nowMs() < mayAskAtMs || !isReadyFor(side, status)) return false;
    const askedAtMs = nowMs();
    const {code} = await type(operator, side === 'target' ? 'cutover' : 'reverse', '--confirm', operator.plan);
    if (code !== 0) return false;
    fromMs ??= askedAtMs;
    mayAskAtMs = nowMs() + ASK_AGAIN_MS;
    return false;
  });
  return {direction: side === 'target' ? 'forward' : 'reverse', fromMs: fromMs ?? nowMs(), toMs: nowMs()};
}

/** The end, as soon as the plan's reverse window is over: nothing leads back from here. */
export async function complete(operator: Operator): Promise<void> {
  await lookUntil(operator, async (status) => {
    if (status.state === 'completed') return true;
    if (isWindowOver(status)) await type(operator, 'complete', '--confirm', operator.plan);
    return false;
  });
}

/** This machine's clock, which is the runner's as well. */
const isWindowOver = ({waitingFor}: Status): boolean =>
  waitingFor?.kind === 'window' && (waitingFor.until === undefined || Date.now() >= Date.parse(waitingFor.until));

/** Lets the run go on by itself for a while. */
export async function letRun(operator: Operator, ms: number): Promise<void> {
  const endAtMs = nowMs() + ms;
  await lookUntil(operator, async () => nowMs() >= endAtMs);
}

async function approveIfAsked(operator: Operator, {waitingFor}: Status): Promise<void> {
  if (waitingFor?.kind !== 'gates' || !waitingFor.red?.some(({gate}) => gate === 'approval')) return;
  await type(operator, 'approve', 'approval', '--reason', 'the demo has looked at the checks', '--yes');
}

/** Everything is done but the cutover. */
export const untilReady = (operator: Operator): Promise<void> =>
  lookUntil(operator, async (status) => {
    await approveIfAsked(operator, status);
    return isReadyFor('target', status);
  });

/** Called off, with everything that was left on both sides. */
export async function abortRun(operator: Operator): Promise<void> {
  await type(operator, 'abort', '--confirm', operator.plan, '--reason', 'the demo only looked');
  await operator.crossfade.ended;
}

const isReadyFor = (side: Status['openSide'], {phase, waitingFor}: Status): boolean =>
  side === 'target' ? waitingFor?.kind === 'signal' : phase === 'reverse-window';

async function type(operator: Operator, ...words: readonly string[]): Promise<Answer> {
  operator.say(`crossfade ${words.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')}`);
  const answer = await operator.crossfade.command(...words);
  if (answer.code !== 0) operator.say(`  refused: ${lastLine(answer.error || answer.output)}`);
  return answer;
}

async function lookUntil(operator: Operator, isOver: (status: Status) => Promise<boolean>): Promise<void> {
  const giveUpAtMs = nowMs() + STEP_MS_MAX;
  while (nowMs() < giveUpAtMs) {
    operator.signal.throwIfAborted();
    const wasRunning = operator.crossfade.isRunning;
    const status = await operator.crossfade.status();
    if (status) {
      operator.show(status);
      await operator.plug.consider(operator, status);
      if (await isOver(status)) return;
    }
    await standsOrThrow(operator, status, wasRunning);
    await sleep(LOOK_EVERY_MS, undefined, {signal: operator.signal});
  }
  throw new Error(`nothing happened for ${STEP_MS_MAX / 1000} s`);
}

/** `wasRunning`: before the status was read, which may have been its last word. */
async function standsOrThrow({crossfade}: Operator, status: Status | undefined, wasRunning: boolean): Promise<void> {
  if (status?.state === 'failed' || status?.state === 'aborted')
    throw new Error(`the migration has ${status.state} in ${status.phase}:\n${crossfade.lastWords()}`);
  if (wasRunning || crossfade.isRunning || status?.state === 'completed') return;
  throw new Error(`the runner ended with ${await crossfade.ended}:\n${crossfade.lastWords()}`);
}

/** Kills the runner once, with SIGKILL, at a moment that the seed chooses, and starts it again. */
export type Plug = {consider(operator: Operator, status: Status): Promise<void>};

const MOMENTS = ['initial-load', 'catch-up', 'verify-data', 'cutover', 'reverse-window'] as const;
const DELAY_MS_MAX = 700;

export function plug(chance: Chance): Plug {
  const moment = chance.below(MOMENTS.length);
  const delayMs = chance.below(DELAY_MS_MAX);
  let isPulled = false;
  return {
    async consider({crossfade, say, signal}, {phase}) {
      // A short phase may have passed between two looks: then the next one has to do.
      const now = MOMENTS.findIndex((name) => name === phase);
      if (isPulled || now < moment) return;
      isPulled = true;
      await sleep(delayMs, undefined, {signal});
      if (!crossfade.isRunning) return;
      await crossfade.kill9();
      say(`kill -9 of the runner, ${delayMs} ms after it was seen in ${phase}; crossfade resume`);
      crossfade.start('resume');
    },
  };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
