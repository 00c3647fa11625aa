/** People who approve with keys and tokens: who is let, what is recorded, and that a forged record is found. */
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {DatabaseSync} from 'node:sqlite';
import {join} from 'node:path';
import {afterEach, describe, expect, it, vi} from 'vitest';
import {runnerHere, stateFolder, type} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, through, verdict} from '../../test/support/journal-facts.ts';
import {yesOf} from '../../test/support/api-client.ts';
import {realEffects} from '../../test/support/effects.ts';
import {createdWith, keyed} from '../../test/support/people.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {tokenOf} from '../journal/signature.ts';
import {openStateStore} from '../journal/state-store.ts';
import {currentPerson} from './actor.ts';
import {seenIn} from './approver.ts';

const ID = '0191aaaa-0000-7000-8000-000000000002';
const [ann, op, eve] = [keyed('ann'), keyed('op', 'operate'), keyed('eve')];

async function waiting(...people: readonly (typeof ann)[]) {
  const state = await stateFolder();
  await state.begin(ID, createdWith(...people), runnerHere(), ...through(...BEFORE_CUTOVER), verdict('approval', false));
  const before = (await state.facts(ID)).length;
  return {
    ...state,
    type: (...words: readonly string[]) => type([...words, '--state', state.folder]),
    approve: (...words: readonly string[]) =>
      type(['approve', 'approval', '--yes', '--reason', 'looked', ...words, '--state', state.folder]),
    added: async () => (await state.facts(ID)).slice(before),
  };
}

afterEach(() => vi.unstubAllEnvs());

describe('approve, where the plan knows people', () => {
  it('is signed with a token from the environment, and the record holds', async () => {
    await using run = await waiting(ann, op);
    vi.stubEnv('CROSSFADE_TOKEN', tokenOf(ann.secret));
    expect(await run.approve()).toMatchObject({code: 0, out: 'approve is recorded\n'});
    const [fact] = await run.added();
    expect(fact).toMatchObject({
      actor: {kind: 'person', name: 'ann', authenticated: true, account: currentPerson().name},
      signal: {gate: 'approval', signed: {by: 'ann', head: {seq: 13}}},
    });
    expect(JSON.stringify(fact)).not.toContain(tokenOf(ann.secret));
    expect(await run.type('events', '--verify', '--offline')).toMatchObject({code: 0});
    expect(JSON.parse((await run.type('status', '--json')).out)).toMatchObject({
      approvals: [{gate: 'approval', actor: 'ann', authenticated: true}],
    });
  });

  it.each([
    ['without a key', [], undefined, 'the plan wants to know who approves: ann'],
    ['with a key that nobody has', [], tokenOf(eve.secret), 'the plan knows nobody with this key'],
    ['with that of somebody who may not', [], tokenOf(op.secret), 'op may operate, and not approve'],
    ['with what is no key', [], 'crossfade_nonsense', 'neither a token nor a private Ed25519 key'],
    ['with a file that is not there', ['--token-file', '/nowhere'], undefined, '/nowhere cannot be read'],
    ['with two keys', ['--token-file', '/a', '--key', '/b'], undefined, 'two answers to one question'],
  ])('%s is refused, and nothing is recorded', async (_, words, token, message) => {
    await using run = await waiting(ann, op);
    if (token !== undefined) vi.stubEnv('CROSSFADE_TOKEN', token);
    const {code, err} = await run.approve(...words);
    expect({code, added: await run.added()}).toEqual({code: 2, added: []});
    expect(err).toContain(message);
  });

  it('a record that was given another reason, with all hashes made anew, is found without the databases', async () => {
    await using run = await waiting(ann);
    vi.stubEnv('CROSSFADE_TOKEN', tokenOf(ann.secret));
    await run.approve();
    await rewrite(run.folder, (text) => text.replace('looked', 'overlooked'));
    const {code, err} = await run.type('events', '--verify', '--offline');
    expect(code).not.toBe(0);
    expect(err).toContain('is not what ann has signed');
  });
});

