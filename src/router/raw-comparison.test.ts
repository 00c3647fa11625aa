import {expect, test} from 'vitest';
import type {RawAnswer, RawKind, RawValue} from './raw-answer.ts';
import {rawJudge} from './raw-comparison.ts';

const answer = (kinds: readonly RawKind[], rows: readonly (readonly RawValue[])[], offsetMs?: number): RawAnswer => ({
  columns: kinds.map((kind, i) => ({name: `c${i}`, kind, ...(offsetMs === undefined ? {} : {offsetMs})})),
  rows,
});
const of = (here: RawKind, value: RawValue, there: RawKind, other: RawValue, offsetMs?: number) =>
  rawJudge.verdict(answer([here], [[value]], offsetMs), answer([there], [[other]])).kind;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

test.each<[RawKind, RawValue, RawKind, RawValue]>([
  ['number', '7', 'number', '7'],
  ['number', '18446744073709551615', 'number', '18446744073709551615'],
  ['number', '-0.50', 'number', '-.5'],
  ['number', '0000', 'number', '0'],
  ['number', '1', 'boolean', 't'],
  ['number', '0', 'boolean', 'f'],
  ['double', '1e20', 'double', '100000000000000000000'],
  ['text', 'Ä 😀', 'text', 'Ä 😀'],
  ['text', 'a', 'padded', 'a   '],
  ['text', '0198C0DE-0000-7000-8000-000000000000', 'uuid', '0198c0de-0000-7000-8000-000000000000'],
  ['label', 'sad', 'label', 'sad'],
  ['labels', 'a b,c', 'array', '{"a b",c}'],
  ['labels', '', 'array', '{}'],
  ['bytes', hex('00ff'), 'bytes', '\\x00ff'],
  ['bytes', hex('0198c0de000070008000000000000000'), 'uuid', '0198c0de-0000-7000-8000-000000000000'],
  ['bits', '0101', 'bits', '0101'],
  ['bits', '1', 'boolean', 't'],
  ['date', '2026-02-28', 'date', '2026-02-28'],
  ['datetime', '2026-02-28 10:00:00.500000', 'datetime', '2026-02-28 10:00:00.5'],
  ['time', '13:00:00.00', 'time', '13:00:00'],
  ['time', '-838:59:59', 'time', '-838:59:59'],
  ['json', '{"b": [1.50, null], "a": 9007199254740993}', 'json', '{"a":9007199254740993,"b":[1.5,null]}'],
  ['other', null, 'number', null],
])('%s %s is %s %s', (here, value, there, other) => {
  expect(of(here, value, there, other)).toBe('equal');
});

test.each<[RawKind, RawValue, RawKind, RawValue]>([
  ['number', '7', 'number', '70'],
  ['number', '9007199254740993', 'number', '9007199254740992'],
  ['number', '1', 'boolean', 'f'],
  ['number', '0', 'boolean', null],
  ['double', '1.5', 'double', '1.6'],
  ['double', 'Infinity', 'double', '-Infinity'],
  ['text', 'a ', 'text', 'a'],
  ['text', 'A', 'text', 'a'],
  ['text', 'NULL', 'text', null],
  ['text', 'a', 'padded', 'b '],
  ['bytes', hex('00'), 'bytes', '\\x01'],
  ['labels', 'a,b', 'array', '{b,a}'],
  ['date', '2026-02-28', 'date', '2026-02-27'],
  ['datetime', '2026-02-28 10:00:00.5', 'datetime', '2026-02-28 10:00:00.50001'],
  ['time', '13:00:00', 'time', '-13:00:00'],
  ['json', '{"a": [1, 2]}', 'json', '{"a": [2, 1]}'],
  ['json', '{"a": 1}', 'json', '{"a": "1"}'],
])('%s %s is not %s %s', (here, value, there, other) => {
  expect(of(here, value, there, other)).toBe('differing');
});

