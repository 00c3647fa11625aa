import {describe, expect, test} from 'vitest';
import {schemaDifferences} from './postgres-published-schema.ts';

const lines = (...more: readonly string[]): string =>
  [
    'table\tpost.people\t16001, replica identity d, persistence p',
    'column\tpost.people.id\tbigint, number 1',
    'key\tpost.people\tid',
    ...more,
  ]
    .toSorted()
    .join('\n');

describe('what has become of published tables', () => {
  test('nothing', () => {
    expect(schemaDifferences(lines(), lines())).toEqual([]);
  });

  test('a column that is new, gone, of another type, or dropped and made anew (H-31)', () => {
    const [int, text] = ['column\tpost.people.age\tinteger, number 2', 'column\tpost.people.age\ttext, number 3'];
    expect(schemaDifferences(lines(), lines(int))).toEqual(['column post.people.age is new (integer, number 2)']);
    expect(schemaDifferences(lines(int), lines())).toEqual(['column post.people.age is gone']);
    expect(schemaDifferences(lines(int), lines(text))).toEqual(['column post.people.age was integer, number 2, is text, number 3']);
  });

  test('a table that is gone takes all its lines with it', () => {
    expect(schemaDifferences(lines(), '')).toEqual([
      'column post.people.id is gone',
      'key post.people is gone',
      'table post.people is gone',
    ]);
  });
});
