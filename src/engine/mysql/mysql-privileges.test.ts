import {describe, expect, it} from 'vitest';
import {accountOf} from './mysql-privileges.ts';

const account = (...lines: readonly string[]) =>
  accountOf(
    "o'x@y@10.0.0.%",
    lines.map((line) => line.replace('TO me', "TO `o'x@y`@`10.0.0.%`")),
  );

describe('rights, as SHOW GRANTS writes them', () => {
  it('names the account as a GRANT takes it', () => {
    expect(account().name).toBe("'o''x@y'@'10.0.0.%'");
  });

  it('adds up what stands in several lines, and takes ALL for everything', () => {
    const one = account(
      'GRANT SELECT, RELOAD ON *.* TO me',
      'GRANT BACKUP_ADMIN,CONNECTION_ADMIN ON *.* TO me WITH GRANT OPTION',
      'GRANT INSERT ON `shop`.* TO me',
    );
    expect(one.holdsOne(['SUPER', 'CONNECTION_ADMIN'])).toBe(true);
    expect(one.holdsOne(['SUPER'])).toBe(false);
    expect(one.holdsOn('shop', ['SELECT', 'INSERT'])).toBe(true);
    expect(one.holdsOn('shop', ['SELECT', 'UPDATE'])).toBe(false);
    expect(one.holdsOn('other', ['INSERT'])).toBe(false);
    expect(account("GRANT ALL PRIVILEGES ON *.* TO me IDENTIFIED BY PASSWORD '*AB' WITH GRANT OPTION").holdsOn('any', ['DELETE'])).toBe(
      true,
    );
  });

  it('reads a schema as a pattern, and a table as it is', () => {
    const one = account('GRANT SELECT ON `app\\_%`.* TO me', 'GRANT UPDATE ON `x_`.* TO me', 'GRANT INSERT ON `a``b`.`t``u` TO me');
    expect([one.holdsOn('app_1', ['SELECT']), one.holdsOn('appx1', ['SELECT'])]).toEqual([true, false]);
    expect([one.holdsOn('xy', ['UPDATE']), one.holdsOn('xyz', ['UPDATE'])]).toEqual([true, false]);
    expect([one.holdsOnTable('a`b', 't`u', ['INSERT']), one.holdsOnTable('a`b', 'tu', ['INSERT']), one.holdsOn('a`b', ['INSERT'])]).toEqual(
      [true, false, false],
    );
  });

  it('knows that a right on some columns is none on the table, and others of its line are', () => {
    const one = account('GRANT SELECT (`id`, `name`), INSERT, UPDATE (`x`) ON `shop`.`t` TO me');
    expect([
      one.holdsOnTable('shop', 't', ['SELECT']),
      one.holdsOnTable('shop', 't', ['INSERT']),
      one.holdsOnTable('shop', 't', ['UPDATE']),
    ]).toEqual([false, true, false]);
  });

  it('takes off what is revoked in part', () => {
    const one = account('GRANT SELECT, INSERT ON *.* TO me', 'REVOKE INSERT ON `shop`.* FROM me'.replace('FROM me', 'FROM `me`@`%`'));
    expect([one.holdsOn('shop', ['SELECT']), one.holdsOn('shop', ['INSERT']), one.holdsOn('other', ['INSERT'])]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('leaves out roles, routines and proxies', () => {
    const one = account(
      'GRANT `r`@`%` TO me',
      'GRANT EXECUTE ON FUNCTION `shop`.`f` TO me',
      'GRANT PROXY ON ``@`` TO me',
      'SET DEFAULT ROLE `r` FOR me',
    );
    expect(one.holdsOn('shop', ['EXECUTE'])).toBe(false);
  });
});