describe('approve --signed', () => {
  const gates = async (run: {readonly folder: string}) => {
    const store = await openStateStore(run.folder, realEffects());
    const entries = await (await store.open(ID)).entries();
    await store.close();
    return {...seenIn({entries, state: runState(entries)}), head: runState(entries).head};
  };
  const sign = async (run: {readonly folder: string}, change = {}) => JSON.stringify({...yesOf(ann, await gates(run)), ...change});
  const record = (run: {readonly folder: string}, piped: string, reason = 'looked at it') =>
    type(['approve', 'approval', '--yes', '--signed', '-', '--reason', reason, '--state', run.folder], undefined, piped);

  it('records what was signed elsewhere, once', async () => {
    await using run = await waiting(ann, op);
    const signed = await sign(run);
    expect(await record(run, signed)).toMatchObject({code: 0, out: 'approve is recorded\n'});
    expect(await record(run, signed)).toMatchObject({code: 2, err: expect.stringContaining('CF-APPROVE-003')});
    expect(await run.added()).toHaveLength(1);
    expect(await run.type('events', '--verify', '--offline')).toMatchObject({code: 0});
  });

  it('refuses what is for verdicts of before', async () => {
    await using run = await waiting(ann);
    await run.append(ID, {...verdict('sql', true), place: 1} as JournalFact);
    const signed = await sign(run);
    await run.append(ID, {...verdict('sql', false), place: 1} as JournalFact);
    expect(await record(run, signed)).toMatchObject({code: 2, err: expect.stringContaining('CF-APPROVE-004')});
  });

  it.each([
    ['another reason', {}, 'overlooked', 'CF-APPROVE-002'],
    ['another account', {account: 'eve (uid 7)'}, undefined, 'CF-APPROVE-002'],
    ['no text where one belongs', {account: 7}, undefined, 'account is not there'],
    ['no head', {signed: {by: 'ann'}}, undefined, 'signed.head.seq is no number'],
  ])('refuses %s', async (_, change, reason, message) => {
    await using run = await waiting(ann);
    expect(await record(run, await sign(run, change), reason)).toMatchObject({code: 2, err: expect.stringContaining(message)});
    expect(await run.added()).toEqual([]);
  });
});

it('where the plan knows nobody, a key is refused instead of being left out', async () => {
  await using run = await waiting();
  vi.stubEnv('CROSSFADE_TOKEN', tokenOf(ann.secret));
  expect((await run.approve()).err).toContain('the plan knows nobody with this key');
});

describe('identity', () => {
  it('makes a key for its owner’s eyes only, says it again, and approve takes it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-identity-'));
    const file = join(folder, 'ann.pem');
    try {
      const made = JSON.parse((await type(['identity', 'ann', '--key', file, '--json'])).out) as {readonly key: string};
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(JSON.parse((await type(['identity', 'ann', '--key', file, '--json'])).out)).toEqual(made);
      expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
      await using run = await waiting({...ann, key: made.key});
      expect(await run.approve('--key', file)).toMatchObject({code: 0});
    } finally {
      rmSync(folder, {recursive: true});
    }
  });

  it('prints a token once, whose line the plan takes', async () => {
    const {out} = await type(['identity', 'bob', '--token', '--json']);
    const {key, token} = JSON.parse(out) as {readonly key: string; readonly token: string};
    expect(out).not.toContain('PRIVATE');
    const folder = mkdtempSync(join(tmpdir(), 'crossfade-identity-'));
    writeFileSync(join(folder, 'token'), `${token}\n`);
    await using run = await waiting({...ann, key});
    expect(await run.approve('--token-file', join(folder, 'token'))).toMatchObject({code: 0});
    rmSync(folder, {recursive: true});
  });

  it('asks which of the two', async () => {
    expect(await type(['identity', 'bob'])).toMatchObject({code: 2});
  });
});

type Row = {readonly seq: number; readonly at: string; readonly fact: string; readonly previous: string};

/** As somebody would who owns the state: the last entry is changed, and its hash made anew. */
async function rewrite(folder: string, change: (fact: string) => string): Promise<void> {
  const {entryHash} = await import('../journal/chain.ts');
  using db = new DatabaseSync(join(folder, 'journal.sqlite'));
  const row = db.prepare('SELECT seq, at, fact, previous FROM entry ORDER BY seq DESC LIMIT 1').get() as Row;
  const fact = change(row.fact);
  const hash = entryHash(ID, {seq: row.seq, at: row.at, previous: row.previous, fact: JSON.parse(fact)});
  db.prepare('UPDATE entry SET fact = ?, hash = ? WHERE seq = ?').run(fact, hash, row.seq);
}
