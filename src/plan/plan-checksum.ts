/**
 * What pins a plan: SHA-256 over the RFC 8785 form of its meaning. Comments, order of keys, defaults written out and
 * `60s` for `1m` change nothing; secrets count as references and files by the name the plan gives, so the same plan
 * has one checksum on every machine.
 */
import {createHash} from 'node:crypto';
import canonicalize from 'canonicalize';
import {assert} from '../model/assert.ts';
import type {Plan} from './plan.ts';

/** Lower-case hex. Called before the files of a plan are resolved to paths of this machine. */
export function planChecksum(plan: Plan): string {
  const canonical = canonicalize(plan);
  assert(canonical !== undefined, 'a plan has a canonical form');
  return createHash('sha256').update(canonical).digest('hex');
}
