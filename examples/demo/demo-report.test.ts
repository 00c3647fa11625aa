import {describe, expect, test} from 'vitest';
import {type DemoResult, isGood, jsonLine, reportText} from './demo-report.ts';

const good: DemoResult = {
  oracle: {
    acknowledged: 12_345,
    lost: 0,
    duplicated: 0,
    corrupt: 0,
    failed: 1,
    unknown: 2,
    sideFaults: 0,
    perSwitch: [{direction: 'forward', maxStallMs: 1234, p99StallMs: 240.4}],
    longestGapMs: 1300,
    words: [],
  },
  checksums: [{table: 'orders', rows: 10, checksum: '1', isEqual: true}],
  verifications: 1,
  canaries: [{stallMs: 310}],
  completed: true,
  seconds: 42,
  seed: 7,
  evidence: '/tmp/x',
};

const bad = (part: Partial<DemoResult['oracle']>): DemoResult => ({...good, oracle: {...good.oracle, ...part}});

describe("the demo's verdict", () => {
  test('refused and unanswered writes are not lost ones', () => {
    expect(isGood(good)).toBe(true);
    expect(reportText(good)).toContain('Nothing was lost. 42 s in all.');
  });

  test.each<[string, DemoResult, string]>([
    ['a lost write', bad({lost: 1}), '1 lost'],
    ['a doubled write', bad({duplicated: 2}), '2 duplicated'],
    ['a changed value', bad({corrupt: 1}), '1 changed'],
    ['two open sides', bad({sideFaults: 1}), '1 faults of ownership'],
    ['a table that differs', {...good, checksums: [{table: 'orders', rows: 1, checksum: '1', isEqual: false}]}, 'not proven equal'],
    ['nothing compared', {...good, checksums: []}, 'not proven equal'],
    ['a migration that did not verify', {...good, verifications: 0}, 'not proven equal'],
  ])('%s is not good', (_, result, words) => {
    expect(isGood(result)).toBe(false);
    expect(reportText(result)).toContain('NOT GOOD');
    expect(reportText(result)).toContain(words);
  });

  test('the line for programs carries the figures', () => {
    expect(JSON.parse(jsonLine(good))).toMatchObject({
      lost: 0,
      duplicated: 0,
      acknowledged: 12_345,
      verified: true,
      stallMs: [{direction: 'forward', max: 1234, p99: 240.4}],
      seconds: 42,
    });
  });
});
