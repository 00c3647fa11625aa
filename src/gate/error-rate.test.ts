import {expect, test} from 'vitest';
import {measures} from '../../test/support/measures.ts';
import {errorRate} from './error-rate.ts';
import type {HttpRequest} from './gate.ts';

const asked: HttpRequest[] = [];
const check = (body: unknown, settings: Readonly<Record<string, unknown>>, status = 200) =>
  errorRate.check(
    measures({
      settings: {max: 0.01, ...settings},
      secret: async (reference) => (reference === 'env:TOKEN' ? 't0ken' : 'http://monitor:9090/'),
      request: async (request) => (asked.push(request), {status, body: typeof body === 'string' ? body : JSON.stringify(body)}),
    }),
  );
const PROMETHEUS = {prometheus: 'env:PROMETHEUS', query: 'sum(rate(errors[5m]))'};
const vector = (...values: readonly string[]) => ({
  status: 'success',
  data: {resultType: 'vector', result: values.map((value) => ({metric: {}, value: [1, value]}))},
});

test('go up to the limit, no-go above it', async () => {
  expect(await check(vector('0.01'), PROMETHEUS)).toEqual({go: true, evidence: 'error rate 0.01 (limit 0.01)', holdsMs: 5000});
  expect(await check(vector('0.02'), {...PROMETHEUS, name: 'checkout errors'})).toMatchObject({
    go: false,
    evidence: 'checkout errors 0.02 (limit 0.01)',
  });
  expect(asked.at(-1)?.url).toBe('http://monitor:9090/api/v1/query?query=sum%28rate%28errors%5B5m%5D%29%29');
});

test('a scalar is a value too', async () => {
  expect((await check({status: 'success', data: {resultType: 'scalar', result: [1, '0']}}, PROMETHEUS)).go).toBe(true);
});

test('any address may answer the number, and gets the token', async () => {
  expect((await check('0.005\n', {url: 'env:URL', token: 'env:TOKEN'})).go).toBe(true);
  expect(asked.at(-1)?.headers).toEqual({authorization: 'Bearer t0ken'});
  expect((await check({value: 0.5}, {url: 'env:URL'})).go).toBe(false);
});

test.each([
  ['no sample', vector(), PROMETHEUS],
  ['several samples', vector('0', '0'), PROMETHEUS],
  ['a rate over no requests', vector('NaN'), PROMETHEUS],
  ['infinity', vector('+Inf'), PROMETHEUS],
  ['an error', {status: 'error', error: 'parse error'}, PROMETHEUS],
  ['no JSON', '<html>', PROMETHEUS],
  ['no number', 'fine', {url: 'env:URL'}],
  ['nothing', '', {url: 'env:URL'}],
])('throws for %s, which measures nothing', async (_, body, settings) => {
  await expect(check(body, settings)).rejects.toThrow();
});

test('throws for an address that answers an error', async () => {
  await expect(check('0', {url: 'env:URL'}, 500)).rejects.toThrow('answered 500');
});
