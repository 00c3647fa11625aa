import {expect, test} from 'vitest';
import {announcements, changeHooks, hooks} from './hooks-schema.ts';

const issues = (schema: {safeParse(written: unknown): {error?: {issues: unknown} | undefined}}, written: unknown): string =>
  JSON.stringify(schema.safeParse(written).error?.issues ?? []);

test('one event and one program are lists, and limits are filled in', () => {
  expect(hooks.parse([{on: 'success', run: './done.sh'}])).toEqual([
    {on: ['success'], run: ['./done.sh'], timeoutMs: 10_000, everyMs: 300_000},
  ]);
});

test.each([
  ['an event that there is not', {on: 'before-lunch', run: 'x'}, 'plan-validated'],
  ['neither program nor address', {on: 'success'}, 'needs run or webhook'],
  ['both', {on: 'success', run: 'x', webhook: 'env:HOOK'}, 'needs run or webhook'],
  ['a secret of a program', {on: 'success', run: 'x', secret: 'env:KEY'}, 'secret goes with webhook only'],
  ['an address in the plan', {on: 'success', webhook: 'https://chat.example/T0K3N'}, 'must be a reference'],
  ['a password in an argument', {on: 'success', run: ['x', 'postgres://a:b@host/db']}, 'must not stand in a plan'],
])('%s is refused', (_, written, says) => {
  expect(issues(hooks, [written])).toContain(says);
});

test('a change in place has no cutover to ask about, and a text no words that nobody fills in', () => {
  expect(issues(changeHooks, [{on: 'before-cutover', run: 'x'}])).toContain('has no cutover');
  expect(issues(changeHooks, [{on: 'success', run: 'x'}])).toBe('[]');
  expect(issues(announcements, {before: 'at {time}'})).toContain('{name}, {at}');
  expect(issues(announcements, {before: 'at {at}'})).toBe('[]');
});
