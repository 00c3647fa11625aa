/** What Debezium could not carry, of either engine. */
import type {Finding} from '../engine/engine.ts';

export const refusal = (object: string, reason: string, next: string): Finding => ({
  severity: 'refuse',
  code: 'CF-RELAY-002',
  object,
  reason,
  next,
});
