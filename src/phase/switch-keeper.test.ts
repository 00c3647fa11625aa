import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {Side} from '../model/side.ts';
import {silentTelemetry} from '../telemetry/telemetry.ts';
import {SwitchKeeper, type SwitchKeeping} from './switch-keeper.ts';

/** Two switches that answer what the test says, and hear commands that the test answers. */
function keeping() {
  const clock = fakeClock();
  const answers: Record<string, {side: Side; held: boolean}> = {one: {side: 'target', held: false}, two: {side: 'target', held: false}};
  const commands: {readonly name: string; readonly epoch: number; readonly end: () => void}[] = [];
  const one = (name: string) => ({
    name,
    observe: () => Promise.resolve(answers[name]),
    route: ({epoch}: {readonly epoch: number}) => new Promise<void>((end) => commands.push({name, epoch, end})),
  });
  const context = {
    switches: [one('one'), one('two')],
    source: {fence: {rows: () => Promise.resolve([{epoch: 4}, {epoch: 7}])}},
    telemetry: silentTelemetry(),
    clock,
  } as unknown as SwitchKeeping;
  const keeper = new SwitchKeeper(context);
  const over = new AbortController();
  const running = keeper.run(over.signal);
  const look = async (): Promise<void> => {
    await untilTrue('it sleeps', () => clock.sleepers() > 0);
    await clock.advance(2000);
  };
  return {answers, commands, keeper, over, running, look};
}

test('a switch that leads elsewhere, or holds, is routed to the target under the newest attempt', async () => {
  const {answers, commands, over, running, look} = keeping();
  await look();
  answers['two'] = {side: 'target', held: true};
  await look();
  await untilTrue('it is told', () => commands.length === 1);
  expect(commands).toMatchObject([{name: 'two', epoch: 7}]);
  over.abort();
  commands[0]?.end();
  await running;
});

test('a command that is under way is waited for, and none follows it', async () => {
  const {answers, commands, keeper, over, look} = keeping();
  for (const name of ['one', 'two']) answers[name] = {side: 'source', held: false};
  await look();
  await untilTrue('the first is told', () => commands.length === 1);
  over.abort();
  let isSettled = false;
  const settled = keeper.settledAfter(Promise.resolve('reverse')).then((answer) => ((isSettled = true), answer));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isSettled).toBe(false);
  commands[0]?.end();
  expect(await settled).toBe('reverse');
  expect(commands).toHaveLength(1);
});
