import {expect, test} from 'vitest';
import {beginningOf, fingerprintOf, holdsValue, isOfRows, withoutValues} from './statement-text.ts';

/** As servers of different versions keep one statement. */
const SAME: readonly (readonly [string, ...string[]])[] = [
  [
    'SELECT * FROM a WHERE id = $1',
    'SELECT * FROM a\n  WHERE id = $7',
    '/* trace 17 */ SELECT * FROM a WHERE id = $1;',
    'SELECT * FROM a -- by x\nWHERE id = $1',
  ],
  [
    'SELECT 1 FROM a WHERE id IN ($1, $2, $3) AND b = $4',
    'SELECT 1 FROM a WHERE id IN ($1 /*, ... */) AND b = $2',
    'SELECT 1 FROM a WHERE id IN ($1) AND b = $2',
  ],
  ['SELECT 1 FROM a WHERE id IN ($1::int, $2::int)', 'SELECT 1 FROM a WHERE id IN ($1 /*, ... */)'],
  ['SELECT ARRAY[$1, $2]', 'SELECT ARRAY[$1 /*, ... */]'],
  ['SELECT $1', "SELECT 'a ''quoted'' value'", 'SELECT 12.5e3', "SELECT $tag$ it's $$ there $tag$", 'SELECT $$x$$'],
];

test.each(SAME)('%s is known again', (first, ...others) => {
  for (const other of others) expect(withoutValues(other)).toBe(withoutValues(first));
});

test('what differs stays different', () => {
  const all = [
    'SELECT a1 FROM t1',
    'SELECT a2 FROM t1',
    'SELECT "A 1" FROM t1',
    'SELECT a1 FROM t1 WHERE x = $1',
    'SELECT a1 FROM t1 WHERE x > $1',
    'SELECT f($1) FROM t1',
  ];
  expect(new Set(all.map((text) => fingerprintOf(withoutValues(text)))).size).toBe(all.length);
});

/** As MySQL 9.7, MariaDB 11.8 and PostgreSQL 18 keep what an application sends to each. */
const ALIKE: readonly (readonly [string, ...string[]])[] = [
  [
    'SELECT `id` FROM `orders` WHERE CODE IN (...) AND `note` != ? LIMIT ?',
    'SELECT ID FROM `orders` WHERE CODE IN (?) AND `note` != ? LIMIT ? ',
    'SELECT id FROM orders WHERE code IN ($1 /*, ... */) AND note <> $2 LIMIT $3',
  ],
  [
    'SELECT `o` . `note` , COUNT ( * ) FROM `orders` AS `o` WHERE `o` . `code` BETWEEN ? AND ? GROUP BY 1',
    'SELECT `o` . `note` , COUNT ( * ) FROM `orders` AS `o` WHERE `o` . `code` BETWEEN ? AND ? GROUP BY ? ',
    'select o.note, count(*) from "orders" as o where o.code between $1 and $2 group by 1',
  ],
  [
    'UPDATE `orders` SET `note` = `concat` ( `note` , ? ) , CODE = ? WHERE `id` = ?',
    'UPDATE `orders` SET `note` = `concat` ( `note` , ? ) , CODE = - ? WHERE ID = ? ',
    'UPDATE orders SET note = concat(note, $1), code = $2 WHERE id = $3',
  ],
  [
    'INSERT INTO `orders` VALUES (...) /* , ... */',
    'INSERT INTO `orders` VALUES (...) ',
    'INSERT INTO orders VALUES ($1, $2, $3), ($4, $5, $6)',
  ],
  ['SELECT COALESCE ( CODE , ?, ... ) FROM `orders`', 'SELECT coalesce(code, $1, $2) FROM orders'],
];

test.each(ALIKE)('%s is one statement on every engine', (first, ...others) => {
  const fingerprint = (sent: string) => fingerprintOf(withoutValues(sent));
  for (const other of others) expect(fingerprint(other)).toBe(fingerprint(first));
});

test('only statements of rows count, and only what holds no value is sent again', () => {
  expect(
    ['SELECT 1', '(SELECT 1) UNION SELECT 2', 'with a as (select 1) delete from b'].map((text) => isOfRows(withoutValues(text))),
  ).toEqual([true, true, true]);
  expect(['CREATE ROLE a PASSWORD $1', 'COPY a TO STDOUT', 'selection'].map((text) => isOfRows(withoutValues(text)))).toEqual([
    false,
    false,
    false,
  ]);
  expect(["SELECT 'x'", 'SELECT $a$x$a$', 'SELECT $1, "x\'y", a /* it\'s */'].map(holdsValue)).toEqual([true, true, false]);
  expect(['SELECT a FROM b WHERE c = 42', 'SELECT a FROM b WHERE c = $1 ORDER BY 1', 'SELECT a1 FROM b'].map(holdsValue)).toEqual([
    true,
    false,
    false,
  ]);
});

test('of a long text the beginning is shown', () => {
  expect(beginningOf('x'.repeat(500))).toHaveLength(200);
  expect(beginningOf('short')).toBe('short');
});
