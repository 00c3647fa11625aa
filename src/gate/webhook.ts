/**
 * Asks a service of the operator's: POST with the facts as JSON, 2xx is go, anything else and silence are no-go. With
 * `secret`, the header X-Crossfade-Signature is `sha256=` and the HMAC-SHA256 of the body in hex; X-Crossfade-Delivery is
 * another identifier for every question. A JSON answer may say `{"go": false, "reason": "..."}` for itself. The address
 * often is a secret, so no more of it is shown than the host.
 */
import {hash} from 'node:crypto';
import type {Gate, Measures} from './gate.ts';
import {durationSetting, textSetting} from './gate-settings.ts';
import {hostOf, isYes, reasonIn, redacted, signedHeaders} from './signed-post.ts';

const EVERY_MS = 30_000;
const LIMIT_MS = 10_000;

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
    const says = reasonIn(answer.body);
    const evidence = `${host} answered ${answer.status}${says ? `: ${redacted(says, [url, secret])}` : ''}`;
    return {go: isYes(answer), evidence, holdsMs: durationSetting(settings, 'every', EVERY_MS)};
  },
};

function questionOf({migration, phase, now}: Measures, url: string, secret: string | undefined) {
  const at = now().toISOString();
  const body = JSON.stringify({schemaVersion: 1, event: 'gate', gate: 'webhook', migration, phase, at});
  const delivery = hash('sha256', `${migration.id} ${body}`).slice(0, 32);
  return {method: 'POST', url, headers: signedHeaders(body, delivery, secret), body} as const;
}
