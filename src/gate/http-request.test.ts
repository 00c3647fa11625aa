import {expect, test} from 'vitest';
import {httpService} from '../../test/support/http-server.ts';
import {sendRequest} from './http-request.ts';

const never = new AbortController().signal;
const get = (url: string, limitMs = 10_000, stop = never) => sendRequest({method: 'GET', url, limitMs}, stop);

test('status and body come back, a redirect is not followed', async () => {
  await using service = await httpService(({url}, response) =>
    url === '/away' ? response.writeHead(302, {location: '/'}).end() : response.writeHead(201).end('made'),
  );
  expect(await get(service.url)).toEqual({status: 201, body: 'made'});
  expect((await get(`${service.url}/away`)).status).toBe(302);
  expect(service.asked).toHaveLength(2);
});

test('a password in the address goes into the header', async () => {
  await using service = await httpService((_, response) => response.end());
  await get(service.url.replace('//', '//ann:p%40ss@'));
  expect(service.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
});

test('silence ends at the limit, with the host and nothing else of the address', async () => {
  await using service = await httpService(() => undefined);
  const told = await get(`${service.url}/hooks/s3cret?key=s3cret`, 50).catch((error: unknown) => String(error));
  expect(told).toMatch(/^Error: 127\.0\.0\.1:\d+ gave no answer: nothing within 50 ms$/);
});

test('an answer that never ends is cut at the limit, and a long one is read in part', async () => {
  await using service = await httpService(({url}, response) => {
    response.write('x'.repeat(url === '/long' ? 1_000_000 : 1));
  });
  await expect(get(service.url, 50)).rejects.toThrow('nothing within 50 ms');
  expect((await get(`${service.url}/long`)).body).toHaveLength(65_536);
});

test('nobody there, and no address at all, are told without the address', async () => {
  await expect(get('http://127.0.0.1:1/s3cret')).rejects.toThrow(/^127\.0\.0\.1:1 gave no answer: (?!.*s3cret)/);
  await expect(get('not an address with s3cret')).rejects.toThrow('the address of a service is no URL');
});

test('an abort of the run ends the question', async () => {
  const stop = new AbortController();
  await using service = await httpService(() => stop.abort(new Error('stopped')));
  await expect(get(service.url, 60_000, stop.signal)).rejects.toThrow('stopped');
});
