/** What people may ask for whom the plan knows by the account that types it. */
import {rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test, vi} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, created, passed, through, verdict} from '../../test/support/journal-facts.ts';
import {keyed} from '../../test/support/people.ts';
import type {Role} from '../model/person.ts';
import {currentPerson} from './actor.ts';

const ID = '0191aaaa-0000-7000-8000-000000000001';
const GREEN = [passed('approval')];
const RED = [verdict('approval', false)];

/** The plan knows this account as Eve, who has that role; undefined: as nobody. */
async function typed(role: Role | undefined, words: readonly string[]) {
  await using state = await stateFolder();
  const [eve, bob] = [keyed('eve'), keyed('bob')];
  const people = [
    {name: 'eve', key: eve.key, role: role ?? 'view', accounts: role ? [currentPerson().name] : []},
    {name: 'bob', key: bob.key, role: 'approve', accounts: []},
  ];
  const plan = {...(created.plan as object), approval: {quorum: 1, starterMay: true, expiresMs: 1, people}};
  const facts = [{...created, plan}, runnerHere(), ...through(...BEFORE_CUTOVER), ...(words[0] === 'cutover' ? GREEN : RED)];
  await state.begin(ID, ...facts);
  const {code, err} = await type([...words, '--state', state.folder]);
  return {code, err, added: (await state.facts(ID)).slice(facts.length)};
}

const STEERING = [
  ['pause'],
  ['throttle', '30', '--reason', 'the sale'],
  ['set', 'load.parallel=8', '--reason', 'the night'],
  ['cutover', '--confirm', created.name],
  ['abort', '--yes'],
] as const;
const NO = ['reject', 'approval', '--reason', 'not today'] as const;

/** The same plan, as far as names go. */
const PLAN = join(tmpdir(), `crossfade-role-guard-${process.pid}.yaml`);
const written = {
  name: created.name,
  workflow: 'live-migration',
  source: {engine: 'postgres', url: 'env:SOURCE_URL'},
  target: {engine: 'postgres', url: 'env:TARGET_URL'},
  schema: {kind: 'catalog'},
  scope: {tables: ['shop.*']},
  switch: ['router'],
  reverse: {window: '7d'},
};
beforeAll(() => {
  writeFileSync(PLAN, JSON.stringify(written));
  for (const name of ['SOURCE_URL', 'TARGET_URL']) vi.stubEnv(name, 'postgres://127.0.0.1:1/nowhere');
});
afterAll(() => {
  rmSync(PLAN);
  vi.unstubAllEnvs();
});

const RUNNERS = [['resume'], ['verify', '--repair'], ['unlock'], ['worker'], ['run', PLAN], ['amend', PLAN, '--reason', 'mine']] as const;

test.each([...[...STEERING, ...RUNNERS, NO].map((words) => ['view', words] as const), ['operate', NO] as const])(
  'whoever may %s is refused %j, and nothing is recorded',
  async (role, words) => {
    const {code, err, added} = await typed(role, words);
    expect({code, added}, err).toEqual({code: 2, added: []});
    expect(err).toContain(
      `eve may ${role}, and not ${words[0] === 'verify' ? words.join(' ') : words[0]}: the plan says so of ${currentPerson().name}`,
    );
    expect(err).toContain('ask bob');
  },
);

test.each([...STEERING.map((words) => ['operate', words] as const), ...[...STEERING, NO].map((words) => ['approve', words] as const)])(
  'whoever may %s may %j',
  async (role, words) => {
    expect(await typed(role, words)).toMatchObject({code: 0, added: [{type: 'signal', signal: {type: words[0]}}]});
  },
);

test.each([...STEERING, NO].map((words) => [words] as const))(
  'an account that the plan does not know may %j, and is on record as unauthenticated',
  async (words) => {
    expect(await typed(undefined, words)).toMatchObject({code: 0, added: [{actor: {name: currentPerson().name, authenticated: false}}]});
  },
);
