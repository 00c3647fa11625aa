import type {CanaryToken} from '../model/canary-token.ts';
import type {Grant} from './engine.ts';

/**
 * Where a canary's tokens are kept on a side: a table of our own that the fence closes together with the mapped ones,
 * that no stream carries to the other side, and that goes with the rest of our schema.
 */
export interface TokenTable {
  /** What a role needs to write and read tokens, in statements; `undefined` where the server has no such role. */
  grants(role: string): Promise<readonly Grant[] | undefined>;
  /** Gives the role what it lacks, which is ours to give. CF-CANARY-003 where it cannot be given. */
  allow(role: string): Promise<void>;
  /** Those of one attempt. */
  tokens(attempt: number): Promise<readonly CanaryToken[]>;
}
