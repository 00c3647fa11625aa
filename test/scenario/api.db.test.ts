/** A run that waits at a gate is looked at, steered and approved by HTTP: the same record as by the command line, and nothing for a stolen token. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {currentPerson} from '../../src/cli/actor.ts';
import {tokenOf} from '../../src/journal/signature.ts';
import {type Called, served, toSignOf, yesOf} from '../support/api-client.ts';
import {openLetters} from '../support/letters.ts';
import {type Keyed, keyed} from '../support/people.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {until} from '../support/until.ts';

const [ann, bob, op, eve] = [keyed('ann'), keyed('bob'), keyed('op', 'operate'), keyed('eve', 'approve', currentPerson().name)];

const waiting = async (name: string) => {
  const story = await openLetters(name, {
    plan: {
      gates: {cutover: ['replication-lag', 'checksum-match', 'approval']},
      approval: {
        quorum: 2,
        starterMay: false,
        people: [ann, bob, op, eve].map(({name, key, role, accounts}) => ({name, key, role, accounts})),
      },
    },
  });
  story.start(['run', story.planFile]);
  await story.untilFact(
    'the approval is asked for',
    (fact) => fact.type === 'gate-verdict' && fact.verdict.gate === 'checksum-match' && fact.verdict.go,
  );
  return story;
};

const tokenFor = async (story: Story, ...words: readonly string[]): Promise<string> => {
  const {token} = JSON.parse((await story.type('token', 'create', ...words, '--json')).output) as {readonly token: string};
  return token;
};

const refusedAs = ({status, document}: Called) => ({status, code: document.error?.code});
const signals = async (story: Story) => (await story.facts()).filter((fact) => fact.type === 'signal');

test('two people approve, one by the API and one by the command line: one kind of record, and a cutover', async () => {
  await using story = await waiting('approved');
  const {call} = await served(story);
  expect((await call('/v1/runs')).document).toMatchObject({runs: [{name: 'approved', phase: 'cutover'}]});
  expect((await call('/v1/runs/approved')).document).toMatchObject({schemaVersion: 1, waitingFor: {kind: 'gates'}});
  const token = await tokenFor(story, 'ann', '--role', 'approve');
  const yes = yesOf(ann, await toSignOf(call, 'approved'));
  expect(await call('/v1/runs/approved/approve', {token, body: yes})).toMatchObject({status: 200, document: {recorded: true}});
  expect(refusedAs(await call('/v1/runs/approved/approve', {token, body: yes}))).toEqual({status: 409, code: 'CF-APPROVE-003'});
  await story.untilFact('one of two', (fact) => fact.type === 'gate-verdict' && fact.verdict.evidence === '1 of 2 approvals: ann');
  const secret = story.secret(tokenOf(bob.secret)).slice('file:'.length);
  const environment = ['approve', 'approval', '--yes', '--reason', 'looked at it', '--token-file', secret];
  // The account of this machine is the starter's; the plan says whose that is, so it is not bob's.
  expect(await story.type(...environment)).toMatchObject({code: 0});
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  const [byApi, byCommand, ...more] = await signals(story);
  expect(more).toEqual([]);
  expect(shapeOf(byApi)).toEqual(shapeOf(byCommand));
  expect(byApi).toMatchObject({
    signal: {gate: 'approval', evidence: yes.evidence, signed: yes.signed},
    actor: {name: 'ann', authenticated: true},
    reason: 'looked at it',
  });
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
  expect(allText(story)).not.toContain(token.split('_')[2]);
});

test('what does not prove who says yes, or to what, is refused by its code and leaves no record', async () => {
  await using story = await waiting('refused');
  const {call} = await served(story);
  const approve = async (who: Keyed, token: string | undefined, change = {}, sent = {}) =>
    refusedAs(await call('/v1/runs/refused/approve', {token, body: {...yesOf(who, await toSignOf(call, 'refused'), change), ...sent}}));
  const tokens = {
    ann: await tokenFor(story, 'ann', '--role', 'approve'),
    operate: await tokenFor(story, 'ann', '--role', 'operate'),
    view: await tokenFor(story, 'ann', '--role', 'view'),
    expired: await tokenFor(story, 'ann', '--role', 'approve', '--expires', '1ms'),
    op: await tokenFor(story, 'op', '--role', 'approve'),
    eve: await tokenFor(story, 'eve', '--role', 'approve'),
  };
  const before = await signals(story);
  expect(await approve(ann, undefined)).toEqual({status: 401, code: 'CF-API-001'});
  expect(await approve(ann, `${tokens.ann}x`)).toEqual({status: 401, code: 'CF-API-001'});
  expect(await approve(ann, tokenOf(ann.secret))).toEqual({status: 401, code: 'CF-API-001'});
  expect(await approve(ann, tokens.expired)).toEqual({status: 401, code: 'CF-API-001'});
  expect(await approve(ann, tokens.view)).toEqual({status: 403, code: 'CF-API-002'});
  expect(await approve(ann, tokens.operate)).toEqual({status: 403, code: 'CF-API-002'});
  expect(await approve(bob, tokens.ann)).toEqual({status: 403, code: 'CF-API-002'});
  expect(await approve({...bob, name: 'ann'}, tokens.ann)).toEqual({status: 403, code: 'CF-APPROVE-002'});
  expect(await approve(ann, tokens.ann, {}, {reason: 'overlooked'})).toEqual({status: 403, code: 'CF-APPROVE-002'});
  expect(await approve(ann, tokens.ann, {}, {account: 'bob (uid 7)'})).toEqual({status: 403, code: 'CF-APPROVE-002'});
  expect(await approve(ann, tokens.ann, {at: '2026-05-01T10:00:00.000Z'})).toEqual({status: 403, code: 'CF-APPROVE-002'});
  expect(await approve(ann, tokens.ann, {head: {seq: 1, hash: '0'.repeat(64)}})).toEqual({status: 403, code: 'CF-APPROVE-002'});
  expect(await approve(ann, tokens.ann, {evidence: 'e'.repeat(64)})).toEqual({status: 409, code: 'CF-APPROVE-004'});
  expect(await approve(ann, tokens.ann, {planChecksum: 'c'.repeat(64)})).toEqual({status: 409, code: 'CF-APPROVE-004'});
  expect(await approve(op, tokens.op)).toEqual({status: 403, code: 'CF-APPROVE-001'});
  expect(await approve(eve, tokens.eve)).toEqual({status: 403, code: 'CF-APPROVE-005'});
  await story.type('token', 'revoke', tokens.ann.split('_')[1] ?? '');
  expect(await approve(ann, tokens.ann)).toEqual({status: 401, code: 'CF-API-001'});
  expect(await signals(story)).toEqual(before);
});

test('the words of the socket steer a run by the API, in the name of whose token it is; events go on from a number', async () => {
  await using story = await waiting('steered-by-http');
  const {call, url} = await served(story);
  const token = await tokenFor(story, 'op', '--role', 'operate');
  const ask = async (word: string, body: object) => (await call(`/v1/runs/steered-by-http/${word}`, {token, body})).document;
  expect(await ask('set', {key: 'chunk', value: '1MiB', reason: 'shorter locks'})).toMatchObject({recorded: true});
  expect(await ask('set', {key: 'chunk', value: 'lots'})).toMatchObject({error: {code: 'CF-USAGE-001'}});
  const unexplained = {error: {code: 'CF-USAGE-001', message: 'this needs a reason', next: expect.stringContaining('the field reason')}};
  for (const body of [{percent: 20}, {percent: 20, reason: ' '}]) expect(await ask('throttle', body)).toMatchObject(unexplained);
  expect(await ask('throttle', {percent: 20, reason: 'the sale'})).toMatchObject({recorded: true});
  expect(await ask('throttle', {percent: '--wait'})).toMatchObject({error: {code: 'CF-USAGE-001', message: '--wait is not a percentage'}});
  expect(await ask('unthrottle', {})).toMatchObject({recorded: true});
  const approver = await tokenFor(story, 'bob', '--role', 'approve');
  expect(await call('/v1/runs/steered-by-http/reject', {token: approver, body: {gate: 'approval', reason: 'not today'}})).toMatchObject({
    status: 200,
  });
  await story.untilFact('the pause', ({type}) => type === 'paused');
  expect(await ask('resume', {reason: 'today after all'})).toMatchObject({recorded: true, text: 'resume is recorded'});
  await story.untilFact('the run goes on', ({type}) => type === 'resumed');
  expect((await signals(story)).map(({signal: {type}, actor: {name, authenticated}}) => [type, name, authenticated])).toEqual([
    ['set', 'op', false],
    ['throttle', 'op', false],
    ['unthrottle', 'op', false],
    ['reject', 'bob', false],
    ['resume', 'op', false],
  ]);
  const first = (await call('/v1/runs/steered-by-http/events?limit=3')).document;
  expect(first).toMatchObject({last: 3, events: [{seq: 1}, {seq: 2}, {seq: 3}]});
  expect((await call('/v1/runs/steered-by-http/events?after=3&limit=1')).document).toMatchObject({events: [{seq: 4}]});
  const gone = new AbortController();
  const stream = await fetch(`${url}/v1/runs/steered-by-http/events`, {
    headers: {accept: 'text/event-stream', 'last-event-id': '4'},
    signal: gone.signal,
  });
  let text = '';
  const reading = (async () => {
    for await (const part of stream.body ?? []) text += Buffer.from(part as Uint8Array).toString();
  })().catch(() => undefined);
  await ask('pause', {reason: 'the stream shows it'});
  await until('the pause is streamed', async () => (text.includes('the stream shows it') ? text : undefined));
  expect(text).toMatch(/^: [^\n]+\n\nid: 5\ndata: \{"schemaVersion":1,"seq":5/);
  gone.abort();
  await reading;
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});

/** Which fields there are, however deep, and of what kind. */
const shapeOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
    : typeof value;

/** The log of all processes, and the state as its files are. */
const allText = (story: Story): string =>
  [
    story.log,
    ...readdirSync(join(story.folder, 'state'))
      .filter((name) => !name.endsWith('.sock'))
      .map((name) => join(story.folder, 'state', name)),
  ]
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');
