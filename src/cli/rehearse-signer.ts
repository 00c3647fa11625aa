/** Whose record it is: somebody whom the plan knows by a key, or, where it knows nobody, the account of this machine. */
import type {KeyObject} from 'node:crypto';
import {publicKeyText} from '../journal/signature.ts';
import {TerminalError} from '../model/errors.ts';
import type {Plan} from '../plan/plan.ts';

export type Signer = {readonly name: string; readonly key: KeyObject};

/** Before anything is begun. Undefined where nobody signs. */
export function signerOf({approval}: Plan, key: KeyObject | undefined): Signer | undefined {
  const people = approval.people ?? [];
  const person = key && people.find((one) => one.key === publicKeyText(key));
  if (key && person && person.role !== 'view') return {name: person.name, key};
  if (!key && people.length === 0) return undefined;
  throw new TerminalError(key ? 'the plan knows nobody with this key who may operate or approve' : 'the plan wants to know who rehearses', {
    code: 'CF-APPROVE-001',
    next: key ? 'name people under approval in the plan, or leave the key out' : 'add --key FILE, or set CROSSFADE_TOKEN',
  });
}