test.each<[string, RawKind, RawValue, RawKind, RawValue]>([
  ['a number that is true, and is not 1', 'number', '2', 'boolean', 't'],
  ['six digits of a FLOAT', 'float', '0.1', 'float', '0.1'],
  ['a FLOAT in the middle between six digits', 'float', '1234.12', 'float', '1234.125'],
  ['the order in which a server adds', 'double', '0.30000000000000004', 'double', '0.3'],
  ['a sum in the middle between twelve digits', 'double', '1.0000000000049998', 'double', '1.0000000000050002'],
  ['a number that has become one with a floating point', 'double', '3', 'number', '3'],
  ['blanks where the target has some of its own', 'text', 'a ', 'padded', 'a  '],
  ['a zero date', 'date', '0000-00-00', 'date', null],
  ['a date as another DateStyle prints it', 'date', '2026-02-28', 'date', '28.02.2026'],
  ['a zero time', 'datetime', '0000-00-00 00:00:00', 'datetime', null],
  ['an empty member, which may be none', 'label', '', 'label', null],
  ['bytes in a form that is not asked for', 'bytes', hex('00'), 'bytes', '\\000'],
  ['a clock nobody knows the offset of', 'session-moment', '2026-01-01 00:00:00', 'moment', '2026-01-01 00:00:00+00'],
  ['a moment without a zone', 'datetime', '2026-01-01 00:00:00', 'moment', '2026-01-01 00:00:00+00'],
  ['an interval with days', 'time', '24:00:00', 'time', '1 day'],
  ['a text where a number was', 'number', '1', 'text', '1'],
  ['digits in JSON that no double holds', 'json', '[0.1000000000000000055]', 'json', '[0.1]'],
  ['a document that is none', 'text', '{', 'json', '{}'],
  ['what no rule knows', 'other', 'x', 'other', 'x'],
])('%s is never equal, and proves nothing', (_, here, value, there, other) => {
  expect(of(here, value, there, other)).toBe('unsettled');
});

test('moments are compared as such, whatever the offset of either side', () => {
  const there = '2026-01-01 13:00:00.25+13';
  expect(of('session-moment', '2026-01-01 02:00:00.250000', 'moment', there, 2 * 3_600_000)).toBe('equal');
  expect(of('session-moment', '2026-01-01 00:00:00.250001', 'moment', there, 0)).toBe('differing');
  expect(of('session-moment', '0099-12-31 23:30:00', 'moment', '0100-01-01 00:00:00+00', -1_800_000)).toBe('equal');
});

test('rows may come in any order; their number and each of their columns count', () => {
  const two = answer(
    ['number', 'text'],
    [
      ['1', 'a'],
      ['2', 'b'],
    ],
  );
  expect(
    rawJudge.verdict(
      two,
      answer(
        ['number', 'text'],
        [
          ['2', 'b'],
          ['1', 'a'],
        ],
      ),
    ).kind,
  ).toBe('equal');
  expect(
    rawJudge.verdict(
      two,
      answer(
        ['number', 'text'],
        [
          ['1', 'b'],
          ['2', 'a'],
        ],
      ),
    ).kind,
  ).toBe('differing');
  expect(rawJudge.verdict(two, answer(['number', 'text'], [['1', 'a']])).kind).toBe('differing');
  expect(rawJudge.verdict(two, answer(['number'], [['1'], ['2']])).kind).toBe('differing');
});

test('a column that cannot be compared hides no difference of another, and is named', () => {
  const here = answer(['float', 'number'], [['1.5', '1']]);
  expect(rawJudge.verdict(here, answer(['float', 'number'], [['1.5', '2']])).kind).toBe('differing');
  expect(rawJudge.verdict(here, answer(['float', 'number'], [['1.5', '1']]))).toEqual({
    kind: 'unsettled',
    why: 'column c0 cannot be compared for certain: float on the source, float on the target',
  });
});

test('a difference is told by the names of the target, of which none is made of a statement', () => {
  const here = {columns: [{name: "name = 'secret'", kind: 'number'}], rows: [['1']]} as const;
  const told = rawJudge.difference("SELECT name = 'secret'", here, answer(['boolean'], [['f']]));
  expect(told).toEqual({statement: 'SELECT name = ?', columns: ['c0'], rows: {source: 1, target: 1}});
});
