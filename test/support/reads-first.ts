/** The whole road of reads that move before writes: shadow, shift, the write switch, back, forward again and the end, the runner killed in the shift. */
import {expect} from 'vitest';
import type {DualState} from '../../src/router/dual-writes.ts';
import type {Shopping} from './dual-customers.ts';
import {isPhaseEnded, type Story} from './story.ts';
import {asked, opened} from './there-and-back.ts';
import {untilTrue} from './until.ts';

type Routed = {readonly router: {state(): {readonly dual?: DualState | undefined}}};

/** Returns when the runner has ended and nobody buys any more; nobody has missed anything. `name`: the plan's. */
export async function readsFirst<S extends Routed>(story: Story, name: string, application: Shopping<S>): Promise<void> {
  const {router} = application.shop;
  await untilTrue('first orders', () => application.acknowledged.every((n) => n > 5));
  await story.killAt({label: 'reads 10 on the target'}, ['run', story.planFile]);

  const runner = story.start(['resume']);
  const failed = runner.ended.then((code) => Promise.reject(new Error(`the runner ended with ${code}: ${runner.lastWords()}`)));
  failed.catch(() => undefined); // it ends by itself after the last turn
  await Promise.race([failed, story.untilFact('the shift', isPhaseEnded('shift-reads', 'done'))]);
  await Promise.race([failed, opened(story, 'cutover', 1)]);
  await Promise.race([failed, asked(story, 'reverse', name)]);
  await Promise.race([failed, opened(story, 'reverse-cutover', 1)]);
  await Promise.race([failed, opened(story, 'cutover', 2)]);
  expect(router.state().dual).toMatchObject({isOn: true, problem: undefined, reads: {differing: 0}});
  await asked(story, 'complete', name);
  await untilTrue('the end of dual writes', () => router.state().dual?.isOn === false);
  await application.stop();
  expect(await runner.ended, runner.lastWords()).toBe(0);
  expect(application.complaints).toEqual([]);
}
