import {once} from 'node:events';
import {afterEach, expect, test, vi} from 'vitest';
import {hurriedEffects} from '../../test/support/canary-world.ts';
import {openMuteServer} from '../../test/support/mute-server.ts';
import type {Database} from '../engine/engine.ts';
import {pinPlan} from '../plan/plan-file.ts';
import {canaryFindings} from './canary-findings.ts';

afterEach(() => vi.unstubAllEnvs());

const planOf = (source: string, more: string): string => `name: shop
workflow: live-migration
source: {engine: ${source}, url: env:MUTE}
target: {engine: postgres, url: env:NOBODY}
schema: {kind: existing}
scope: {tables: [shop.*]}
${more}
`;

test.each([
  ['behind a pooler', 'postgres', 'switch: [{command: {run: ./switch.sh}}]\ncanary: {paths: [env:MUTE]}', 'canary.paths[0]'],
  ['with the router, from MySQL', 'mysql', '', 'crossfade/router'],
] as const)('doctor names a path of the canary that never answers, %s, and leaves no connection to it', async (_, engine, more, path) => {
  await using mute = await openMuteServer(engine);
  vi.stubEnv('MUTE', `${engine}://app@127.0.0.1:${mute.port}/shop`);
  vi.stubEnv('NOBODY', 'postgres://app@127.0.0.1:9/shop');
  const effects = hurriedEffects();
  const {plan} = pinPlan(planOf(engine, more), 'p.yaml');
  const asking = canaryFindings(plan, NOT_ASKED, effects.clock);
  const client = await mute.asked;
  const closed = once(client, 'close');
  effects.hurry();
  const {findings, grants} = await asking;
  expect(findings).toContainEqual({
    severity: 'refuse',
    code: 'CF-CANARY-003',
    object: path,
    reason: 'cannot be used: no answer within 10000 ms',
    next: expect.stringContaining('canary'),
  });
  expect(grants).toEqual([]);
  await closed;
});

/** Rights are asked of those whose name is known. */
const side = {
  get tokens(): never {
    throw new Error('not asked');
  },
} as unknown as Database;
const NOT_ASKED = {source: side, target: side};
