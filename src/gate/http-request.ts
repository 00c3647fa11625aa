/**
 * One question to a service of the operator's: part of the effects seam. No error repeats the address, which may be a
 * secret: only its host. Redirects are not followed: who answers is who was asked.
 */
import type {HttpAnswer, HttpRequest} from './gate.ts';

/** Enough for every honest answer. */
const BODY_CHARACTERS_MAX = 65_536;

export async function sendRequest({method, url, headers = {}, body, limitMs}: HttpRequest, stop: AbortSignal): Promise<HttpAnswer> {
  if (!URL.canParse(url)) throw new Error('the address of a service is no URL');
  const {href, host, authorization} = addressOf(new URL(url));
  const late = AbortSignal.timeout(limitMs);
  try {
    const answer = await fetch(href, {
      method,
      headers: {...headers, ...authorization},
      ...(body === undefined ? {} : {body}),
      redirect: 'manual',
      signal: AbortSignal.any([late, stop]),
    });
    return {status: answer.status, body: await beginningOf(answer)};
  } catch (error) {
    stop.throwIfAborted();
    throw new Error(`${host} gave no answer: ${late.aborted ? `nothing within ${limitMs} ms` : reasonOf(error)}`);
  }
}

/** Names and passwords go into the header: `fetch` refuses them in an address, and repeats it. */
function addressOf(url: URL) {
  const {host, username, password} = url;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  [url.username, url.password] = ['', ''];
  const authorization = username || password ? {authorization: `Basic ${Buffer.from(pair).toString('base64')}`} : {};
  return {href: url.href, host, authorization};
}

async function beginningOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of answer.body ?? []) {
    text += decoder.decode(part as Uint8Array, {stream: true});
    if (text.length >= BODY_CHARACTERS_MAX) break;
  }
  return text.slice(0, BODY_CHARACTERS_MAX);
}

/** The system's own word, such as ECONNREFUSED. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : 'the connection failed';
}
