/** What the address behind a reference tells `init` beforehand. Only the environment is looked into: no file is read, no command run. */
import type {Engine} from '../engine/engine.ts';
import {engines} from '../engine/engines.ts';
import {DatabaseUrl} from '../model/database-url.ts';
import {parseSecret} from '../plan/secret.ts';

/** Undefined where the address is not known, or of no engine that we know. */
export function engineAt(reference: string): string | undefined {
  const scheme = addressAt(reference)?.scheme;
  if (scheme === undefined) return undefined;
  const all: readonly Engine[] = Object.values(engines);
  return (all.find(({schemes: [usual]}) => usual === scheme) ?? all.find(({schemes}) => schemes.includes(scheme)))?.name;
}

/** A name that stands for one where the address is not known. */
export const databaseAt = (reference: string): string => addressAt(reference)?.database || 'shop';

function addressAt(reference: string): DatabaseUrl | undefined {
  const parsed = parseSecret(reference);
  if ('refused' in parsed) return undefined;
  const text = parsed.kind === 'literal' ? parsed.value : parsed.kind === 'env' ? process.env[parsed.value] : undefined;
  return text !== undefined && URL.canParse(text) ? new DatabaseUrl(text) : undefined;
}
