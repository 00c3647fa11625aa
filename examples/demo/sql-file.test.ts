import {expect, test} from 'vitest';
import {partsOf} from './sql-file.ts';

test('statements and the rows of COPY are told apart, commands of psql are left out', () => {
  const text = [
    '\\restrict abc',
    'CREATE TABLE t (a int,',
    '  b text);',
    'COPY public.t (a, b) FROM stdin;',
    '1\tone',
    '2\t\\N',
    '\\.',
    '',
    'SELECT 1;',
  ].join('\n');
  expect(partsOf(text)).toEqual([
    {sql: 'CREATE TABLE t (a int,\n  b text);'},
    {sql: 'COPY public.t (a, b) FROM stdin', rows: ['1\tone\n', '2\t\\N\n']},
    {sql: '\nSELECT 1;'},
  ]);
});

test('a file without rows is one part, and an empty one is none', () => {
  expect(partsOf('SELECT 1;\nSELECT 2;')).toEqual([{sql: 'SELECT 1;\nSELECT 2;'}]);
  expect(partsOf('\n\n')).toEqual([]);
});
