/**
 * Ed25519 signatures of people over what they approve. A token is nothing but the secret half in a form that fits into one
 * line, so that whoever checks holds the public half in either case and could sign nothing with it.
 */
import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify} from 'node:crypto';
import serialize from 'canonicalize';
import {assert} from '../model/assert.ts';
import {TerminalError} from '../model/errors.ts';
import {KEY_PATTERN} from '../model/person.ts';

/** What comes before the 32 secret bytes in PKCS #8. */
const SEED_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const TOKEN_PREFIX = 'crossfade_';

export const newPrivateKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** As a plan names it. */
export function publicKeyText(key: KeyObject): string {
  const {x} = (key.type === 'private' ? createPublicKey(key) : key).export({format: 'jwk'});
  assert(x !== undefined, 'an Ed25519 key has a public half');
  return `ed25519:${x}`;
}

export const tokenOf = (key: KeyObject): string =>
  `${TOKEN_PREFIX}${key.export({format: 'der', type: 'pkcs8'}).subarray(SEED_PREFIX.length).toString('base64url')}`;

/** A token, or a private key in PEM as `openssl genpkey -algorithm ed25519` writes it. The error repeats nothing of it. */
export function privateKeyOf(text: string): KeyObject {
  const key = keyOrNone(text.trim());
  if (key?.asymmetricKeyType === 'ed25519') return key;
  throw new TerminalError('what was given is neither a token nor a private Ed25519 key without a passphrase', {
    code: 'CF-APPROVE-001',
    next: 'crossfade identity NAME makes one',
  });
}

function keyOrNone(text: string): KeyObject | undefined {
  try {
    if (!text.startsWith(TOKEN_PREFIX)) return createPrivateKey(text);
    const seed = Buffer.from(text.slice(TOKEN_PREFIX.length), 'base64url');
    return createPrivateKey({key: Buffer.concat([SEED_PREFIX, seed]), format: 'der', type: 'pkcs8'});
  } catch {
    return undefined;
  }
}

/** What a signature is for: one for a rehearsal is none for an approval. */
export type Purpose = 'approval' | 'rehearsal';

export const signed = (statement: object, key: KeyObject, purpose: Purpose = 'approval'): string =>
  sign(null, bytesOf(statement, purpose), key).toString('base64url');

export function isSignedBy(statement: object, signature: string, key: string, purpose: Purpose = 'approval'): boolean {
  if (!KEY_PATTERN.test(key)) return false;
  const jwk = {kty: 'OKP', crv: 'Ed25519', x: key.slice('ed25519:'.length)};
  // Another text of the same bytes is another signature: nothing of an entry may change unseen.
  const given = Buffer.from(signature, 'base64url');
  return (
    given.toString('base64url') === signature &&
    verify(null, bytesOf(statement, purpose), createPublicKey({key: jwk, format: 'jwk'}), given)
  );
}

/** RFC 8785, so that neither the order of keys nor white space matters; named, so that it is never taken for something else. */
function bytesOf(statement: object, purpose: Purpose): Buffer {
  const text = serialize({...statement, purpose: `crossfade ${purpose} 1`});
  assert(text !== undefined, 'a statement has a canonical form');
  return Buffer.from(text);
}
