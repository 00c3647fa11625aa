import {expect, test} from 'vitest';
import {matches, neutral, numbered, type Passed} from './point.ts';

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

test('passings are counted within their place', () => {
  const passed = (where: string, label: string): Passed => ({where, kind: 'sql.send', label});
  const trace = [passed('load#1', 'a'), passed('load#1', 'b'), passed('load#1', 'a'), passed('load#2', 'a')];
  expect(numbered(trace).map(({times}) => times)).toEqual([1, 1, 2, 1]);
});

test('a star stands for anything, and everything else for itself', () => {
  expect(matches('plain/*kill', 'plain/cutover#1/sql.send/SELECT (1)/first kill')).toBe(true);
  expect(matches('*SELECT (1)*', 'plain/cutover#1/sql.send/SELECT (1)/first kill')).toBe(true);
  expect(matches('plain', 'plain/x')).toBe(false);
});
