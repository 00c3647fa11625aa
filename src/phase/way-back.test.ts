/** What keeps the way back from working, before the cutover and after it. */
import {expect, test} from 'vitest';
import {wayBackFaults} from './way-back.ts';

const finding = (severity: string, object: string) => ({severity, object, reason: 'is replica', code: 'CF-SRC-001', next: ''});
const grant = (statement: string, isHeld: boolean, isOptional = false) => ({statement, isHeld, isOptional});
const run = (more: object = {}) =>
  ({
    plan: {plan: {cutover: {onBlockers: 'abort'}, schema: {kind: 'catalog'}, applicationRoles: []}},
    source: {catalog: {grants: async () => [grant('GRANT a', false), grant('GRANT b', false, true)]}},
    target: {
      catalog: {findings: async () => [finding('refuse', 'wal_level'), finding('warn', 'x')], grants: async () => [grant('GRANT c', true)]},
    },
    tables: async () => [],
    mapping: async () => ({targetName: (name: unknown) => name}),
    replication: {link: () => undefined},
    ...more,
  }) as unknown as Parameters<typeof wayBackFaults>[0];
const running = (link: object) => run({replication: {link: () => link}});

test('before the cutover: what the target’s server refuses, and grants that are missing on either side', async () => {
  expect(await wayBackFaults(run(), 'source')).toEqual(['wal_level is replica', 'missing: GRANT a']);
});

test('after it: the reverse stream runs, applies, and has passed what it read again', async () => {
  expect(await wayBackFaults(run(), 'target')).toEqual(['no reverse stream is running']);
  expect(await wayBackFaults(running({mode: 'drop', strict: true}), 'target')).toEqual(['no reverse stream is running']);
  expect(await wayBackFaults(running({mode: 'apply', strict: false}), 'target')).toHaveLength(1);
  expect(await wayBackFaults(running({mode: 'apply', strict: true, parked: 0}), 'target')).toEqual([]);
  expect(await wayBackFaults(running({mode: 'apply', strict: true, parked: 2}), 'target')).toEqual([
    '2 rows cannot go back (crossfade parked)',
  ]);
});
