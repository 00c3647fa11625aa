/** The API over real HTTP: places, methods, limits and what an answer never holds. */
import {connect, type Socket} from 'node:net';
import {afterEach, describe, expect, test} from 'vitest';
import {callsTo} from '../../test/support/api-client.ts';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects} from '../../test/support/effects.ts';
import {runnerHere} from '../../test/support/command-line.ts';
import {BEFORE_CUTOVER, through, verdict} from '../../test/support/journal-facts.ts';
import {createdWith, type Keyed, keyed} from '../../test/support/people.ts';
import {untilTrue} from '../../test/support/until.ts';
import {newAccessToken} from '../journal/access-token.ts';
import type {JournalStore} from '../journal/journal.ts';
import {memoryJournalStore} from '../journal/memory-journal.ts';
import type {Role} from '../model/person.ts';
import {type ApiCall, type ApiServer, serveApi} from '../server/api-server.ts';
import {apiOf, CALLS} from './api.ts';

const ID = '0191aaaa-0000-7000-8000-000000000002';
const RUN = '/v1/runs/0191aaaa';
let open: ApiServer | undefined;
afterEach(async () => open?.close());

async function api(people: readonly Keyed[] = [keyed('ann')]) {
  const clock = fakeClock('2026-05-01T12:00:00.000Z');
  const store = memoryJournalStore({...realEffects(), clock});
  const journal = await store.create(ID, 'shop-17-to-18');
  for (const fact of [createdWith(...people), runnerHere(), ...through(...BEFORE_CUTOVER), verdict('approval', false)])
    await journal.append(fact);
  const tokens = Object.fromEntries(
    await Promise.all((['view', 'operate', 'approve'] as const).map(async (role) => [role, await tokenFor(store, role)])),
  );
  const respond = apiOf({store, state: undefined, clock});
  open = await serveApi({host: '127.0.0.1', port: 0}, respond);
  return {call: callsTo(`http://127.0.0.1:${open.port}`), tokens: tokens as Record<Role, string>, port: open.port, journal, clock, respond};
}

const tokenFor = async (store: JournalStore, role: Role): Promise<string> => {
  const {token, text} = newAccessToken(
    {name: 'ann', role, lastsMs: 1_000_000},
    {...realEffects(), clock: fakeClock('2026-05-01T12:00:00.000Z')},
  );
  await store.keepAccessToken(token);
  return text;
};

