import {expect, test} from 'vitest';
import {isWholeStatement} from './mysql2-statement.ts';

test.each([
  'SELECT 1',
  'insert into note values (1)',
  '  (SELECT 1) UNION (SELECT 2)',
  '/* why */ UPDATE note SET n = 1',
  '-- why\nDELETE FROM note',
  '# why\nREPLACE INTO note VALUES (1)',
  'WITH a AS (SELECT 1) SELECT * FROM a',
  'SAVEPOINT a',
  'ROLLBACK TO a',
  'rollback work to savepoint a',
  'RELEASE SAVEPOINT a',
  `SET @a = 1`,
  `SET time_zone = '+00:00'`,
])('%s is carried out as a whole', (sql) => expect(isWholeStatement(sql)).toBe(true));

test.each([
  'CALL add_item(1)',
  'EXECUTE a_text',
  'CREATE TABLE a (n int)',
  'TRUNCATE note',
  'COMMIT',
  'ROLLBACK',
  'START TRANSACTION',
  'BEGIN NOT ATOMIC INSERT INTO note VALUES (1); COMMIT; END',
  '/*! CALL add_item(1) */',
  '/*M! CALL add_item(1) */',
  '/* why */ /*!50000 CALL add_item(1) */',
  'SET autocommit = 1',
  'SET @a = 1, @@session.autocommit = 1',
  `SET PASSWORD = 'x'`,
  'SET STATEMENT max_statement_time = 1 FOR CALL add_item(1)',
  'LOAD DATA LOCAL INFILE "x" INTO TABLE note',
  'selection',
  '',
])('%s may be carried out in part', (sql) => expect(isWholeStatement(sql)).toBe(false));
