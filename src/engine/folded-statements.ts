/** Several entries of a server may be one statement: its lists differ, or its clients' comments. */
import type {SentStatement} from './statement-costs.ts';
import {beginningOf, fingerprintOf, isOfRows, withoutValues} from './statement-text.ts';

/** Most time first. Of rows only. */
export function folded(counted: readonly Pick<SentStatement, 'sent' | 'calls' | 'totalMs'>[]): readonly SentStatement[] {
  const statements = new Map<string, SentStatement>();
  for (const one of counted) {
    const text = withoutValues(one.sent);
    if (!isOfRows(text)) continue;
    const fingerprint = fingerprintOf(text);
    const {calls = 0, totalMs = 0, ...first} = statements.get(fingerprint) ?? {fingerprint, text: beginningOf(text), sent: one.sent};
    statements.set(fingerprint, {...first, calls: calls + one.calls, totalMs: totalMs + one.totalMs});
  }
  return [...statements.values()].toSorted((a, b) => b.totalMs - a.totalMs);
}
