import {expect, test} from 'vitest';
import {meaningOf} from './postgres-meaning.ts';

const isSame = async (one: string, other: string): Promise<boolean> => (await meaningOf(one)) === (await meaningOf(other));

test('parentheses that change nothing, and white space, mean nothing', async () => {
  const one = 'ALTER TABLE t ADD CONSTRAINT c CHECK ((((a >= 1) AND (a <= 5)) AND ((a < 5) OR (b IS NOT NULL))))';
  expect(await isSame(one, 'ALTER TABLE t ADD CONSTRAINT c\n CHECK (a >= 1 AND a <= 5 AND (a < 5 OR b IS NOT NULL))')).toBe(true);
});

test('the table before a column is left out by newer servers', async () => {
  expect(await isSame('CREATE VIEW v AS SELECT film.title FROM s.film', 'CREATE VIEW v AS SELECT title FROM s.film')).toBe(true);
});

test.each([
  ['CHECK (a OR (b AND c))', 'CHECK ((a OR b) AND c)'],
  ['CHECK (NOT (NOT a))', 'CHECK (NOT a)'],
  ['CHECK (a > 1)', 'CHECK (a > 2)'],
  ["CHECK (a = 'x')", "CHECK (a = 'X')"],
])('%s is not %s', async (one, other) => {
  const constraint = (check: string): string => `ALTER TABLE t ADD CONSTRAINT c ${check}`;
  expect(await isSame(constraint(one), constraint(other))).toBe(false);
});
