/**
 * Asks a service of the operator's: POST with the facts as JSON, 2xx is go, anything else and silence are no-go. With
 * `secret`, the header X-Crossfade-Signature is `sha256=` and the HMAC-SHA256 of the body in hex; X-Crossfade-Delivery is
 * another identifier for every question. A JSON answer may say `{"go": false, "reason": "..."}` for itself. The address
 * often is a secret, so no more of it is shown than the host.
 */
import {createHmac, hash} from 'node:crypto';
import type {Gate, HttpAnswer, Measures} from './gate.ts';
import {durationSetting, textSetting} from './gate-settings.ts';
import {field, parsedJson} from './json-answer.ts';

const EVERY_MS = 30_000;
const LIMIT_MS = 10_000;
const SHOWN_CHARACTERS_MAX = 200;

export const webhook: Gate = {
  isCostly: true,
  limits: ({settings}) =>
    `${textSetting(settings, 'name', 'the webhook')} answers 2xx within ${durationSetting(settings, 'timeout', LIMIT_MS)} ms`,
  async check(measures) {
    const {settings} = measures;
    const url = await measures.secret(textSetting(settings, 'url'));
    const key = textSetting(settings, 'secret', undefined);
    const secret = key === undefined ? undefined : await measures.secret(key);
    const host = hostOf(url);
    const answer = await measures.request({...questionOf(measures, url, secret), limitMs: durationSetting(settings, 'timeout', LIMIT_MS)});
    const {go, says} = judged(answer);
    const evidence = `${host} answered ${answer.status}${says ? `: ${redacted(says, [url, secret])}` : ''}`;
    return {go, evidence, holdsMs: durationSetting(settings, 'every', EVERY_MS)};
  },
};

function questionOf({migration, phase, now}: Measures, url: string, secret: string | undefined) {
  const at = now().toISOString();
  const body = JSON.stringify({schemaVersion: 1, event: 'gate', gate: 'webhook', migration, phase, at});
  const delivery = hash('sha256', `${migration.id} ${body}`).slice(0, 32);
  const signature =
    secret === undefined ? {} : {'x-crossfade-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`};
  return {
    method: 'POST',
    url,
    headers: {'content-type': 'application/json', 'x-crossfade-delivery': delivery, ...signature},
    body,
  } as const;
}

function judged({status, body}: HttpAnswer): {readonly go: boolean; readonly says: string} {
  const isOk = status >= 200 && status < 300;
  const told = parsedJson(body); // a page of words says nothing
  const [go, reason] = [field(told, 'go'), field(told, 'reason')];
  return {go: isOk && (go === undefined || go === true), says: typeof reason === 'string' ? reason : ''};
}

const redacted = (text: string, secrets: readonly (string | undefined)[]): string =>
  secrets.reduce<string>((rest, secret) => (secret ? rest.replaceAll(secret, '***') : rest), text).slice(0, SHOWN_CHARACTERS_MAX);

const hostOf = (url: string): string => {
  if (!URL.canParse(url)) throw new Error('what url: stands for is no address');
  return new URL(url).host;
};
