import {expect, test} from 'vitest';
import {canonical, withoutValues} from './canonical-answer.ts';

const answer = (rows: Record<string, unknown>[], ...names: string[]) => ({rows, fields: names.map((name) => ({name}))}) as never;

test('the order of rows does not count, their number and every value do', () => {
  const two = canonical(answer([{a: 1}, {a: 2}], 'a'));
  expect(canonical(answer([{a: 2}, {a: 1}], 'a'))).toBe(two);
  expect(canonical(answer([{a: 1}, {a: 2}, {a: 2}], 'a'))).not.toBe(two);
  expect(canonical(answer([{a: 1}, {a: '2'}], 'a'))).not.toBe(two);
  expect(canonical(answer([{b: 1}, {b: 2}], 'b'))).not.toBe(two);
  expect(canonical(answer([{a: null}], 'a'))).not.toBe(canonical(answer([{a: 'null'}], 'a')));
});

test('documents are the same whatever the order of their keys, and values that JavaScript prints alike are not', () => {
  const of = (value: unknown) => canonical(answer([{v: value}], 'v'));
  expect(of({a: 1, b: {c: 2, d: 3}})).toBe(of({b: {d: 3, c: 2}, a: 1}));
  expect(of([1, 2])).not.toBe(of([2, 1]));
  expect(of(new Date(5))).not.toBe(of(5));
  expect(of(Buffer.from('ab'))).not.toBe(of('ab'));
  expect(of(10n)).not.toBe(of(10));
});

test('two columns never pass for one', () => {
  expect(canonical(answer([{a: 'x', b: 'y'}], 'a', 'b'))).not.toBe(canonical(answer([{a: 'x\u0001string y', b: ''}], 'a', 'b')));
});

test.each([
  [`SELECT * FROM t WHERE a = 'it''s' AND b = 12.5 AND c = $1`, 'SELECT * FROM t WHERE a = ? AND b = ? AND c = $1'],
  ["SELECT E'a\\'b', $q$secret$q$, t1.x -- 4711", 'SELECT ?'],
  [`SELECT 'a\\', 'secret'`, 'SELECT ?'],
  [`SELECT "a'b", 'secret'`, 'SELECT "?'],
  [`SELECT $q$secret$q$, t1.x -- it's 4711`, 'SELECT ?, t1.x'],
  ["SELECT 'open", 'SELECT ?'],
])('of %s no value is kept', (text, kept) => {
  expect(withoutValues(text)).toBe(kept);
});
