/** One request to the REST API of Kafka Connect, which has no client library of its own. */
import {TerminalError, TransientError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import {isObject, type Json, parseExactJson} from './exact-json.ts';

/**
 * How long one answer is waited for, and how often it is asked for in all. `act`: a worker forwards some requests to its leader and
 * waits up to 90 s for it; a rebalance takes less. `look`: where a connector stands every worker knows by itself, and whoever looks
 * does so again soon and has more to look at.
 */
const PATIENCE = {act: {answerMsMax: 30_000, triesMax: 4}, look: {answerMsMax: 2_000, triesMax: 2}};
export type Patience = keyof typeof PATIENCE;

/** A rebalance, or a worker that closes a connection that it was just asked on, is over in moments; whoever calls knows longer waits. */
const AGAIN_MS = 500;

/** `undefined` where there is no such thing (404). Asked again for some seconds: each request may be sent twice. */
export type Ask = (method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) => Promise<Json | undefined>;

/** `url` may carry a user and a password; neither is ever part of a message. */
export const connectRequests = (url: string, effects: Effects, patience: Patience): Ask => {
  const {answerMsMax, triesMax} = PATIENCE[patience];
  const {origin, pathname, username, password} = new URL(url);
  const base = `${origin}${pathname.replace(/\/$/, '')}`;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const headers = {'content-type': 'application/json', ...(username && {authorization: `Basic ${login}`})};
  return async (method, path, body) => {
    await effects.point('admin.command', `connect ${method} ${path}`);
    const request = {method, headers, ...(body && {body: JSON.stringify(body)}), answerMsMax};
    for (let tries = 1; ; tries++) {
      try {
        return await answered(`${base}${path}`, request);
      } catch (error) {
        if (!(error instanceof TransientError) || tries === triesMax) throw error;
      }
      await effects.clock.sleep(AGAIN_MS);
    }
  };
};

type Request = RequestInit & {readonly method: string; readonly answerMsMax: number};

async function answered(address: string, request: Request): Promise<Json | undefined> {
  const {status, text} = await sent(address, request);
  if (status === 404) return undefined;
  if (status >= 200 && status < 300) return text === '' ? null : parseExactJson(text);
  throw refused(`${request.method} ${address}`, status, text);
}

async function sent(address: string, {answerMsMax, ...request}: Request): Promise<{readonly status: number; readonly text: string}> {
  const limit = AbortSignal.timeout(answerMsMax);
  try {
    const answer = await fetch(address, {...request, signal: limit});
    return {status: answer.status, text: await answer.text()};
  } catch (cause) {
    const why = limit.aborted ? `nothing within ${answerMsMax / 1000} s` : causeOf(cause);
    throw new TransientError(`Kafka Connect at ${address} gave no answer: ${why}`, {
      code: 'CF-RELAY-001',
      cause,
      next: 'nothing; it is asked again',
    });
  }
}

const causeOf = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);

/** 409 is a rebalance under way, or a connector that is not stopped yet; from 500 on the worker itself is at fault. */
function refused(request: string, status: number, text: string): Error {
  const said = messageOf(text) ?? text.slice(0, 300);
  if (status === 409 || status >= 500)
    return new TransientError(`${request}: ${status} ${said}`, {code: 'CF-RELAY-001', next: 'nothing; it is asked again'});
  return new TerminalError(`${request}: ${status} ${said}`, {code: 'CF-RELAY-002', next: 'see what the worker says'});
}

function messageOf(text: string): string | undefined {
  try {
    const answer = parseExactJson(text);
    return isObject(answer) && typeof answer['message'] === 'string' ? answer['message'] : undefined;
  } catch {
    return undefined; // a page of a proxy: the caller shows its beginning
  }
}
