/** Somebody whom a plan knows by a key. The plan holds public keys only: whoever has the plan can check, and nobody can sign. */
export const ROLES = ['view', 'operate', 'approve'] as const;
export type Role = (typeof ROLES)[number];

export type Person = {
  readonly name: string;
  /** `ed25519:` and 32 bytes in base64url. */
  readonly key: string;
  readonly role: Role;
  /** As which runs are started by this person, as `status` shows it: `ann (uid 1000)`. */
  readonly accounts: readonly string[];
};

export const KEY_PATTERN = /^ed25519:[A-Za-z0-9_-]{43}$/;
