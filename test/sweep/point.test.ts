import {expect, test} from 'vitest';
import {matches, nameOf, neutral, type Passed, pointsOf} from './point.ts';

const passed = (where: string, label: string, kind: Passed['kind'] = 'sql.send'): Passed => ({where, kind, label});

test('what differs from run to run is no part of a label', () => {
  expect(neutral('work: COPY 12 AT 0/1A2B3C4D')).toBe(neutral('work: COPY 7 AT 1/FF'));
  expect(neutral('stream crossfade_0198c0de_fwd')).toBe(neutral('stream crossfade_deadbee5_fwd'));
  expect(neutral('undo 1001')).toBe(neutral('undo 27001'));
  expect(neutral('note 0198c0de-0000-7000-8000-000000000000')).toBe('note #');
});

test('what is done is a part of it, and to which table is not', () => {
  expect(neutral('apply: INSERT INTO "shop"."orders" AS t')).toBe(neutral('apply: INSERT INTO "shop"."ledger" AS t'));
  expect(neutral('apply: INSERT INTO "shop"')).not.toBe(neutral('apply: DELETE FROM "shop"'));
  expect(neutral('UPDATE crossfade.fence SET state = $3')).toBe('UPDATE crossfade.fence SET state = $3');
});

test('each kind of point of each visit is there once, or twice when it was passed more than once', () => {
  const points = pointsOf('plain', [passed('load#1', 'a'), passed('load#1', 'b'), passed('load#1', 'a'), passed('load#2', 'a')]);
  expect(points.map((point) => [nameOf(point), point.times])).toEqual([
    ['plain/load#1/sql.send/a/first', 1],
    ['plain/load#1/sql.send/a/later', 2],
    ['plain/load#1/sql.send/b/first', 1],
    ['plain/load#2/sql.send/a/first', 1],
  ]);
});

test('a cutover is watched from the record of its watchdog to its own end', () => {
  const trace = [
    passed('cutover#1', 'a'),
    passed('cutover#1:start-watchdog', 'step-outcome cutover/start-watchdog', 'journal.write'),
    passed('cutover#1:hold', 'b'),
    passed('reverse-window#1', 'c'),
    passed('cutover#2', 'd'),
  ];
  expect(pointsOf('plain', trace).map(({isWatched}) => isWatched)).toEqual([false, true, true, false, false]);
});

test('a point is early until the way back begins', () => {
  const trace = [passed('reverse-window#1', 'a'), passed('reverse-cutover#1:look', 'b'), passed('cutover#2', 'c')];
  expect(pointsOf('plain', trace).map(({isEarly}) => isEarly)).toEqual([true, false, false]);
});

test('a star stands for anything, and everything else for itself', () => {
  expect(matches('plain/*kill', 'plain/cutover#1/sql.send/SELECT (1)/first kill')).toBe(true);
  expect(matches('*SELECT (1)*', 'plain/cutover#1/sql.send/SELECT (1)/first kill')).toBe(true);
  expect(matches('plain', 'plain/x')).toBe(false);
});
