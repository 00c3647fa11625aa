import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type} from '../../test/support/command-line.ts';
import {realEffects} from '../../test/support/effects.ts';
import type {Effects} from '../model/effects.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import type {Invocation} from './command.ts';
import {unfinishedIn, withOwnJournal, withUnfinished} from './own-journal.ts';

const PLAN = 'plans/shop-17-to-18.yaml';
const pinned = await readPlanFile(PLAN);
const DAY_MS = 24 * 3_600_000;

let folder = '';
let said: string[] = [];
beforeEach(() => void ([folder, said] = [mkdtempSync(join(tmpdir(), 'crossfade-own-')), []]));
afterEach(() => rmSync(folder, {recursive: true}));

const invocation = {output: {say: (line: string) => void said.push(line)}} as unknown as Invocation;
const effectsIn = (days: number): Effects => {
  const effects = realEffects();
  return {...effects, clock: {...effects.clock, now: () => new Date(Date.now() + days * DAY_MS)}};
};
const rehearse = (environment: string | null, {keep = false, days = 0, act = async (): Promise<void> => undefined} = {}) =>
  withOwnJournal({folder, effects: effectsIn(days), on: {environment}, keep}, pinned, invocation, act);
const fails = (): Promise<never> => Promise.reject(new Error('it went wrong'));

it('is removed when all went well, and stays where it is to be looked at', async () => {
  await rehearse(null);
  expect(readdirSync(folder)).toEqual([]);
  await rehearse(null, {keep: true});
  await expect(rehearse(null, {act: fails})).rejects.toThrow('it went wrong');
  const kept = readdirSync(folder);
  expect(kept).toHaveLength(2);
  expect(said.map((line) => kept.some((id) => line.includes(join(folder, id))))).toEqual([true, true]);
});

it('stays thirty days, and in an environment until that was taken back', async () => {
  await rehearse(null, {keep: true});
  await rehearse('staging', {keep: true});
  await rehearse(null, {days: 29});
  expect(readdirSync(folder)).toHaveLength(2);
  await rehearse(null, {days: 31});
  const left = await unfinishedIn('staging', folder, realEffects());
  expect(left.map(({own}) => own)).toEqual(readdirSync(folder).map((id) => join(folder, id)));
  expect(left).toHaveLength(1);
  expect(await unfinishedIn('other', folder, realEffects())).toEqual([]);
  const states: unknown[] = [];
  for (const {own} of left) await withUnfinished(own, realEffects(), async (_journal, state) => void states.push(state.rehearsal));
  expect(states).toEqual([{environment: 'staging'}]);
  expect(readdirSync(folder)).toEqual([]);
});

it.each(['rehearse', 'trial'])('a state that is no folder is refused by %s before anything is asked of a database', async (verb) => {
  const state = 'postgres://nobody@127.0.0.1:1/state';
  const refused = await type([verb, PLAN, '--source-clone', 'env:NOT_SET', '--target-clone', 'env:NOT_SET', '--state', state]);
  expect(refused).toMatchObject({code: 2, err: expect.stringContaining('a journal of its own, in a folder')});
  expect(existsSync(join(process.cwd(), 'rehearsals'))).toBe(false);
});
