import {expect, it} from 'vitest';
import {holdsMs, keptLogWords} from './kept-log-words.ts';

const MIB = 1024 * 1024;
const RULES = {byAge: 'binlog_expire_logs_seconds', bySize: 'max_binlog_total_size'};

it.each([
  [
    {keptBytes: 12 * MIB, leftBytes: 4096 * MIB, bytesPerSecond: MIB},
    'the source keeps its log for this run: 12.0MiB so far, growing by ~84.4GiB a day; 4.0GiB more (~1h08m) and the server gives the stream up: CF-SRC-004',
  ],
  [
    {keptBytes: 0, leftBytes: undefined, bytesPerSecond: 0},
    'the source keeps its log for this run: 0B so far, growing by ~0B a day; nothing limits it but the disk (max_slot_wal_keep_size is -1)',
  ],
  [
    {keptBytes: 0, leftBytes: MIB, bytesPerSecond: undefined},
    'the source keeps its log for this run: 0B so far; 1.0MiB more and the server gives the stream up: CF-SRC-004',
  ],
  [
    {keptBytes: MIB, leftBytes: undefined, bytesPerSecond: undefined, ownRules: {...RULES, leftMs: 7_200_000}},
    "the source keeps its log by its own rules, 1.0MiB since this run's place: for ~2h00m more (binlog_expire_logs_seconds), then CF-SRC-004",
  ],
  [
    {keptBytes: MIB, leftBytes: MIB, bytesPerSecond: undefined, ownRules: {...RULES, leftMs: 7_200_000}},
    "the source keeps its log by its own rules, 1.0MiB since this run's place: for ~2h00m more (binlog_expire_logs_seconds), and for 1.0MiB more (max_binlog_total_size), then CF-SRC-004",
  ],
  [
    {keptBytes: MIB, leftBytes: undefined, bytesPerSecond: undefined, ownRules: {...RULES, leftMs: undefined}},
    "the source keeps its log by its own rules, 1.0MiB since this run's place: until somebody purges it (binlog_expire_logs_seconds is 0)",
  ],
])('%j', (kept, words) => {
  expect(keptLogWords('source', kept)).toBe(words);
});

it('a server without load holds for ever, as far as anybody can say', () => {
  expect(holdsMs({leftBytes: 1, bytesPerSecond: 0})).toBeUndefined();
  expect(holdsMs({leftBytes: undefined, bytesPerSecond: undefined, ownRules: {...RULES, leftMs: 5}})).toBe(5);
});
