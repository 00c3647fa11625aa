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
import {currentPerson} from './actor.ts';
import {textOf, type Invocation} from './command.ts';
import type {Run} from './run-choice.ts';

export const withKeyOptions = (command: Command): void =>
  void command
    .option('--key <file>', 'sign with this private Ed25519 key (PEM)')
    .option('--token-file <file>', 'sign with the token in this file; CROSSFADE_TOKEN and CROSSFADE_TOKEN_FILE do the same');

/** Before anybody is asked: whose key it is. The answer signs for a run as it is read at last. */
export async function approverOf(
  {options}: Invocation,
  run: Run,
): Promise<(run: Run, gate: string, reason: string | undefined) => ApproveFact> {
  const people = peopleOf(run.state.plan.content);
  const key = await keyIn(options);
  const by = signerAmong(people, key);
  return (now, gate, reason) => {
    const {plan, head} = now.state;
    const bare = {type: 'approve', gate, planChecksum: plan.checksum, evidence: evidenceDigest(evidenceIn(now.entries))} as const;
    const account = currentPerson();
    const why = reason?.toWellFormed();
    if (!key || !by) return {type: 'signal', signal: bare, actor: account, reason: why};
    const who = {by: by.name, at: systemEffects.clock.now().toISOString(), head};
    const actor = {kind: 'person', name: by.name, authenticated: true, account: account.name} as const;
    const open: ApproveFact = {type: 'signal', signal: {...bare, signed: {...who, signature: ''}}, actor, reason: why};
    return {...open, signal: {...bare, signed: {...who, signature: signed(statementOf(open), key)}}};
  };
}

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
