import {expect, test} from 'vitest';
import type {Table} from '../model/table.ts';
import {retentionFindings} from './retention-forecast.ts';

const HOUR_MS = 3_600_000;
/** Three hours at the assumed speed. */
const tables = [{estimatedBytes: 3 * 3600 * 50 * 1024 ** 2}] as unknown as readonly Table[];

test.each([
  [6, undefined],
  [5, 'warn'],
  [3, 'warn'],
  [2, 'refuse'],
] as const)('a topic that keeps messages for %i h while the copy takes three: %s (H-81)', (hours, severity) => {
  const [finding] = retentionFindings(hours * HOUR_MS, tables);
  expect(finding?.severity).toBe(severity);
  if (finding)
    expect(finding).toMatchObject({
      code: 'CF-RELAY-003',
      object: 'relay.retention',
      reason: `keeps messages for ${hours}h00m; copying the rows takes ~3h00m (at 50.0MiB/s, not measured), and what is gone before it was applied ends the run`,
      next: 'write relay.retention: 6h or more',
    });
});
