/**
 * POSTs the document to an address: 2xx is yes, unless a JSON answer says `{"go": false}`. With `secret`, X-Crossfade-Signature is `sha256=` and the HMAC-SHA256 of
 * the body in hex; X-Crossfade-Delivery is the delivery. What cannot be an answer (silence, 408, 429, 5xx) is repeated
 * with the same body and the same delivery, so that receivers can drop doubles. No more of the address is shown than the host.
 */
import type {HttpAnswer} from '../gate/gate.ts';
import {hostOf, isYes, reasonIn, redacted, signedHeaders} from '../gate/signed-post.ts';
import type {Caller, HookServices} from './hook.ts';
import {messageOf} from './message.ts';

/** Between two tries. Somebody may wait for the answer in front of a cutover, so it has an end soon. */
const PAUSES_MS = [1000, 2000, 4000, 8000];

export const webhook: Caller = {
  async call({webhook: reference = '', secret: key, timeoutMs}, call, services) {
    const url = await services.secret(reference);
    const secret = key === undefined ? undefined : await services.secret(key);
    const host = hostOf(url);
    const body = messageOf(call);
    const request = {method: 'POST', url, headers: signedHeaders(body, call.delivery, secret), body, limitMs: timeoutMs} as const;
    const {answer, tries} = await repeated(() => services.request(request), services);
    const reason = redacted(reasonIn(answer.body), [url, secret]);
    const words = `${host} answered ${answer.status}${reason ? `: ${reason}` : ''}${tries > 1 ? ` at try ${tries}` : ''}`;
    if (isYes(answer)) return words;
    throw new Error(words);
  },
};

const isAnswer = ({status}: HttpAnswer): boolean => status < 500 && status !== 408 && status !== 429;

/** The last try counts, whatever it brings. */
async function repeated(
  ask: () => Promise<HttpAnswer>,
  {sleep}: HookServices,
): Promise<{readonly answer: HttpAnswer; readonly tries: number}> {
  for (const [done, pauseMs] of PAUSES_MS.entries()) {
    const answer = await ask().catch(() => undefined); // silence: the last try says why
    if (answer && isAnswer(answer)) return {answer, tries: done + 1};
    await sleep(pauseMs);
  }
  return {answer: await ask(), tries: PAUSES_MS.length + 1};
}
