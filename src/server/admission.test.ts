/** Who may look on without a token, and how often anybody may ask. */
import {expect, test} from 'vitest';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects} from '../../test/support/effects.ts';
import {newAccessToken} from '../journal/access-token.ts';
import {newPrivateKey, tokenOf} from '../journal/signature.ts';
import {Admission} from './admission.ts';

const HOUR_MS = 3_600_000;

function door() {
  const clock = fakeClock('2026-05-01T10:00:00.000Z');
  const {token, text} = newAccessToken({name: 'ann', role: 'operate', lastsMs: HOUR_MS}, {...realEffects(), clock});
  const admission = new Admission({accessTokens: async () => [token]}, clock);
  const admit = (address: string, headers: Readonly<Record<string, string>> = {}) =>
    admission.admit({address, headers: {host: 'localhost:7415', ...headers}}).catch((error: unknown) => error);
  return {clock, admission, token, text, admit, bearer: (one: string) => ({authorization: `Bearer ${one}`})};
}

test.each([
  ['127.0.0.1', {}],
  ['::1', {host: '[::1]:7415'}],
  ['::ffff:127.0.0.1', {host: '127.0.0.1'}],
])('whoever asks from this machine may look on: %s', async (address, headers) => {
  expect(await door().admit(address, headers)).toEqual({});
});

test.each([
  ['from another machine', '10.0.0.7', {}],
  ['from another machine that says it is this one', '10.0.0.7', {host: '127.0.0.1'}],
  ['a page whose name was led here', '127.0.0.1', {host: 'crossfade.example:7415'}],
  ['a name that begins like this machine', '127.0.0.1', {host: 'localhost.example'}],
  ['a proxy of this machine for somebody', '127.0.0.1', {'x-forwarded-for': '10.0.0.7'}],
  ['a proxy that says so otherwise', '127.0.0.1', {forwarded: 'for=10.0.0.7'}],
  ['another way to log in', '127.0.0.1', {authorization: 'Basic YW5uOmFubg=='}],
])('%s needs a token', async (_, address, headers) => {
  expect(await door().admit(address, headers)).toMatchObject({code: 'CF-API-001'});
});

test('a token lets in from anywhere until it expires, and acts as its role only', async () => {
  const {admit, bearer, text, token, clock, admission} = door();
  expect(await admit('10.0.0.7', bearer(text))).toEqual({token});
  expect(admission.actor({token}, 'operate')).toBe(token);
  expect(() => admission.actor({token}, 'approve')).toThrow(expect.objectContaining({code: 'CF-API-002'}));
  expect(() => admission.actor({}, 'operate')).toThrow(expect.objectContaining({code: 'CF-API-001'}));
  await clock.advance(HOUR_MS);
  expect(await admit('10.0.0.7', bearer(text))).toMatchObject({code: 'CF-API-001', message: expect.stringContaining('expired')});
});

test('what was sent is never repeated, and who sends a key is told that it is known now', async () => {
  const {admit, bearer} = door();
  const key = tokenOf(newPrivateKey());
  const answer = (await admit('10.0.0.7', bearer(key))) as Error & {readonly next: string};
  expect(answer.message).toContain('replace it in the plan');
  expect(`${answer.message}${answer.next}`).not.toContain(key);
});

test('wrong tokens are soon too many, for their address only; time makes it good', async () => {
  const {admit, bearer, text, token, clock} = door();
  const answers = [];
  for (let i = 0; i < 20; i++) answers.push(((await admit('10.0.0.7', bearer('cfa_00000000_0'))) as {readonly code: string}).code);
  expect(answers.filter((code) => code === 'CF-API-001')).toHaveLength(15);
  const refused = (await admit('10.0.0.7', bearer(text))) as {readonly code: string; readonly retryAfterS: number};
  expect(refused).toMatchObject({code: 'CF-API-003', retryAfterS: expect.any(Number)});
  expect(await admit('10.0.0.8', bearer(text))).toEqual({token});
  await clock.advance(refused.retryAfterS * 1000);
  expect(await admit('10.0.0.7', bearer(text))).toEqual({token});
});

test('a token acts thirty times at once, and then once a second', async () => {
  const {admission, token, clock} = door();
  for (let i = 0; i < 30; i++) admission.actor({token}, 'operate');
  expect(() => admission.actor({token}, 'operate')).toThrow(expect.objectContaining({code: 'CF-API-003', retryAfterS: 1}));
  await clock.advance(1000);
  expect(admission.actor({token}, 'operate')).toBe(token);
});
