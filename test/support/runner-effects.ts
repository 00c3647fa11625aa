/**
 * Loaded into the real program by CROSSFADE_EFFECTS: stops the runner dead at one point of the effects seam, makes it
 * wait there until the test lets it go on, or makes points of one kind slow. The watchdog and the other verbs are left alone.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {EffectKind, Effects} from '../../src/model/effects.ts';

/** At the `times`-th point of that kind, or of any, whose label contains `label`. */
export type At = {readonly kind?: EffectKind; readonly label: string; readonly times?: number};

/**
 * `wait`: writes `<file>.reached`, and goes on once `<file>.go` is there. `slow`: each of them takes so much longer.
 * `watchdog`: a program that takes the place of Node for it.
 */
export type Interruption = At & {readonly watchdog?: string} & (
    | {readonly act: 'kill'}
    | {readonly act: 'wait'; readonly file: string}
    | {readonly act: 'slow'; readonly ms: number}
  );

export const INTERRUPTION = 'CROSSFADE_TEST_INTERRUPTION';
const POLL_MS = 10;
/** Verbs with a runner in them. */
const RUNNERS: readonly string[] = ['run', 'resume', 'trial', 'rehearse', 'worker'];

export default function interrupting(effects: Effects): Effects {
  const asked = process.env[INTERRUPTION];
  if (asked === undefined || !process.argv.some((word) => RUNNERS.includes(word))) return effects;
  // Given by the test as JSON of this type.
  const interruption = JSON.parse(asked) as Interruption;
  process.execPath = interruption.watchdog ?? process.execPath;
  let left = interruption.times ?? 1;
  return {
    ...effects,
    point(kind, label) {
      if ((interruption.kind ?? kind) !== kind || !label.includes(interruption.label)) return effects.point(kind, label);
      if (interruption.act === 'slow') return sleep(interruption.ms).then(() => effects.point(kind, label));
      left -= 1;
      return left === 0 ? interrupt(interruption) : effects.point(kind, label);
    },
  };
}

async function interrupt(interruption: Exclude<Interruption, {act: 'slow'}>): Promise<void> {
  // Nothing after this line runs: the signal cannot be caught.
  if (interruption.act === 'kill') return void process.kill(process.pid, 'SIGKILL');
  writeFileSync(`${interruption.file}.reached`, '');
  while (!existsSync(`${interruption.file}.go`)) await sleep(POLL_MS);
}
