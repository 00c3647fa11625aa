/** What a POST to a service of the operator's carries so that it can be believed, and what of its answer may be shown. */
import {createHmac} from 'node:crypto';
import type {HttpAnswer} from './gate.ts';
import {field, parsedJson} from './json-answer.ts';

const SHOWN_CHARACTERS_MAX = 200;

/** `delivery`: the same when the same message is sent again. */
export const signedHeaders = (body: string, delivery: string, secret: string | undefined): Readonly<Record<string, string>> => ({
  'content-type': 'application/json',
  'x-crossfade-delivery': delivery,
  ...(secret === undefined ? {} : {'x-crossfade-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`}),
});

/** 2xx, unless a JSON answer says `{"go": ...}` that is not true; a page of words says nothing. */
export function isYes({status, body}: HttpAnswer): boolean {
  const go = field(parsedJson(body), 'go');
  return status >= 200 && status < 300 && (go === undefined || go === true);
}

/** Of a JSON answer; empty for a page of words. */
export const reasonIn = (body: string): string => {
  const reason = field(parsedJson(body), 'reason');
  return typeof reason === 'string' ? reason : '';
};

export const redacted = (text: string, secrets: readonly (string | undefined)[]): string =>
  secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '***') : rest), text).slice(0, SHOWN_CHARACTERS_MAX);

export const hostOf = (url: string): string => {
  if (!URL.canParse(url)) throw new Error('what url: stands for is no address');
  return new URL(url).host;
};
