/**
 * What the operator's monitoring says of the application: the value of a Prometheus query, or a number that an address
 * answers. No value is no measurement: a rate over no requests says nothing about the next ones.
 */
import type {Gate, HttpAnswer, Measures} from './gate.ts';
import {durationSetting, numberSetting, textSetting} from './gate-settings.ts';
import {field, parsedJson} from './json-answer.ts';

export const MEASURE_EVERY_MS = 5000;
const LIMIT_MS = 10_000;

export const errorRate: Gate = {
  isOfTheMoment: true,
  isCostly: true,
  limits: ({settings}) => `${nameOf(settings)} at most ${numberSetting(settings, 'max')}`,
  async check(measures) {
    const {settings} = measures;
    const max = numberSetting(settings, 'max');
    const value = await readFigure(measures);
    return {
      go: value <= max,
      evidence: `${nameOf(settings)} ${value} (limit ${max})`,
      holdsMs: durationSetting(settings, 'every', MEASURE_EVERY_MS),
    };
  },
};

/** Also asked after the switch, for figures that the plan has watched. Throws where it is not known. */
export async function readFigure({settings, secret, request}: Pick<Measures, 'settings' | 'secret' | 'request'>): Promise<number> {
  const prometheus = textSetting(settings, 'prometheus', undefined);
  const token = textSetting(settings, 'token', undefined);
  const url = prometheus === undefined ? await secret(textSetting(settings, 'url')) : await queryUrl(await secret(prometheus), settings);
  const headers: Readonly<Record<string, string>> = token === undefined ? {} : {authorization: `Bearer ${await secret(token)}`};
  const answer = await request({method: 'GET', url, headers, limitMs: durationSetting(settings, 'timeout', LIMIT_MS)});
  const value = prometheus === undefined ? numberOf(answer) : sampleOf(answer);
  if (!Number.isFinite(value)) throw new Error(`the answer of ${new URL(url).host} is ${value}, which is no measurement`);
  return value;
}

async function queryUrl(base: string, settings: Measures['settings']): Promise<string> {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', textSetting(settings, 'query'));
  return url.href;
}

/** An instant query answers a scalar, or a vector of which exactly one sample is wanted. */
function sampleOf(answer: HttpAnswer): number {
  const told = parsedJson(answer.body);
  const data = field(told, 'data');
  const error = field(told, 'error');
  if (field(told, 'status') !== 'success')
    throw new Error(`Prometheus answered ${answer.status}: ${typeof error === 'string' ? error : 'no success'}`);
  const result = field(data, 'result');
  const sample: unknown = field(data, 'resultType') === 'scalar' ? result : only(result);
  const value: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof value !== 'string') throw new Error('Prometheus answered no number');
  return value.trim() === '' ? Number.NaN : Number(value);
}

function only(result: unknown): unknown {
  const samples: readonly unknown[] = Array.isArray(result) ? result : [];
  if (samples.length !== 1)
    throw new Error(`the query has ${samples.length} samples instead of one: sum() or max() them, or add "or vector(0)"`);
  return field(samples[0], 'value');
}

/** The number alone, or `{"value": 0.02}`. */
function numberOf({status, body}: HttpAnswer): number {
  if (status < 200 || status > 299) throw new Error(`the address answered ${status}`);
  const text = body.trim();
  if (/^[-+]?[\d.]+(?:e[-+]?\d+)?$/i.test(text)) return Number(text);
  const value = field(parsedJson(body), 'value');
  if (typeof value === 'number') return value;
  throw new Error('the address answered no number');
}

const nameOf = (settings: Measures['settings']): string => textSetting(settings, 'name', 'error rate');
