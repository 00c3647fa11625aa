import {expect, test} from 'vitest';
import type {Passed} from './point.ts';
import {isAct, nameOf, type Stretch, stretchesOf} from './stretch.ts';

const sent = (where: string, label: string): Passed => ({where, kind: 'sql.send', label});
const answered = (where: string, label: string): Passed => ({where, kind: 'sql.reply', label});
const written = (where: string, label: string): Passed => ({where, kind: 'journal.write', label});

/** The stretch's end of name, and the labels of its points. */
const told = (stretches: readonly Stretch[]): string[] =>
  stretches.map((one) => `${nameOf(one).replace(/^plain\//, '')}: ${one.points.map(({label, times}) => `${label} ${times}`).join(', ')}`);

test('a recording is cut at its acts: the questions between two of them are one stretch, with the next act at its end', () => {
  const trace = [
    written('load#1:copy', 'intent'),
    ...['work: SELECT 1', 'work: SHOW wal_level', 'work: DELETE FROM t'].flatMap((label) => [
      sent('load#1:copy', label),
      answered('load#1:copy', label),
    ]),
  ];
  expect(told(stretchesOf('plain', trace))).toEqual([
    'load#1:copy/after nothing yet/first: intent 1',
    'load#1:copy/after journal.write intent/first: work: SELECT 1 1, work: SELECT 1 1, work: SHOW wal_level 1, work: SHOW wal_level 1, work: DELETE FROM t 1',
    'load#1:copy/after sql.send work: DELETE FROM t/first: work: DELETE FROM t 1',
  ]);
});

test('of a loop the first, the middle and the last round are left', () => {
  const trace = Array.from({length: 9}, () => sent('load#1', 'work: ANALYZE t'));
  expect(told(stretchesOf('plain', trace))).toEqual([
    'load#1/after nothing yet/first: work: ANALYZE t 1',
    'load#1/after sql.send work: ANALYZE t/first: work: ANALYZE t 2',
    'load#1/after sql.send work: ANALYZE t/middle: work: ANALYZE t 6',
    'load#1/after sql.send work: ANALYZE t/last: work: ANALYZE t 9',
  ]);
});

test('inside a transaction nothing has happened yet, unless its name is that of several sessions', () => {
  const transaction = (session: string): Passed[] =>
    ['BEGIN', 'INSERT INTO a', 'INSERT INTO b', 'COMMIT'].map((words) => sent('x#1', `${session}: ${words}`));
  expect(stretchesOf('plain', transaction('fence'))).toHaveLength(1);
  expect(stretchesOf('plain', transaction('work'))).toHaveLength(3);
});

test('in doubt it is an act', () => {
  const asked = (label: string): boolean => isAct({kind: 'sql.send', label});
  for (const label of ['SELECT 1', 'WITH a AS (SELECT 1) SELECT 2', 'SHOW port', "SET LOCAL lock_timeout = '1s'", 'BEGIN'])
    expect(asked(`work: ${label}`), label).toBe(false);
  for (const label of [
    'SELECT lsn FROM pg_create_logical_replication_slot($1)',
    'SELECT pg_terminate_backend(1)',
    "SELECT pg_notify('a', $1)",
    "SELECT setval('a', 1)",
    'WITH gone AS (DELETE FROM t RETURNING 1) SELECT 2',
    'COPY (SELECT 1) TO STDOUT',
    'CALL anything()',
  ])
    expect(asked(`work: ${label}`), label).toBe(true);
  expect(isAct({kind: 'sql.reply', label: 'work: DELETE FROM t'})).toBe(false);
});

test('what streams do is cut by itself, and aimed at whatever the runner does meanwhile', () => {
  const trace = [sent('x#1:a', 'work: ANALYZE t'), sent('x#1', 'apply forward: COMMIT'), answered('x#1:a', 'work: ANALYZE t')];
  const stretches = stretchesOf('plain', trace);
  expect(told(stretches)).toEqual([
    'x#1:a/after nothing yet/first: work: ANALYZE t 1',
    'x#1:a/after sql.send work: ANALYZE t/first: work: ANALYZE t 1',
    'x#1/after nothing yet apply forward/first: apply forward: COMMIT 1',
  ]);
  expect(stretches.map(({isLoose}) => isLoose)).toEqual([false, false, true]);
});

test('points that another recording did not pass are not aimed at, or at any time where there is no other', () => {
  const trace = ['work: SELECT 1', 'work: SELECT 2', 'work: DROP a', 'work: SELECT 3'].map((label) => sent('x#1', label));
  const stretches = stretchesOf('plain', trace, trace.slice(1, 3));
  expect(told(stretches)).toEqual([
    'x#1/after nothing yet/first: work: SELECT 2 1, work: DROP a 1',
    'x#1/after sql.send work: DROP a/first: work: SELECT 3 1',
  ]);
  expect(stretches.map(({isLoose}) => isLoose)).toEqual([false, true]);
});

test('a cutover is watched from the record of its watchdog to its own end', () => {
  const trace = [
    written('cutover#1:refresh', 'step-intent cutover/refresh'),
    written('cutover#1:start-watchdog', 'step-outcome cutover/start-watchdog'),
    written('cutover#1:hold', 'step-intent cutover/hold'),
    written('reverse-window#1', 'phase-started reverse-window'),
    written('cutover#2:refresh', 'step-intent cutover/refresh'),
  ];
  expect(stretchesOf('plain', trace).map(({isWatched}) => isWatched)).toEqual([false, true, true, false, false]);
});
