/** Against a real Prometheus, which scrapes a service that fails more and more. */
import {expect, test} from 'vitest';
import {httpService} from '../../test/support/http-server.ts';
import {measures} from '../../test/support/measures.ts';
import {startPrometheus} from '../../test/support/prometheus.ts';
import {optional} from '../../test/support/servers.ts';
import {until} from '../../test/support/until.ts';
import {errorRate} from './error-rate.ts';
import type {Answer} from './gate.ts';
import {sendRequest} from './http-request.ts';

let errors = 1;
const shop = await httpService((_, response) =>
  response.setHeader('content-type', 'text/plain').end(`requests_total 1000\nerrors_total ${errors}\n`),
);
const prometheus = await optional(() => startPrometheus(new URL(shop.url).host));
const never = new AbortController().signal;
const check = (query: string): Promise<Answer> =>
  errorRate.check(
    measures({
      settings: {prometheus: 'env:PROMETHEUS', query, max: 0.01},
      secret: async () => prometheus?.url ?? '',
      request: (request) => sendRequest(request, never),
    }),
  );
const untilAnswer = (what: string, go: boolean): Promise<Answer> =>
  until(what, async () => {
    const answer = await check('sum(errors_total) / sum(requests_total)').catch(() => undefined);
    return answer?.go === go ? answer : undefined;
  });

test.skipIf(!prometheus)('few errors are go, more are not, and what has no sample is no measurement', async () => {
  try {
    expect((await untilAnswer('the first scrape', true)).evidence).toBe('error rate 0.001 (limit 0.01)');
    errors = 20;
    expect((await untilAnswer('more errors', false)).evidence).toBe('error rate 0.02 (limit 0.01)');
    await expect(check('sum(nothing_total)')).rejects.toThrow('the query has 0 samples');
    await expect(check('0 / 0')).rejects.toThrow('NaN');
    await expect(check('sum(')).rejects.toThrow('Prometheus answered 400: invalid parameter "query"');
    expect((await check('sum(nothing_total) or vector(0)')).go).toBe(true);
  } finally {
    await prometheus?.[Symbol.asyncDispose]();
    await shop[Symbol.asyncDispose]();
  }
});
