import {createHmac} from 'node:crypto';
import {expect, test} from 'vitest';
import {httpService, type TestService} from '../../test/support/http-server.ts';
import {measures} from '../../test/support/measures.ts';
import {sendRequest} from './http-request.ts';
import {webhook} from './webhook.ts';

const never = new AbortController().signal;
const check = ({url}: TestService, settings: Readonly<Record<string, unknown>> = {}) =>
  webhook.check(
    measures({
      settings: {url: 'env:HOOK', ...settings},
      secret: async (reference) => (reference === 'env:HOOK' ? `${url}/hooks/s3cret-path` : 'k3y'),
      request: (request) => sendRequest(request, never),
    }),
  );
const answering = (status: number, body = '') => httpService((_, response) => response.writeHead(status).end(body));

test('2xx is go, everything else is not', async () => {
  await using yes = await answering(204);
  const {host} = new URL(yes.url);
  expect(await check(yes)).toEqual({go: true, evidence: `${host} answered 204`, holdsMs: 30_000});
  for (const status of [302, 403, 500]) {
    await using no = await answering(status);
    expect((await check(no)).go).toBe(false);
  }
});

test('an answer may say no for itself, and why, without our secrets', async () => {
  await using service = await answering(200, JSON.stringify({go: false, reason: 'freeze until Monday, said k3y at /hooks/s3cret-path'}));
  const {go, evidence} = await check(service, {secret: 'env:KEY'});
  expect(go).toBe(false);
  expect(evidence).toContain('answered 200: freeze until Monday');
  expect(evidence).not.toContain('k3y');
});

test('what is asked says which run and phase, and is signed', async () => {
  await using service = await answering(200);
  await check(service, {secret: 'env:KEY'});
  const [asked] = service.asked;
  expect(JSON.parse(asked?.body ?? '')).toMatchObject({
    schemaVersion: 1,
    event: 'gate',
    gate: 'webhook',
    phase: 'cutover',
    migration: {name: 'shop'},
  });
  expect(asked?.headers['x-crossfade-signature']).toBe(
    `sha256=${createHmac('sha256', 'k3y')
      .update(asked?.body ?? '')
      .digest('hex')}`,
  );
  expect(asked?.headers['x-crossfade-delivery']).toMatch(/^[0-9a-f]{32}$/);
});

test('throws when nobody answers in time, without the address', async () => {
  await using service = await httpService(() => undefined);
  const told = await check(service, {timeout: 50}).catch((error: unknown) => String(error));
  expect(told).toContain('nothing within 50 ms');
  expect(told).not.toContain('s3cret');
});

test('throws when the secret is no address, without it', async () => {
  const broken = measures({settings: {url: 'env:HOOK'}, secret: async () => 'n0t an address'});
  await expect(webhook.check(broken)).rejects.toThrow('what url: stands for is no address');
});
