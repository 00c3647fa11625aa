/** What a comparison that a cutover asks for may conclude, and what is left of it when the cutover comes to nothing. */
import {setImmediate as turn} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import {ChangedKeys} from '../pipeline/changed-keys.ts';
import type {Link} from '../pipeline/replication.ts';
import type {RowsReport, VerifyReport} from '../verify/verifier.ts';
import {finalCheck} from './final-check.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';
import {StandingVerification} from './standing-verification.ts';

const item = {schema: 'shop', name: 'item'};
const table = {name: item, key: ['id'], estimatedRows: 0};
const reported = (differing: number): VerifyReport => ({
  tables: [{table: item, rows: '1', checksum: '', differences: [], differing, uncompared: []}],
  equal: differing === 0,
  differing,
  uncompared: 0,
  effort: {waits: 0, retries: 0, held: 0},
});
const called = {code: 'CF-CUT-001', next: 'nothing'} as const;

/** All rows were compared and were equal; since then the stream has changed one. `counts` are the source's and the target's. */
const world = async (counts: readonly [bigint, bigint] = [1n, 1n]) => {
  const clock = fakeClock();
  const changed = new ChangedKeys([item], () => clock.monotonicMs());
  const link = {
    direction: 'forward',
    mode: 'apply',
    parked: 0,
    changed,
    beginComparison: (tables: (typeof item)[]) => changed.begin(tables),
    untilStrict: async () => undefined,
  } as unknown as Link;
  const rows = Promise.withResolvers<RowsReport>();
  const asked = Promise.withResolvers<void>();
  const side = (count: bigint) => ({compare: {counts: async () => [count]}, source: {probeSchema: async () => undefined}});
  const context = {
    clock,
    plan: {plan: {cutover: {stallBudgetMs: 5000, start: 'manual'}, load: {chunkBytes: 1}}},
    engines: {source: {comparePositions: () => 0}, target: {comparePositions: () => 0}},
    mappings: async () => [{from: table, to: table, reads: table, writes: table, isPlain: true}],
    verifier: {
      verify: async () => reported(0),
      verifyRows: () => {
        asked.resolve();
        return rows.promise;
      },
    },
    replication: {link: (direction: string) => (direction === 'forward' ? link : undefined)},
    telemetry: {gauge: () => undefined, note: () => undefined},
    source: side(counts[0]),
    target: side(counts[1]),
    signal: new AbortController().signal,
  } as unknown as PhaseContext;
  const verification = new StandingVerification(context);
  await verification.compareAll(link, context.signal, () => (piece) => piece());
  changed.add(item, ['1']);
  const check = (): Promise<unknown> => {
    const {source: closing, target: opening} = context;
    const roles = {direction: 'forward', closing, opening, closingSide: 'source', openingSide: 'target'} as Roles;
    return finalCheck({...context, verification}, roles, link);
  };
  return {clock, link, verification, changed, rows, asked: asked.promise, check};
};

test('what is found after the time in the hold is over counts for nothing: the sides stand still no longer', async () => {
  const {clock, link, verification, changed, rows, asked, check} = await world();
  const checking = check();
  checking.catch(() => undefined); // awaited below
  await asked;
  await clock.advance(500);
  await expect(checking).rejects.toMatchObject({code: 'CF-VERIFY-002', message: expect.stringContaining('the 1 rows that changed last')});
  rows.resolve({report: reported(1), open: []});
  await turn();
  expect(verification.changedSince(600_000)).toMatchObject({isKnown: true, differing: 0, compared: 0, waiting: 1});
  expect(changed.size, 'it is compared in the next attempt').toBe(1);
  verification.calledOff(new TransientError('the time was over', called));
  expect(verification.outlived(link)).toBe(1);
});

test('the same where counts ended it before', async () => {
  const {link, verification, rows, check} = await world([2n, 1n]);
  const error: unknown = await check().catch((reason: unknown) => reason);
  expect(error).toMatchObject({code: 'CF-VERIFY-001', message: 'shop.item has 2 rows on source and 1 on target'});
  rows.resolve({report: reported(1), open: []});
  await turn();
  expect(verification.changedSince(600_000)).toMatchObject({isKnown: true, differing: 0, waiting: 1});
  verification.calledOff(error);
  expect(verification.outlived(link), 'what was compared is in doubt').toBe(0);
  expect(verification.changedSince(600_000)).toMatchObject({isKnown: false});
});

test('a comparison outlives attempts that were called off, as long as no row differs and it is not too old', async () => {
  const {clock, link, verification, rows, check} = await world();
  expect(verification.outlived(link), 'nothing was attempted').toBe(0);
  const off = () => verification.calledOff(new TransientError('somebody was in the way', called));
  off();
  off();
  expect(verification.outlived(link)).toBe(2);
  expect(verification.outlived({...link}), 'of another stream nothing is known').toBe(0);
  verification.changedSince(60_000);
  await clock.advance(60_001);
  expect(verification.outlived(link), 'older than the gate wants it').toBe(0);
  verification.changedSince(600_000);
  expect(verification.outlived(link)).toBe(2);
  const parked: unknown = await verification
    .compareLeft({...link, parked: 2}, new AbortController().signal)
    .catch((reason: unknown) => reason);
  expect(parked).toMatchObject({code: 'CF-PARK-001'});
  verification.calledOff(parked);
  expect(verification.outlived(link), 'a row that cannot go back says nothing against the others').toBe(3);
  rows.resolve({report: reported(1), open: []});
  const differ: unknown = await check().catch((reason: unknown) => reason);
  expect(differ).toBeInstanceOf(TerminalError);
  verification.calledOff(differ);
  expect(verification.outlived(link), 'a row differs').toBe(0);
  expect(verification.changedSince(600_000), 'which row is still known').toMatchObject({isKnown: true, differing: 1});
});
