/** Whether the topic keeps its messages for longer than the load takes: nothing of it is applied before all rows are there (H-81). */
import type {Finding} from '../engine/engine.ts';
import {bytes, duration} from '../model/amounts.ts';
import {COPY_BYTES_PER_SECOND, copySecondsOf} from '../model/copy-estimate.ts';
import type {Table} from '../model/table.ts';

/** A pause, an outage and a slow day have to fit in as well. */
const COPIES_MIN = 2;

/** `keeps messages for 7d00h; copying the rows takes ~3h10m (at 50MiB/s, not measured)`. */
export const retentionWords = (retentionMs: number, tables: readonly Table[]): string =>
  `keeps messages for ${duration(retentionMs)}; copying the rows takes ~${duration(copySecondsOf(tables) * 1000)} (at ${bytes(COPY_BYTES_PER_SECOND)}/s, not measured)`;

export function retentionFindings(retentionMs: number, tables: readonly Table[]): readonly Finding[] {
  const neededMs = COPIES_MIN * copySecondsOf(tables) * 1000;
  if (retentionMs >= neededMs) return [];
  return [
    {
      severity: retentionMs * COPIES_MIN < neededMs ? 'refuse' : 'warn',
      code: 'CF-RELAY-003',
      object: 'relay.retention',
      reason: `${retentionWords(retentionMs, tables)}, and what is gone before it was applied ends the run`,
      next: `write relay.retention: ${Math.ceil(neededMs / 3_600_000)}h or more`,
    },
  ];
}
