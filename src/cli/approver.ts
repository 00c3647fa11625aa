/** Who approves: somebody whom the plan knows by a key, or, where it knows nobody, the account of this machine. */
import {readFile} from 'node:fs/promises';
import type {KeyObject} from 'node:crypto';
import type {Command} from 'commander';
import {evidenceDigest, evidenceIn} from '../journal/evidence.ts';
import {peopleOf, statementOf, type ApproveFact} from '../journal/genuine.ts';
import {privateKeyOf, publicKeyText, signed} from '../journal/signature.ts';
import {TerminalError} from '../model/errors.ts';
import type {Person} from '../model/person.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {requireCounts} from './approval-check.ts';
import {textOf, type Invocation} from './command.ts';
import type {Run} from './run-choice.ts';
import {signedElsewhere} from './signed-elsewhere.ts';

export const withKeyOptions = (command: Command): void =>
  void command
    .option('--key <file>', 'sign with this private Ed25519 key (PEM)')
    .option('--token-file <file>', 'sign with the token in this file; CROSSFADE_TOKEN and CROSSFADE_TOKEN_FILE do the same')
    .option('--signed <file>', 'record what was signed elsewhere, as docs/api.md describes it; - for stdin');

type Author = (run: Run, gate: string, reason: string | undefined) => ApproveFact;

/** Before anybody is asked: whose key it is. The answer signs for a run as it is read at last, and throws where that would not count. */
export async function approverOf(invocation: Invocation, run: Run): Promise<Author> {
  const author = await authorOf(invocation, run);
  return (now, gate, reason) => {
    const fact = author(now, gate, reason?.toWellFormed());
    if (fact.signal.signed) requireCounts(fact, now, systemEffects.clock.now());
    return fact;
  };
}

async function authorOf(invocation: Invocation, run: Run): Promise<Author> {
  const {options, person} = invocation;
  const file = textOf(options['signed']);
  if (file !== undefined) {
    const signedFact = await signedElsewhere(file, invocation);
    return (_, gate, reason) => signedFact(gate, reason);
  }
  const key = await keyIn(options);
  const by = signerAmong(peopleOf(run.state.plan.content), key);
  return (now, gate, reason) => {
    const bare = {type: 'approve', gate, ...seenIn(now)} as const;
    if (!key || !by) return {type: 'signal', signal: bare, actor: person, reason};
    const who = {by: by.name, at: systemEffects.clock.now().toISOString(), head: now.state.head};
    const actor = {kind: 'person', name: by.name, authenticated: true, account: person.name} as const;
    const open: ApproveFact = {type: 'signal', signal: {...bare, signed: {...who, signature: ''}}, actor, reason};
    return {...open, signal: {...bare, signed: {...who, signature: signed(statementOf(open), key)}}};
  };
}

/** What a yes is for that is given now. */
export const seenIn = ({state: {plan}, entries}: Pick<Run, 'state' | 'entries'>) => ({
  planChecksum: plan.checksum,
  evidence: evidenceDigest(evidenceIn(entries)),
});

/** Undefined where the plan knows nobody, and no key was given. */
function signerAmong(people: readonly Person[], key: KeyObject | undefined): Person | undefined {
  if (people.length === 0 && !key) return undefined;
  const known = people.filter(({role}) => role === 'approve').map(({name}) => name);
  if (!key)
    throw refused(`the plan wants to know who approves: ${known.join(', ') || 'nobody may'}`, 'add --key FILE, or set CROSSFADE_TOKEN');
  const person = people.find((one) => one.key === publicKeyText(key));
  if (!person)
    throw refused(
      'the plan knows nobody with this key',
      people.length > 0 ? 'give your own' : 'name people under approval in the plan, or leave the key out',
    );
  if (person.role !== 'approve')
    throw refused(`${person.name} may ${person.role}, and not approve`, `ask ${known.join(' or ') || 'for the role approve'}`);
  return person;
}

const refused = (message: string, next: string): TerminalError => new TerminalError(message, {code: 'CF-APPROVE-001', next});

/** A flag before the environment, as everywhere. */
export async function keyIn(options: Invocation['options']): Promise<KeyObject | undefined> {
  const [keyFile, tokenFile] = [textOf(options['key']), textOf(options['tokenFile'])];
  if (keyFile !== undefined && tokenFile !== undefined)
    throw new TerminalError('--key and --token-file are two answers to one question', {code: 'CF-USAGE-001', next: 'give one of them'});
  const {CROSSFADE_TOKEN: token, CROSSFADE_TOKEN_FILE: usualFile} = process.env;
  const file = keyFile ?? tokenFile;
  if (file !== undefined) return privateKeyOf(await contentOf(file));
  if (token) return privateKeyOf(token);
  return usualFile ? privateKeyOf(await contentOf(usualFile)) : undefined;
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new TerminalError(`${file} cannot be read${code}`, {
      code: 'CF-USAGE-001',
      next: 'name a file that holds your key or token',
      cause,
    });
  }
}
