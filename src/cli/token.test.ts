/** Access tokens as an operator makes and takes them, and where `serve` refuses to listen. */
import {expect, test} from 'vitest';
import {stateFolder, type} from '../../test/support/command-line.ts';

const inState = async () => {
  const state = await stateFolder();
  return {...state, type: (...words: readonly string[]) => type([...words, '--state', state.folder])};
};

test('is shown once, listed without it, and taken back', async () => {
  await using state = await inState();
  const made = await state.type('token', 'create', 'ann', '--role', 'approve', '--expires', '2d');
  expect(made).toMatchObject({code: 0, out: expect.stringMatching(/^cfa_[0-9a-f]{8}_[0-9a-f]{64}\n$/)});
  const [, id = '', secret = ''] = made.out.trim().split('_');
  const listed = await state.type('token', 'list');
  expect(listed.out).toMatch(new RegExp(`${id}  ann +approve`));
  expect(`${listed.out}${listed.err}${made.err}`).not.toContain(secret);
  expect(await state.type('token', 'revoke', id, '--dry-run')).toMatchObject({code: 0, err: 'Nothing was changed.\n'});
  expect(JSON.parse((await state.type('token', 'list', '--json')).out)).toMatchObject({
    tokens: [{id, name: 'ann', role: 'approve', revokedAt: null}],
  });
  expect(await state.type('token', 'revoke', id)).toMatchObject({code: 0, out: `the token ${id} of ann lets nobody in\n`});
  expect((await state.type('token', 'list')).out).toContain('it was taken back at');
});

test('a dry run makes none', async () => {
  await using state = await inState();
  expect((await state.type('token', 'create', 'ann', '--role', 'view', '--dry-run')).out).toMatch(/^ann may view until/);
  expect(JSON.parse((await state.type('token', 'list', '--json')).out)).toMatchObject({tokens: []});
});

test.each([
  [['token', 'make'], 'token has no make'],
  [['token', 'create'], 'whose token is it?'],
  [['token', 'create', 'ann'], 'as what?'],
  [['token', 'create', 'ann', '--role', 'root'], 'there is no role root'],
  [['token', 'create', 'ann', '--role', 'view', '--expires', '2y'], '--expires cannot be 2y'],
  [['token', 'create', 'ann', '--role', 'view', '--expires', '400d'], '--expires cannot be 400d'],
  [['token', 'revoke', '00000000'], 'there is no access token 00000000'],
  [['serve', '--listen', '0.0.0.0:0'], 'access tokens would go to 0.0.0.0 in the clear'],
  [['serve', '--listen', '[::]:0'], 'access tokens would go to [::] in the clear'],
  [['serve', '--listen', '0.0.0.0:0', '--tls-cert', '/nowhere'], 'a certificate and its key belong together'],
  [['serve', '--tls-cert', '/nowhere', '--tls-key', '/nowhere'], '/nowhere cannot be read'],
])('%j is refused', async (words, message) => {
  await using state = await inState();
  expect(await state.type(...words)).toMatchObject({code: 2, err: expect.stringContaining(message)});
});
