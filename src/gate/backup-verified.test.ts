import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {backupVerified} from './backup-verified.ts';
import type {Measures} from './gate.ts';

const settings = {run: './restore', tables: ['shop.orders', 'shop.customers']};
const state = (rows: string, checksum = 'ab') => ({rows, checksum});
const table = (name: string, restored = state('12')) => ({table: name, original: state('12'), restored});
const whole = {backup: 'base_0042', takenAt: '2026-05-02T08:00:00Z', tables: [table('shop.orders'), table('shop.customers')]};
const check = (result: unknown, more: Partial<Measures> = {}) =>
  backupVerified.check(measures({settings, program: async () => (typeof result === 'string' ? result : JSON.stringify(result)), ...more}));

test('go when the tables came out of the backup as they went in, until it is too old', async () => {
  expect(await check(whole)).toEqual({
    go: true,
    evidence: 'base_0042, taken 2h00m ago, restored: 2 tables equal',
    holdsMs: 22 * 3_600_000,
  });
});

test('no-go when a table has other rows, other contents, or was not compared', async () => {
  expect(await check({...whole, tables: [table('shop.orders', state('11')), table('shop.customers', state('12', 'cd'))]})).toEqual({
    go: false,
    evidence:
      'base_0042, taken 2h00m ago: shop.orders has 11 rows restored, 12 in the source; shop.customers has another checksum restored',
    holdsMs: 300_000,
  });
  expect((await check({...whole, tables: [table('shop.orders')]})).evidence).toContain('shop.customers was not compared');
  expect((await check({...whole, tables: []})).go).toBe(false);
});

test('no-go when the backup is old', async () => {
  const old = {...whole, takenAt: '2026-05-01T09:59:59Z'};
  expect(await check(old)).toMatchObject({go: false, evidence: expect.stringContaining('older than 1d00h')});
  expect((await check(old, {settings: {...settings, freshness: '2d'}})).go).toBe(true);
});

test('the hook is told what is asked of it', async () => {
  const calls: unknown[] = [];
  await check(whole, {program: async (...call) => (calls.push(call), JSON.stringify(whole))});
  expect(calls).toEqual([
    [
      ['./restore'],
      {
        CROSSFADE_HOOK: 'backup-verified',
        CROSSFADE_MIGRATION: 'shop',
        CROSSFADE_PHASE: 'cutover',
        CROSSFADE_TABLES: 'shop.orders\nshop.customers',
        CROSSFADE_DRY_RUN: 'false',
      },
      6 * 3_600_000,
    ],
  ]);
});

test.each([
  'fine',
  '{}',
  {...whole, takenAt: 'yesterday'},
  {...whole, takenAt: '2026-05-02T11:00:00Z'},
  {...whole, tables: [{table: 'shop.orders', original: state('12')}]},
  {...whole, tables: [{table: 'shop.orders', original: {rows: 12, checksum: 'ab'}, restored: {rows: 12, checksum: 'ab'}}]},
  {...whole, tables: [{table: 'shop.orders', original: state('12', ''), restored: state('12', '')}]},
])('throws for what is no result: %j', async (result) => {
  await expect(check(result)).rejects.toThrow();
});

test('throws when the hook fails', async () => {
  await expect(check('', {program: () => Promise.reject(new Error('exit code 1'))})).rejects.toThrow('exit code 1');
});
