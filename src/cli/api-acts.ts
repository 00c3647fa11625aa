/**
 * What may be asked for by the API that changes something: the words of the socket, and a yes or no to a gate. Each is the
 * verb of the command line of that name, in the name of whoever has the access token.
 */
import {planValue} from '../journal/plan-value.ts';
import type {AccessToken} from '../journal/access-token.ts';
import type {Actor} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {EXIT} from './exit-codes.ts';
import {recordResume} from './record-resume.ts';
import type {Run} from './run-choice.ts';
import {typed} from './typed.ts';

type Act = {
  readonly role: 'operate' | 'approve';
  /** Besides `reason`; those with ? may be absent. */
  readonly fields: readonly string[];
  args(field: (name: string) => string): readonly string[];
};

export const ACTS: Readonly<Record<string, Act>> = {
  pause: {role: 'operate', fields: [], args: () => []},
  resume: {role: 'operate', fields: [], args: () => []},
  throttle: {role: 'operate', fields: ['percent?'], args: (field) => [field('percent')].filter((percent) => percent !== '')},
  unthrottle: {role: 'operate', fields: [], args: () => []},
  set: {role: 'operate', fields: ['key', 'value'], args: (field) => [`${field('key')}=${field('value')}`]},
  approve: {role: 'approve', fields: ['gate', 'planChecksum', 'evidence', 'account', 'signed'], args: (field) => [field('gate')]},
  reject: {role: 'approve', fields: ['gate'], args: (field) => [field('gate')]},
};

export type Asked = {
  readonly word: string;
  readonly run: Run;
  readonly body: string;
  readonly token: AccessToken;
  readonly state: string | undefined;
};

/** The verb's own document: with `error` when it was refused. */
export async function carryOut({word, run, body, token, state}: Asked): Promise<object> {
  const act = ACTS[word];
  if (!act) throw refused(`there is no ${word} here`, `one of ${Object.keys(ACTS).join(', ')}`);
  const fields = fieldsOf(body, act);
  const args = act.args((name) => textIn(fields, name));
  const reason = textIn(fields, 'reason').trim() || undefined;
  const person: Actor = {kind: 'person', name: token.name, authenticated: false, token: token.id};
  if (word === 'resume') return {schemaVersion: 1, id: run.id, ...(await recordResume(run.journal, reason, person))};
  const flags = word === 'approve' ? signedFlags(fields, token) : [];
  const {code, data} = await typed({verb: word, args, run: run.id, state, isJson: true, reason, flags, stdin: body, person});
  const document: unknown = data === '' ? undefined : JSON.parse(data);
  if (typeof document === 'object' && document !== null) return document;
  throw new Error(`${word} ended with ${code}${code === EXIT.done ? '' : ' and no reason'}`);
}

/** An access token lets in and says yes to nothing: that is a signature's, and of the same person. */
function signedFlags(fields: object, token: AccessToken): readonly string[] {
  const by = planValue(fields, 'signed', 'by');
  if (by === token.name) return ['--yes', '--signed=-'];
  throw new TerminalError(
    `the access token ${token.id} is ${token.name}'s, and this approval would be ${typeof by === 'string' ? by : 'nobody'}'s`,
    {
      code: 'CF-API-002',
      next: 'send what you have signed with your own access token',
    },
  );
}

function fieldsOf(body: string, {fields}: Act): object {
  const value = parsed(body === '' ? '{}' : body);
  const known = [...fields.map((name) => name.replace('?', '')), 'reason'];
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    throw refused(`there is no field ${unknown} here`, meant === undefined ? `it takes ${known.join(', ')}` : `did you mean ${meant}?`);
  }
  const missing = fields.find((name) => !name.endsWith('?') && !Object.hasOwn(value, name));
  if (missing !== undefined) throw refused(`the field ${missing} is missing`, `it takes ${known.join(', ')}`);
  return value;
}

function parsed(body: string): object {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // told below, without what was sent
  }
  throw refused('the body is no JSON object', 'send one; docs/api.md has examples');
}

function textIn(fields: object, name: string): string {
  const value = planValue(fields, name);
  if (value === undefined || typeof value === 'string') return value ?? '';
  if (typeof value === 'number') return String(value);
  throw refused(`the field ${name} is no text`, 'send a text or a number');
}

const refused = (message: string, next: string): TerminalError => new TerminalError(message, {code: 'CF-USAGE-001', next});
