/** In a terminal that the system's own `script` makes; what the reader's program is, the test says. */
import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** `rows` of the terminal; what it shows. */
function shown(words: string, {PAGER, rows = 20, TERM = 'xterm'}: {PAGER?: string; rows?: number; TERM?: string}) {
  const start = `stty rows ${rows} cols 200; ${process.execPath} ${MAIN} ${words}; echo ended with $?`;
  const environment = {PATH: process.env['PATH'], HOME: process.env['HOME'], TERM, NO_COLOR: '1', ...(PAGER === undefined ? {} : {PAGER})};
  const {stdout} = spawnSync('script', ['-qec', start, '/dev/null'], {encoding: 'utf8', env: environment, input: ''});
  const lines = stdout.trim().split('\r\n');
  return {first: lines[0] ?? '', count: lines.length, last: lines.at(-1)};
}

const MARKED = "sed 's/^/read: /'";

test('a long answer goes to the program that people read with, and what it makes of it is shown', () => {
  const {first, count, last} = shown('explain', {PAGER: MARKED});
  expect(first).toMatch(/^read: CF-/);
  expect(count).toBeGreaterThan(100);
  expect(last).toBe('ended with 0');
});

test.each([
  ['an answer that fits on the screen', 'explain CF-CUT-001', {PAGER: MARKED, rows: 60}],
  ['JSON', 'explain --json', {PAGER: MARKED}],
  ['somebody who is never to be asked', 'explain --no-input', {PAGER: MARKED}],
  ['a terminal that can do nothing', 'explain', {PAGER: MARKED, TERM: 'dumb'}],
  ['nobody who wants one', 'explain', {PAGER: ''}],
  ['a program that is not there', 'explain', {PAGER: 'no-such-reader'}],
])('without it: %s', (_, words, terminal) => {
  const {first, last} = shown(words, terminal);
  expect(first).not.toMatch(/^read: /);
  expect(last).toBe('ended with 0');
});

test('whoever has seen enough may leave', () => {
  expect(shown('explain', {PAGER: 'head -n 1'})).toMatchObject({count: 2, last: 'ended with 0'});
});
