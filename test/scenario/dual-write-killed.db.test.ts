/** Reads first, with the runner killed at the routes of each phase that only this workflow has, and the application with it. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {expect, test} from 'vitest';
import {asApplication, DUAL_ROLE, DUAL_SCHEMA, ENSURE_ROLE, ordersOn, startDualApplication} from '../support/dual-application.ts';
import {openStory, type Story} from '../support/story.ts';
import {asked, opened} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const BUYER = new URL('../support/dual-buyer.ts', import.meta.url).pathname;
const CUSTOMER = '5';
const READS = {outbox: 'shop.crossfade_outbox', shadow: {percent: 50, equal: 20}, shift: {steps: [10, 100], answered: 20}};

test('killed together in each phase, runner and application lose no order, and reads never lack one', async () => {
  const plan = {workflow: 'dual-write', schema: {kind: 'catalog'}, reads: READS, applicationRoles: [DUAL_ROLE], canary: 'off'};
  await using story = await openStory({name: 'dual-killed', tables: ['shop.*'], plan});
  await Promise.all([story.source.run(ENSURE_ROLE), story.target.run(ENSURE_ROLE)]);
  await story.source.run(...DUAL_SCHEMA, `INSERT INTO shop.customer VALUES (${CUSTOMER}, 0)`);
  await using application = startDualApplication(story.source.url, story.target.url, 'dual-killed');
  await using buyer = new KilledBuyer(story);

  await buyer.killedWith(() => story.killAt({label: 'reads 0 on the target'}, ['run', story.planFile])); // dual-on
  await buyer.killedWith(() => story.killAt({label: 'reads 0 on the target', times: 2})); // shadow-reads, behind dual-on again
  await buyer.killedWith(() => story.killAt({label: 'reads 10 on the target'})); // shift-reads
  await buyer.killedWith(() => story.killAt({label: 'reads 100 on the target'}));
  const runner = story.start(['resume'], {label: 'reads 0 on the target', act: 'kill'}); // dual-off
  await opened(story, 'cutover', 1);
  await buyer.killedWith(async () => {
    await asked(story, 'complete', 'dual-killed');
    expect(await runner.ended, runner.lastWords()).toBeNull();
  });
  const last = story.start(['resume']);
  expect(await last.ended, last.lastWords()).toBe(0);
  await untilTrue('the end of dual writes', () => application.shop.router.state().dual?.isOn === false);
  await application.stop();

  expect([...application.complaints, ...buyer.complaints]).toEqual([]);
  const orders = await ordersOn(story.target);
  expect(orders.slice(0, -1)).toEqual(application.acknowledged.map((n, i) => [`${i + 1}`, `${n}`, `${n}`, `${n}`]));
  // What was sent when the application died may have been carried out, and then as a whole.
  const [id, counted, rows, newest] = orders.at(-1) ?? [];
  expect([id, counted, newest]).toEqual([CUSTOMER, rows, rows]);
  expect(Number(rows)).toBeGreaterThanOrEqual(buyer.acknowledged);
});

/** A customer whose process ends with each runner, and who comes back. */
class KilledBuyer implements AsyncDisposable {
  acknowledged = 0;
  readonly complaints: string[] = [];
  readonly #story: Story;
  #process: ChildProcess | undefined;

  constructor(story: Story) {
    this.#story = story;
  }

  /** Has bought before the runner dies, and dies behind it. */
  async killedWith(runnerDies: () => Promise<void>): Promise<void> {
    const before = this.acknowledged;
    this.#start();
    await untilTrue('the customer has ordered', () => this.acknowledged > before + 2);
    await runnerDies();
    await this.#kill9();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill9();
  }

  #start(): void {
    const addresses = [this.#story.source.url, this.#story.target.url].map(asApplication);
    const child = spawn(process.execPath, [BUYER, ...addresses, 'dual-killed'], {stdio: ['ignore', 'pipe', 'pipe']});
    const heard = (line: string): void => {
      if (/^\d+$/.test(line)) this.acknowledged = Number(line);
      else this.complaints.push(line);
    };
    createInterface(child.stdout).on('line', heard);
    createInterface(child.stderr).on('line', heard);
    this.#process = child;
  }

  async #kill9(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
  }
}
