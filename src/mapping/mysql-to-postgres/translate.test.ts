import {describe, expect, test} from 'vitest';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import {columnSql} from './column-sql.ts';
import {translated} from './translate.ts';
import type {Scope} from './typed-sql.ts';

const TYPES: Readonly<Record<string, string>> = {
  a: 'integer',
  s: 'text',
  x: 'text',
  d: 'date',
  c: 'timestamp(0) with time zone',
  f: 'real',
  e: 'mood',
};
const scope = (isStored = false): Scope => ({
  flavour: 'mysql',
  isStored,
  column: ([name = '']) =>
    columnSql(
      mysqlColumn('text', {name, collation: name === 'x' ? 'utf8mb4_0900_bin' : 'utf8mb4_0900_ai_ci'}),
      `"${name}"`,
      TYPES[name] ?? '',
    ),
  collation: (fold) => `shop.${fold}`,
});
const sqlOf = (printed: string, isStored = false): string => {
  const found = translated(printed, scope(isStored));
  return 'refused' in found ? `refused: ${found.refused}` : found.translated.sql;
};

describe('an expression', () => {
  test('of MySQL, which escapes the whole text once more, is the same as of MariaDB', () => {
    expect(sqlOf(String.raw`(concat(${'`x`'},_utf8mb4\'it\\\'s\') <> _utf8mb4\'a\')`)).toBe(`(("x" || 'it''s') <> 'a')`);
    expect(sqlOf("concat(`x`,'it''s') <> 'a'")).toBe(`(("x" || 'it''s') <> 'a')`);
  });

  test('compares as its collation does: case, accents, and spaces at the end', () => {
    expect(sqlOf("`s` = 'A'")).toBe(`(("s") COLLATE shop.ai_ci = 'A')`);
    expect(sqlOf("`x` = 'A'")).toBe(`("x" = 'A')`);
    expect(sqlOf("`s` collate utf8mb4_bin = 'A '")).toBe(`(rtrim("s", ' ') = 'A')`);
  });

  test('keeps the precedence of the grammar it was written in', () => {
    expect(sqlOf('not `a` = 1')).toBe('(NOT ("a" = 1))');
    expect(sqlOf('`a` + 1 * 2 > 3 and `a` or `a`')).toBe('((((("a")::bigint + ((1 * 2))::bigint) > 3) AND ("a" <> 0)) OR ("a" <> 0))');
    expect(sqlOf('-`a` between 1 and 2 or `a` in (1)')).toBe('(((-("a")::bigint) BETWEEN 1 AND 2) OR ("a" IN (1)))');
  });
});

test.each([
  ['soundex(`s`)', 'the function SOUNDEX'],
  ['`a` | 1', 'the operator |'],
  ['`nothing` + 1', 'the column nothing'],
  ['`s` + 1', 'a text taken for a number'],
  ["`s` regexp '\\\\d'", 'this pattern of REGEXP'],
  ["date_format(`d`,'%U')", 'DATE_FORMAT with %U'],
  ['substr(`s`,`a`)', 'SUBSTR with a place that is not written out'],
  ['concat(`f`)', 'a float taken for a text'],
  ["`e` = 'x'", 'the column e'],
  ['`a` = @x', 'at @x'],
  ['(select 1)', 'a query in this place'],
  ['constructor(1)', 'the function CONSTRUCTOR'],
  ['locate(`s`,`x`)', 'LOCATE of a text whose case does not count'],
])('%s is refused by name', (printed, reason) => {
  expect(sqlOf(printed)).toMatch(/^refused: /);
  expect(sqlOf(printed)).toContain(reason);
});

test.each([
  ["date_format(`d`,'%Y')", 'DATE_FORMAT in a generated column'],
  ['year(`c`)', 'YEAR of a TIMESTAMP in a generated column'],
  ['concat_ws(`s`,`x`)', 'CONCAT_WS in a generated column'],
  ['current_timestamp()', 'in a generated column'],
])('%s cannot be generated, because it depends on the session', (printed, reason) => {
  expect(sqlOf(printed)).not.toMatch(/^refused: /);
  expect(sqlOf(printed, true)).toContain(reason);
});
