/** Real sides, a real fence and real paths: what goes well is accounted for, and whatever is wrong is found. */
import {describe, expect, test} from 'vitest';
import {actingEffects, ATTEMPT, type CanaryWorld, hurriedEffects, MIGRATION, openCanaryWorld} from '../../test/support/canary-world.ts';
import type {TestSide} from '../../test/support/databases.ts';
import {realEffects} from '../../test/support/effects.ts';
import {untilTrue} from '../../test/support/until.ts';
import type {CanaryReport} from './canary.ts';
import {ASK_AGAIN_MS} from './start-canary.ts';

const CLEAN = {lost: 0, twice: 0, undead: 0, astray: 0};

/** `between`: when the target serves and the canary still writes. */
async function cutOver(world: CanaryWorld, kind: 'router' | 'proxy', between = async () => {}): Promise<CanaryReport> {
  const canary = await world.start([world.kinds[kind]()]);
  await world.closeSource();
  await world.moveToTarget();
  await untilTrue('tokens are on the target', async () => (await count(world.target)) > 3);
  await between();
  return canary.settle('target', true);
}

const count = async (side: TestSide): Promise<number> => Number(await side.value('SELECT count(*) FROM crossfade.canary'));

describe.each(['router', 'proxy'] as const)('through the %s', (kind) => {
  test('each acknowledged token exists once, first here and then there', async () => {
    await using world = await openCanaryWorld();
    const report = await cutOver(world, kind);
    expect(report).toMatchObject({...CLEAN, paths: [{reached: true, role: world.role}]});
    expect(report.failure).toBeUndefined();
    const [onSource, onTarget] = [await count(world.source), await count(world.target)];
    expect([report.onSource, report.onTarget]).toEqual([onSource, onTarget]);
    expect(onSource).toBeGreaterThan(0);
    const {tokens = 0, unknown = 0} = report;
    expect(onSource + onTarget).toBeGreaterThanOrEqual(tokens);
    expect(onSource + onTarget).toBeLessThanOrEqual(tokens + unknown);
    expect(report.stallMs).toBeGreaterThan(0);
  });

  test('an attempt that is called off leaves everything where it was', async () => {
    await using world = await openCanaryWorld();
    const canary = await world.start([world.kinds[kind]()]);
    await world.closeSource();
    await world.release();
    const report = await canary.settle('source', false);
    expect(report).toMatchObject({...CLEAN, onTarget: 0, paths: [{reached: true}]});
    expect(report.failure).toBeUndefined();
    expect(report.onSource).toBe(await count(world.source));
  });

  test('a token that was acknowledged and is gone is found', async () => {
    await using world = await openCanaryWorld();
    const report = await cutOver(world, kind, () => world.source.run('DELETE FROM crossfade.canary WHERE seq = 1'));
    expect(report).toMatchObject({...CLEAN, lost: 1, failure: {code: 'CF-CANARY-002', reason: expect.stringContaining('1 lost')}});
  });

  test('a token that is on both sides is found', async () => {
    await using world = await openCanaryWorld();
    const report = await cutOver(world, kind, async () => {
      const token = await world.source.value('SELECT token FROM crossfade.canary WHERE seq = 1');
      await world.target.run(insert(String(token), 1));
    });
    expect(report).toMatchObject({twice: 1, failure: {code: 'CF-CANARY-002'}});
  });

  test('a token that the closed side has taken after the other began is found', async () => {
    await using world = await openCanaryWorld();
    const report = await cutOver(world, kind, async () => {
      const newest = await world.target.value(
        'DELETE FROM crossfade.canary WHERE seq = (SELECT max(seq) FROM crossfade.canary) RETURNING token',
      );
      await world.source.run('ALTER TABLE crossfade.canary DISABLE TRIGGER ALL', insert(String(newest), 0));
    });
    expect(report).toMatchObject({lost: 0, twice: 0, astray: 1, failure: {code: 'CF-CANARY-002'}});
  });
});

const insert = (token: string, seq: number): string =>
  `INSERT INTO crossfade.canary VALUES ('${MIGRATION.short}', ${ATTEMPT}, '${token}', 1, ${seq})`;

test('a called-off attempt with a token on the other side is found', async () => {
  await using world = await openCanaryWorld();
  const canary = await world.start([world.kinds.router()]);
  await world.target.run('ALTER TABLE crossfade.canary DISABLE TRIGGER ALL', insert('00000000-0000-4000-8000-000000000001', 1));
  expect(await canary.settle('source', false)).toMatchObject({astray: 1, failure: {code: 'CF-CANARY-002'}});
});

