/** A yes that its person has signed where neither the state nor this command is: what the API brings, or a file. */
import {readFile} from 'node:fs/promises';
import {text} from 'node:stream/consumers';
import type {ApproveFact} from '../journal/genuine.ts';
import {planValue} from '../journal/plan-value.ts';
import {TerminalError} from '../model/errors.ts';
import type {Invocation} from './command.ts';
import {STDIN} from './plan-argument.ts';

/** The fact that was signed; `gate` and `reason` are of the one who records it, and the signature does not fit others. */
export type SignedElsewhere = (gate: string, reason: string | undefined) => ApproveFact;

export async function signedElsewhere(file: string, {stdin}: Pick<Invocation, 'stdin'>): Promise<SignedElsewhere> {
  const content = await (file === STDIN ? text(stdin) : readFile(file, 'utf8')).catch((cause: unknown) => {
    throw refused(`${file} cannot be read`, cause);
  });
  const {planChecksum, evidence, account, by, at, signature, seq, hash} = partsOf(parsed(content));
  const signed = {by, at, head: {seq, hash}, signature};
  const actor = {kind: 'person', name: by, authenticated: true, account} as const;
  return (gate, reason) => ({type: 'signal', signal: {type: 'approve', gate, planChecksum, evidence, signed}, actor, reason});
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw refused('it is no JSON', cause);
  }
}

function partsOf(value: unknown) {
  const seq = planValue(value, 'signed', 'head', 'seq');
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq)) throw refused('signed.head.seq is no number of an entry');
  const part = (...path: readonly string[]): string => {
    const found = planValue(value, ...path);
    if (typeof found === 'string' && found !== '') return found;
    throw refused(`${path.join('.')} is not there`);
  };
  return {
    planChecksum: part('planChecksum'),
    evidence: part('evidence'),
    account: part('account'),
    by: part('signed', 'by'),
    at: part('signed', 'at'),
    signature: part('signed', 'signature'),
    hash: part('signed', 'head', 'hash'),
    seq,
  };
}

const refused = (why: string, cause?: unknown): TerminalError =>
  new TerminalError(`this is no signed approval: ${why}`, {code: 'CF-USAGE-001', next: 'docs/api.md says what is signed', cause});
