import {expect, it} from 'vitest';
import {ANN, created, runner, stateAfter} from '../../test/support/journal-facts.ts';
import type {RepairCause} from '../model/repair-cause.ts';
import type {JournalFact} from './journal.ts';

const repaired = (cause: RepairCause, table: string, rows: number): JournalFact => ({
  type: 'repairing',
  causes: [{table, cause, why: 'as told', rows, keys: []}],
});
const said = (type: 'approve' | 'reject', gate: string, reason: string | undefined): JournalFact => ({
  type: 'signal',
  signal: type === 'approve' ? {type, gate, planChecksum: 'abc'} : {type, gate},
  actor: ANN,
  reason,
});
const after = (...facts: readonly JournalFact[]) => stateAfter(created, runner(1), ...facts).unexplained;
const [yes, no] = [said('approve', 'checksum-match', 'a job of ours, it is gone'), said('reject', 'checksum-match', 'not sure')];

it('rows repaired without a known cause stay until somebody acknowledges them with a reason', () => {
  expect(after()).toBeUndefined();
  expect(after(repaired('not in the log', 'shop.a', 3), repaired('seeded', 'shop.b', 2))).toBeUndefined();
  const open = [repaired('unknown', 'shop.a', 3), repaired('unknown', 'shop.b', 2), repaired('unknown', 'shop.a', 1)];
  expect(after(...open)).toMatchObject({rows: 6, tables: ['shop.a', 'shop.b']});
  expect(after(...open, yes)).toBeUndefined();
});

it('neither a yes without a reason, nor one to another gate, nor one of before acknowledges them', () => {
  const open = repaired('unknown', 'shop.a', 3);
  for (const other of [said('approve', 'checksum-match', undefined), said('approve', 'approval', 'fine')])
    expect(after(open, other)).toMatchObject({rows: 3});
  expect(after(yes, open)).toMatchObject({rows: 3});
  expect(after(open, yes, repaired('unknown', 'shop.b', 2))).toMatchObject({rows: 2, tables: ['shop.b']});
});

it('a rejection takes the acknowledgement back', () => {
  expect(after(repaired('unknown', 'shop.a', 3), yes, no)).toMatchObject({rows: 3});
  expect(after(repaired('unknown', 'shop.a', 3), yes, no, yes)).toBeUndefined();
});