test('a path that still leads to the closed side is named, and nothing was acknowledged there (H-101)', async () => {
  await using world = await openCanaryWorld();
  const effects = hurriedEffects();
  const canary = await world.start([world.kinds.router(), world.direct('source')], effects);
  await world.closeSource();
  const before = await count(world.source);
  await world.moveToTarget();
  const settling = canary.settle('target', true);
  await untilTrue('the router is on the target', async () => (await count(world.target)) > 3);
  effects.hurry();
  const report = await settling;
  expect(report).toMatchObject({
    ...CLEAN,
    paths: [
      {path: 'crossfade/router', reached: true},
      {path: 'source', reached: false, lastError: expect.stringContaining('closed on this side')},
    ],
    failure: {code: 'CF-CANARY-001', reason: expect.stringContaining('source')},
  });
  expect(report.refused).toBeGreaterThan(0);
  expect(await count(world.source)).toBe(before);
});

test('a closed side that takes tokens nevertheless is found', async () => {
  await using world = await openCanaryWorld();
  const effects = hurriedEffects();
  const canary = await world.start([world.direct('source')], effects);
  await world.closeSource();
  await world.moveToTarget();
  await world.source.run('ALTER TABLE crossfade.canary DISABLE TRIGGER ALL');
  const before = await count(world.source);
  const settling = canary.settle('target', true);
  await untilTrue('some were taken', async () => (await count(world.source)) > before + 3);
  effects.hurry();
  expect(await settling).toMatchObject({
    lost: 0,
    twice: 0,
    failure: {code: 'CF-CANARY-002', reason: expect.stringContaining('on the wrong side')},
  });
});

test('a token that was refused and is there nevertheless is found', async () => {
  await using world = await openCanaryWorld();
  const effects = hurriedEffects();
  const ids: string[] = [];
  const randomId = (): string => ids[ids.push(realEffects().randomId()) - 1] ?? '';
  const canary = await world.start([world.direct('source')], {...effects, randomId});
  await world.closeSource();
  const first = ids.length + 1;
  await untilTrue('some were refused', () => ids.length > first + 2);
  await world.source.run('ALTER TABLE crossfade.canary DISABLE TRIGGER ALL', insert(ids[first] ?? '', 0));
  effects.hurry();
  expect(await canary.settle('source', false)).toMatchObject({undead: 1, lost: 0, failure: {code: 'CF-CANARY-002'}});
});

test('tokens that cannot be counted for a moment are counted after it', async () => {
  await using world = await openCanaryWorld();
  const comesBack = () => world.source.run('ALTER TABLE crossfade.away RENAME TO canary');
  const canary = await world.start([world.kinds.router()], actingEffects(ASK_AGAIN_MS, comesBack));
  await world.closeSource();
  await world.moveToTarget();
  await untilTrue('tokens are on the target', async () => (await count(world.target)) > 3);
  await world.source.run('ALTER TABLE crossfade.canary RENAME TO away');
  const report = await canary.settle('target', true);
  expect(report).toMatchObject({...CLEAN, paths: [{reached: true}]});
  expect(report.failure).toBeUndefined();
});

describe('before anything is held', () => {
  test('a path that is not to be had, one that is elsewhere, and a role that the other side lacks are refused', async () => {
    await using world = await openCanaryWorld();
    const refusal = (says: string): unknown => expect.objectContaining({code: 'CF-CANARY-003', message: expect.stringContaining(says)});
    const effects = hurriedEffects();
    const elsewhere = world.start([world.direct('target')], effects).catch((error: unknown) => error);
    await untilTrue('it has tried', async () => (await refusedThere(world)) !== undefined);
    effects.hurry();
    expect(await elsewhere).toEqual(refusal('target'));
    await world.target.run(`DROP OWNED BY ${world.role}`, `DROP ROLE ${world.role}`);
    await expect(world.start([world.direct('source')])).rejects.toEqual(refusal(`cannot be ${world.role} on the target`));
    await expect(world.start([world.kinds.router()])).rejects.toEqual(refusal('crossfade/router cannot be used'));
    expect(await count(world.source)).toBe(0);
  });
});

/** A session of the canary that waits for its next token, after one was tried. */
const refusedThere = async ({target}: CanaryWorld): Promise<string | undefined> =>
  (await target.value(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'crossfade-canary' AND query LIKE 'INSERT%' AND datname = current_database()`,
  )) ?? undefined;
