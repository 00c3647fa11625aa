import {expect, test} from 'vitest';
import {openSide} from '../../test/support/databases.ts';
import {realEffects} from '../../test/support/effects.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {switchFacts} from '../../test/support/switch-facts.ts';
import {router} from './router.ts';

const HOUR_MS = 3_600_000;

test("a hold ends by the databases' clocks, however wrong the runner's is", async () => {
  const server = await postgresServer({version: 17});
  const source = await openSide('source', await server.createDatabase());
  const target = await openSide('target', await server.createDatabase());
  for (const side of [source, target]) await side.database.control.install();
  const real = realEffects();
  const effects = {...real, clock: {...real.clock, now: () => new Date('2001-01-01T00:00:00Z')}};
  const driver = router({}, switchFacts(effects, source.database, target.database));

  await driver.hold({epoch: 1, untilMs: HOUR_MS});
  for (const side of [source, target]) {
    expect(
      await side.value(
        `SELECT hold_until > clock_timestamp() AND hold_until <= clock_timestamp() + interval '1 hour' FROM crossfade.route`,
      ),
    ).toBe('t');
    const row = await side.database.control.readRoute();
    expect(row).toMatchObject({state: 'hold', side: 'source'});
    expect(row?.holdMs).toBeGreaterThan(0);
    expect(row?.holdMs).toBeLessThanOrEqual(HOUR_MS);
    await side.run(`UPDATE crossfade.route SET hold_until = hold_until - interval '2 hours'`);
    expect((await side.database.control.readRoute())?.holdMs).toBeLessThan(0);
  }

  await driver.route({epoch: 1, side: 'target'});
  expect(await driver.observe()).toEqual({side: 'target', held: false});
  expect(await source.value('SELECT hold_until FROM crossfade.route')).toBeNull();
  await Promise.all([source.close(), target.close()]);
});
