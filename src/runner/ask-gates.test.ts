/** In which order gates are asked, and what of their answers is kept. */
import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import type {Answer, Gate} from '../gate/gate.ts';
import {askGates, type GateAnswers} from './ask-gates.ts';

const named = (...names: readonly string[]) => names.map((name) => ({name, settings: {}}));

/** Gates `quick` and `costly`, which answer what they are told to and write down when they were asked. */
function world() {
  const asked: string[] = [];
  const answers: GateAnswers = new Map();
  const told: {costly: () => Promise<Answer>; nowMs: number} = {
    costly: async () => ({go: true, evidence: 'restored', holdsMs: 1000}),
    nowMs: 0,
  };
  const gate = (name: string, check: Gate['check'], isCostly: boolean): Gate => ({
    ...(isCostly ? {isCostly: true} : {}),
    check: (of) => (asked.push(name), check(of)),
  });
  const known = {
    quick: gate('quick', async () => ({go: true, evidence: 'lag 1 ms'}), false),
    costly: gate('costly', () => told.costly(), true),
  };
  const ask = (...names: readonly string[]) =>
    askGates({phase: 'cutover', gates: named(...names), known, measures: () => measures(), answers, monotonicMs: () => told.nowMs});
  return {asked, told, ask};
}

test('costly gates are asked first, so that a quick answer is never older than a restore; the plan keeps its order', async () => {
  const {asked, ask} = world();
  expect(await ask('quick', 'costly')).toEqual([
    {gate: 'quick', go: true, evidence: 'lag 1 ms'},
    {gate: 'costly', go: true, evidence: 'restored'},
  ]);
  expect(asked).toEqual(['costly', 'quick']);
});

test('a costly answer holds as long as it says, and no longer', async () => {
  const {asked, told, ask} = world();
  await ask('quick', 'costly');
  told.nowMs = 999;
  await ask('quick', 'costly');
  expect(asked).toEqual(['costly', 'quick', 'quick']);
  told.nowMs = 1000;
  await ask('quick', 'costly');
  expect(asked).toEqual(['costly', 'quick', 'quick', 'costly', 'quick']);
});

test('two gates of one name are two questions', async () => {
  const {asked, ask} = world();
  await ask('costly', 'costly');
  expect(asked).toEqual(['costly', 'costly']);
});

test('what a costly gate could not measure is no-go, and asked again after a pause', async () => {
  const {asked, told, ask} = world();
  told.costly = () => Promise.reject(new Error('no server'));
  expect(await ask('costly')).toEqual([{gate: 'costly', go: false, evidence: 'could not be measured: no server'}]);
  told.nowMs = 29_999;
  await ask('costly');
  expect(asked).toEqual(['costly']);
  told.nowMs = 30_000;
  told.costly = async () => ({go: true, evidence: 'restored'});
  expect(await ask('costly')).toEqual([{gate: 'costly', go: true, evidence: 'restored'}]);
});

test('a gate nobody knows is the plan’s fault', async () => {
  await expect(world().ask('nobody')).rejects.toMatchObject({code: 'CF-PLAN-001'});
});
