/** What every traffic switch must do, whoever carries it out. A member's test calls this with its own world. */
import {setTimeout as sleep} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Effects} from '../../src/model/effects.ts';
import type {Side} from '../../src/model/side.ts';
import type {TrafficSwitch} from '../../src/switch/traffic-switch.ts';
import {type Point, realEffects} from '../support/effects.ts';

/** A source that serves, a target beside it, and an application that reaches them through the switch. */
export interface SwitchWorld {
  /** A new driver, as another process would build it: it knows nothing of the others. */
  driver(effects: Effects): TrafficSwitch;
  /** One statement of the application, sent now; answers the side it ran on. */
  statement(): Promise<Side>;
  /** How many statements of the application wait now. */
  waiting(): Promise<number>;
  end(): Promise<void>;
}

const UNTIL_MS = 30_000;

export function trafficSwitchConformance(name: string, create: () => Promise<SwitchWorld>): void {
  describe(`${name} is a traffic switch`, () => {
    let world: SwitchWorld;
    let drivers: TrafficSwitch[];
    const driver = (effects: Effects = realEffects()): TrafficSwitch => {
      const made = world.driver(effects);
      drivers.push(made);
      return made;
    };

    beforeEach(async () => {
      [world, drivers] = [await create(), []];
    });
    afterEach(async () => {
      await Promise.all(drivers.map((one) => one.close()));
      await world.end();
    });

    test('it starts at the source', async () => {
      expect(await driver().observe()).toEqual({side: 'source', held: false});
      expect(await world.statement()).toBe('source');
    });

    test('a hold makes statements wait, and resume lets them go where they would have gone', async () => {
      const one = driver();
      await one.hold({epoch: 1, untilMs: UNTIL_MS});
      expect(await one.observe()).toEqual({side: 'source', held: true});
      const statement = world.statement();
      await waits(world, 1);
      await one.resume({epoch: 1, side: 'source'});
      expect(await statement).toBe('source');
      expect(await one.observe()).toEqual({side: 'source', held: false});
    });

    test('routing during a hold ends it, and what waited runs on the other side', async () => {
      const one = driver();
      await one.hold({epoch: 1, untilMs: UNTIL_MS});
      const statements = [world.statement(), world.statement()];
      await waits(world, 2);
      await one.route({epoch: 1, side: 'target'});
      expect(await Promise.all(statements)).toEqual(['target', 'target']);
      expect(await one.observe()).toEqual({side: 'target', held: false});
    });

    test('every call may be repeated, and resume is safe without a hold', async () => {
      const one = driver();
      await one.resume({epoch: 1, side: 'source'});
      for (const again of [1, 2]) await one.hold({epoch: again, untilMs: UNTIL_MS});
      for (const again of [2, 3]) await one.route({epoch: again, side: 'target'});
      await one.resume({epoch: 3, side: 'target'});
      expect(await one.observe()).toEqual({side: 'target', held: false});
      expect(await world.statement()).toBe('target');
    });

    test('there and back, and there again', async () => {
      const one = driver();
      for (const [index, side] of (['target', 'source', 'target'] as const).entries()) {
        await one.hold({epoch: index + 1, untilMs: UNTIL_MS});
        await one.route({epoch: index + 1, side});
        expect(await one.observe()).toEqual({side, held: false});
        expect(await world.statement()).toBe(side);
      }
    });

    test('a hold outlives its maker, and another driver sees and ends it', async () => {
      const maker = driver();
      await maker.hold({epoch: 1, untilMs: UNTIL_MS});
      await maker.close();
      const other = driver();
      expect(await other.observe()).toEqual({side: 'source', held: true});
      await other.resume({epoch: 2, side: 'source'});
      expect(await other.observe()).toEqual({side: 'source', held: false});
      expect(await world.statement()).toBe('source');
    });

    test('stopped at any of its commands, it can be carried on by another driver', async () => {
      const commands = await countCommands(world, driver);
      for (let at = 1; at <= commands; at++) {
        const effects = failAt(at);
        await expect(cutOver(driver(effects), 2 * at), `stopped at command ${at} of ${commands}`).rejects.toThrow('stopped here');
        await driver().route({epoch: 2 * at + 1, side: 'source'});
        expect(await driver().observe()).toEqual({side: 'source', held: false});
        expect(await world.statement()).toBe('source');
      }
    });
  });
}

const cutOver = async (one: TrafficSwitch, epoch: number): Promise<void> => {
  await one.hold({epoch, untilMs: UNTIL_MS});
  await one.route({epoch, side: 'target'});
};

/** How many commands a cutover has; afterwards the world is at the source again. */
async function countCommands(world: SwitchWorld, driver: (effects: Effects) => TrafficSwitch): Promise<number> {
  const effects = realEffects();
  await cutOver(driver(effects), 1);
  expect(await world.statement()).toBe('target');
  const commands = effects.points.filter(({kind}) => kind === 'admin.command').length;
  expect(commands).toBeGreaterThanOrEqual(2);
  await driver(realEffects()).route({epoch: 1, side: 'source'});
  return commands;
}

function failAt(times: number): Effects {
  let left = times;
  return realEffects(({kind}: Point) => {
    if (kind === 'admin.command' && --left === 0) throw new Error('stopped here');
  });
}

/** Waits for the fact, not for time: the test's own limit ends it when it never comes. */
async function waits(world: SwitchWorld, count: number): Promise<void> {
  while ((await world.waiting()) < count) await sleep(5);
}
