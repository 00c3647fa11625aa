import {expect, test} from 'vitest';
import {closingLine, failureLine} from './closing-line-reporter.ts';

test('the closing line names skips only when there are some', () => {
  expect(closingLine({passed: 12, failed: 0, skipped: 0})).toBe('12 passed, 0 failed');
  expect(closingLine({passed: 12, failed: 1, skipped: 3})).toBe('12 passed, 1 failed, 3 skipped');
});

test('an error outside of any test is a failure', () => {
  expect(closingLine({passed: 1, failed: 0, skipped: 0}, 1)).toBe('1 passed, 1 failed');
});

test('a failure is told in one line, however long its message is', () => {
  expect(failureLine('a.test.ts > adds', 'expected 1\nto be 2')).toBe('failed: a.test.ts > adds: expected 1');
  expect(failureLine('a.test.ts', 'x'.repeat(1000))).toHaveLength(219);
});