describe('a call', () => {
  test('that only reads is answered, by id, by its beginning and by the name of the plan', async () => {
    const {call, tokens} = await api();
    for (const run of [ID, '0191aaaa', 'shop-17-to-18'])
      expect(await call(`/v1/runs/${run}`)).toMatchObject({status: 200, document: {schemaVersion: 1, id: ID, phase: 'cutover'}});
    const {document, headers} = await call(`${RUN}/gates`, {token: tokens.view});
    expect(document).toMatchObject({
      phase: 'cutover',
      gates: [{gate: 'approval', go: false}],
      approvers: ['ann'],
      toSign: {head: {seq: 13}},
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect((await call('/v1')).document).toMatchObject({calls: CALLS});
  });

  test.each([
    ['/v2/runs', 404],
    ['/v1/runs/0191bbbb', 404],
    ['/v1/runs/019', 404],
    [`${RUN}/abort`, 404],
    [`${RUN}/constructor`, 404],
    [`${RUN}/__proto__`, 404],
    [`${RUN}/events/1`, 404],
    [`${RUN}/pause`, 405],
    [`${RUN}/events?after=-1`, 400],
    ['/v1/runs/%ff', 404],
  ])('of GET %s is refused with %i', async (path, status) => {
    const {call} = await api();
    expect(await call(path)).toMatchObject({status, document: {error: {code: 'CF-USAGE-001'}}});
  });

  test.each([
    ['pause', '[]', 'the body is no JSON object'],
    ['pause', '{"wait": true}', 'there is no field wait here'],
    ['set', '{"key": "chunk"}', 'the field value is missing'],
    ['set', '{"key": "chunk", "value": {"a": 1}}', 'the field value is no text'],
    ['resume', '{"reason": ["x"]}', 'the field reason is no text'],
  ])('to %s with %s is refused, and nothing is recorded', async (word, body, message) => {
    const {call, tokens, journal} = await api();
    const before = await journal.entries();
    expect(await call(`${RUN}/${word}`, {token: tokens.operate, body})).toMatchObject({status: 400, document: {error: {message}}});
    expect(await journal.entries()).toEqual(before);
  });

  test('of somebody whom the plan lets look on is refused, whatever the token is for', async () => {
    const {call, tokens, journal} = await api([keyed('ann', 'view'), keyed('bob')]);
    const before = await journal.entries();
    const refused = await call(`${RUN}/resume`, {token: tokens.operate, body: {reason: 'mine'}});
    expect(refused).toMatchObject({status: 403, document: {error: {code: 'CF-VERB-003'}}});
    expect(await journal.entries()).toEqual(before);
  });

  test('to act needs the role of the word: looking on is not steering, and steering is not approving', async () => {
    const {call, tokens, journal} = await api();
    const before = await journal.entries();
    const codes = await Promise.all(
      (
        [
          ['view', 'pause'],
          ['approve', 'pause'],
          ['view', 'reject'],
          ['operate', 'reject'],
          ['operate', 'approve'],
        ] as const
      ).map(async ([role, word]) => (await call(`${RUN}/${word}`, {token: tokens[role], body: {}})).document.error?.code),
    );
    expect(codes).toEqual(Array(5).fill('CF-API-002'));
    expect(await call(`${RUN}/pause`, {body: {}})).toMatchObject({status: 401, headers: expect.anything()});
    expect(await journal.entries()).toEqual(before);
  });

  test('of a page of another site is not answered without a token', async () => {
    const {port} = await api();
    expect(await raw(port, 'GET /v1/runs HTTP/1.1\r\nHost: crossfade.example\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 401 .*CF-API-001/s,
    );
  });

  test('whose body is too long is refused before it is read to its end', async () => {
    const {call, tokens} = await api();
    expect(await call(`${RUN}/pause`, {token: tokens.operate, body: {reason: 'x'.repeat(17_000)}})).toMatchObject({status: 413});
  });

  test('too many are refused, with how long to wait', async () => {
    const {call, clock} = await api();
    const answers = [];
    for (let i = 0; i < 301; i++) answers.push(await call('/v1'));
    expect(answers.filter(({status}) => status === 200)).toHaveLength(300);
    expect(answers.at(-1)?.status).toBe(429);
    expect(answers.at(-1)?.headers.get('retry-after')).toBe('1');
    await clock.advance(1000);
    expect(await call('/v1')).toMatchObject({status: 200});
  });
});

test('of two calls that come together the second finds what the first has recorded', async () => {
  const {tokens, journal, respond} = await api();
  await journal.append({
    type: 'signal',
    signal: {type: 'pause'},
    actor: {kind: 'person', name: 'op', authenticated: false},
    reason: undefined,
  });
  const resume: ApiCall = {
    ...{method: 'POST', path: `${RUN}/resume`, query: new URLSearchParams(), address: '127.0.0.1', body: ''},
    ...{headers: {authorization: `Bearer ${tokens.operate}`}, gone: new AbortController().signal},
  };
  const answers = await Promise.all([respond(resume), respond(resume)]);
  expect(answers).toMatchObject([{document: {recorded: true}}, {document: {recorded: false, text: 'no pause was asked for'}}]);
});

test('so many streams of events are open at once, and one that ends makes room', async () => {
  const {port} = await api();
  const stream = async (gone: AbortController) =>
    fetch(`http://127.0.0.1:${port}${RUN}/events`, {headers: {accept: 'text/event-stream'}, signal: gone.signal});
  const open = Array.from({length: 32}, () => new AbortController());
  const answers = await Promise.all(open.map(stream));
  expect(new Set(answers.map(({status}) => status))).toEqual(new Set([200]));
  const [one] = open;
  expect((await stream(new AbortController())).status).toBe(429);
  one?.abort();
  await untilTrue('there is room again', async () => {
    const another = new AbortController();
    const {status} = await stream(another);
    another.abort();
    return status === 200;
  });
  for (const gone of open) gone.abort();
});

/** As no well-mannered client would send it. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (part: string) => void (answer += part));
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
