/** The whole road with a runner that dies on it again and again: at the end of every phase, and at the steps of both cutovers. For any pair of engines. */
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'vitest';
import type {At} from './runner-effects.ts';
import {isPhaseEnded, type Story} from './story.ts';
import {asked} from './there-and-back.ts';
import {DEAR_POLL_MS} from './until.ts';

const write = (label: string): At => ({kind: 'journal.write', label});
const outcomes = (phase: string, steps: readonly string[]): readonly At[] => steps.map((step) => write(`step-outcome ${phase}/${step}`));

/** In the order in which a migration meets them. */
const PHASES = ['prepare-target', 'initial-load', 'catch-up', 'verify-data'] as const;
export const CUTOVER_STEPS = ['hold', 'raise-fence', 'mark-reverse', 'decide', 'open', 'route'] as const;

/** `name` is the plan's: the severe verbs ask for it. Ends with the target open for the second time, and all decommissioned. */
export async function walkWithKills(
  story: Story,
  name: string,
  planFile = story.planFile,
  steps: readonly string[] = CUTOVER_STEPS,
): Promise<void> {
  await story.killAt(write('phase-ended assess'), ['run', planFile]);
  for (const at of [...PHASES.map((phase) => write(`phase-ended ${phase}`)), ...outcomes('cutover', steps)]) await story.killAt(at);
  for (const at of outcomes('reverse-cutover', steps)) {
    const runner = story.start(['resume'], {...at, act: 'kill'});
    // An attempt that was taken back leads to the window again, where it has to be asked for again.
    const ask = async (): Promise<unknown> => {
      await sleep(DEAR_POLL_MS);
      return story.type('reverse', '--confirm', name, '--reason', 'the story');
    };
    while (runner.isRunning) await Promise.race([runner.ended, ask()]);
    expect(await runner.ended, `the runner ended before it came to ${at.label}: ${runner.lastWords()}`).toBeNull();
  }
  const last = story.start(['resume']);
  await story.untilFact('the target is open again', isPhaseEnded('cutover', 'done'), 2);
  await asked(story, 'complete', name);
  expect(await last.ended, last.lastWords()).toBe(0);
}
