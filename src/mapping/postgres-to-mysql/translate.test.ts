import {expect, test} from 'vitest';
import {translated} from './translate.ts';
import type {TypedSql} from './typed-sql.ts';

const SCOPE: Readonly<Record<string, TypedSql>> = {
  n: {sql: '`n`', kind: 'integer', scale: 0},
  price: {sql: '`price`', kind: 'decimal', scale: 2},
  rating: {sql: '`rating`', kind: 'float'},
  name: {sql: '`name`', kind: 'text'},
  'Odd "one"': {sql: '`Odd "one"`', kind: 'text'},
  mood: {sql: '`mood`', kind: 'label'},
  flag: {sql: '`flag`', kind: 'boolean'},
  born: {sql: '`born`', kind: 'date'},
};
const written = (printed: string): string => {
  const made = translated(printed, (name) => SCOPE[name]);
  return 'refused' in made ? `refused: ${made.refused}` : made.translated.sql;
};

test.each([
  ["((n >= 0) AND ((name)::text <> 'it''s'::text))", "((`n` >= 0) AND (`name` <> 'it''s'))"],
  ["((name)::text = ANY ((ARRAY['a'::character varying, 'b\\c'::character varying])::text[]))", "(`name` IN ('a', 'b\\\\c'))"],
  ["(mood <> ALL (ARRAY['sad'::shop.mood, 'Sad'::shop.mood]))", "(`mood` NOT IN ('sad', 'Sad'))"],
  ['("Odd ""one""" IS NOT NULL)', '(`Odd "one"` IS NOT NULL)'],
  ["(name ~~ 'a%'::text)", "(`name` LIKE 'a%')"],
  ["(born > '2000-01-01'::date)", "(`born` > DATE'2000-01-01')"],
  ["(n = '-1'::integer)", '(`n` = (-1))'],
  ['(price < (10)::numeric)', '(`price` < 10)'],
  ["(name = E'a\\\\b'::text)", "(`name` = 'a\\\\b')"],
  ['n + 1 * 2', '(`n` + (1 * 2))'],
])('%s', (printed, sql) => {
  expect(written(printed)).toBe(sql);
});

test.each([
  ["((name)::text ~ '^[a-z]+$'::text)", 'at ~'],
  ['(lower(name) = name)', 'the function lower'],
  ['(n / 2 > 1)', ') was expected at /'],
  ["(name < 'b'::text)", '< of a text'],
  ["(mood > 'sad'::shop.mood)", '> of a label'],
  ['(rating + 1.0 > 2.0)', '+ of a float'],
  ["(name ~~ 'a\\_%'::text)", 'LIKE with this pattern'],
  ['(other > 1)', 'the column other'],
  ["(name = 'abcdef'::character varying(3))", 'the value abcdef'],
  ['(n = flag)', 'a integer beside a boolean'],
  ['(price)::numeric(10,1)', 'a cast of a decimal to numeric(10,1)'],
  ["(born > 'infinity'::date)", 'the value infinity'],
  ["n && 'x'", 'at && '],
  ['(n > 1', ') was expected'],
  ['CASE WHEN n THEN 1 END', 'a integer as a condition'],
  ["CASE WHEN flag THEN 1 ELSE 'a'::text END", 'CASE of several kinds'],
])('%s is refused: %s', (printed, reason) => {
  expect(written(printed)).toContain(`refused: ${reason}`);
});
