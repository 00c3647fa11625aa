/**
 * What lets somebody in at the API: a random text that is shown once and sent with each call. The state keeps a hash of it
 * only. It is no key: it signs nothing, and so approves nothing by itself.
 */
import {hash, timingSafeEqual} from 'node:crypto';
import type {Effects} from '../model/effects.ts';
import type {Role} from '../model/person.ts';

export type AccessToken = {
  /** No secret: lists and records name it. */
  readonly id: string;
  /** Whose it is: the name of a person of the plan, for somebody who approves. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the secret, hex. It is as long as a key and random, so that no slow hash is needed. */
  readonly hash: string;
  /** RFC 3339 UTC, as all times here. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Absent while it may be used. */
  readonly revokedAt?: string;
};

const PREFIX = 'cfa';
const ID_CHARACTERS = 8;

/** `text` is all there is of the secret, and nobody keeps it. */
export function newAccessToken(
  {name, role, lastsMs}: {readonly name: string; readonly role: Role; readonly lastsMs: number},
  {randomId, clock}: Pick<Effects, 'randomId' | 'clock'>,
): {readonly token: AccessToken; readonly text: string} {
  const id = randomId().slice(0, ID_CHARACTERS);
  const secret = `${randomId()}${randomId()}`.replaceAll('-', '');
  const now = clock.now().getTime();
  const [createdAt, expiresAt] = [now, now + lastsMs].map((ms) => new Date(ms).toISOString()) as [string, string];
  return {token: {id, name, role, hash: hash('sha256', secret), createdAt, expiresAt}, text: `${PREFIX}_${id}_${secret}`};
}

/** The token that this text is, however old; undefined for any other text. Takes as long for a wrong secret as for a right one. */
export function heldToken(text: string, tokens: readonly AccessToken[]): AccessToken | undefined {
  const [prefix, id, secret = ''] = text.split('_');
  const known = prefix === PREFIX ? tokens.find((token) => token.id === id) : undefined;
  const isHeld = timingSafeEqual(Buffer.from(hash('sha256', secret), 'hex'), Buffer.from(known?.hash ?? NOBODY, 'hex'));
  return isHeld ? known : undefined;
}

const NOBODY = '0'.repeat(64);

/** Why it lets nobody in any more; undefined while it does. */
export function endOf({expiresAt, revokedAt}: AccessToken, now: Date): string | undefined {
  if (revokedAt !== undefined) return `it was taken back at ${revokedAt}`;
  return now.getTime() < Date.parse(expiresAt) ? undefined : `it expired at ${expiresAt}`;
}
