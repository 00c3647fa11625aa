import {describe, expect, it} from 'vitest';
import {queryKind} from './mysql-query-kind.ts';

const ofShop = (query: string) => queryKind(query, 'shop');

describe('a statement in the binary log', () => {
  it.each([
    'INSERT INTO item VALUES (1)',
    '/* app:7 */ update item SET a = 1',
    '-- why\n DELETE FROM item',
    '# why\nREPLACE item VALUES (1)',
    'WITH x AS (SELECT 1) UPDATE item JOIN x SET a = 1',
    'LOAD DATA INFILE "x" INTO TABLE item',
    'CALL refill()',
    '/*!50000 INSERT INTO item VALUES (1) */',
    '(SELECT 1)',
  ])('writes rows: %s', (query) => expect(ofShop(query)).toEqual({kind: 'rows'}));

  it.each([
    ['BEGIN', 'begin'],
    ['START TRANSACTION', 'begin'],
    ['COMMIT', 'commit'],
    ['ROLLBACK', 'rollback'],
    ['ROLLBACK TO `a`', 'rollback-to'],
    ['SAVEPOINT `a`', 'nothing'],
    ['# Dummy event replacing event type 160 that slave cannot handle.', 'nothing'],
    [`XA START X'78',X'',1`, 'xa'],
  ])('%s is %s', (query, kind) => expect(ofShop(query)).toEqual({kind}));

  it.each([
    ['TRUNCATE TABLE item', {schema: 'shop', name: 'item'}],
    ['truncate `a``b`.`c.d`', {schema: 'a`b', name: 'c.d'}],
    ['TRUNCATE /* all of it */ TABLE other . item NOWAIT', {schema: 'other', name: 'item'}],
    ['TRUNCATE TABLE "Ünï"', {schema: 'shop', name: 'Ünï'}],
  ])('%s empties its table', (query, table) => expect(ofShop(query)).toEqual({kind: 'truncate', table}));

  it.each([
    'ALTER TABLE item DROP PARTITION p1',
    'ALTER ONLINE TABLE item TRUNCATE PARTITION p1',
    'ALTER TABLE `item` EXCHANGE PARTITION p WITH TABLE x',
    'ALTER TABLE item DISCARD TABLESPACE',
  ])('%s takes rows with it (H-14)', (query) => expect(ofShop(query)).toMatchObject({kind: 'ddl', table: {schema: 'shop', name: 'item'}}));

  it('shows no literal and no password of a change of schema', () => {
    expect(ofShop(`ALTER TABLE item ADD c varchar(9) DEFAULT 'secret'`)).toEqual({
      kind: 'ddl',
      what: 'ALTER TABLE item',
      table: undefined,
      opens: false,
    });
    expect(ofShop(`CREATE USER u IDENTIFIED BY 'secret'`)).toMatchObject({what: 'CREATE USER u'});
    expect(ofShop('CREATE TABLE t (id int) START TRANSACTION')).toMatchObject({opens: true});
  });
});
