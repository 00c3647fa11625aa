/** Somebody who calls the API: with an access token, and with a key of their own to sign with. */
import {readFileSync} from 'node:fs';
import {type ApproveFact, statementOf} from '../../src/journal/genuine.ts';
import {signed} from '../../src/journal/signature.ts';
import type {Keyed} from './people.ts';
import type {Story} from './story.ts';
import {until} from './until.ts';

export type Called = {
  readonly status: number;
  readonly headers: Headers;
  readonly document: Record<string, unknown> & {readonly error?: {readonly code: string; readonly message: string}};
};

export type Call = (
  path: string,
  more?: {readonly token?: string | undefined; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>>},
) => Promise<Called>;

/** A body makes it a POST. */
export const callsTo =
  (url: string): Call =>
  async (path, {token, body, headers = {}} = {}) => {
    const response = await fetch(`${url}${path}`, {
      headers: {...(token === undefined ? {} : {authorization: `Bearer ${token}`}), ...headers},
      ...(body === undefined ? {} : {method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body)}),
    });
    return {status: response.status, headers: response.headers, document: (await response.json()) as Called['document']};
  };

/** `crossfade serve` over the state of a story, until the story ends. */
export async function served(story: Story): Promise<{readonly url: string; readonly call: Call}> {
  story.start(['serve', '--listen', '127.0.0.1:0']);
  const url = await until('the API is told', async () => /^http:\/\/127\.0\.0\.1:\d+$/m.exec(readFileSync(story.log, 'utf8'))?.[0]);
  return {url, call: callsTo(url)};
}

type ToSign = {readonly planChecksum: string; readonly evidence: string; readonly head: {readonly seq: number; readonly hash: string}};

/** The body of an approval that this person signs; `change` before, so that it is signed too. */
export function yesOf({name, secret}: Keyed, toSign: ToSign, change: Partial<ToSign & {account: string; at: string; gate: string}> = {}) {
  const {planChecksum, evidence, head, account, at, gate} = {
    ...{...toSign, account: `${name} (uid 1000)`, at: new Date().toISOString(), gate: 'approval'},
    ...change,
  };
  const reason = 'looked at it';
  const open: ApproveFact = {
    type: 'signal',
    signal: {type: 'approve', gate, planChecksum, evidence, signed: {by: name, at, head, signature: ''}},
    actor: {kind: 'person', name, authenticated: true, account},
    reason,
  };
  return {gate, planChecksum, evidence, account, reason, signed: {by: name, at, head, signature: signed(statementOf(open), secret)}};
}

/** What a yes is for now. */
export const toSignOf = async (call: Call, run: string): Promise<ToSign> =>
  (await call(`/v1/runs/${run}/gates`)).document['toSign'] as ToSign;
