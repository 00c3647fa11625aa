import {expect, test} from 'vitest';
import {createdBy} from './mysql-schema-objects.ts';
import {scriptStatements} from './mysql-script.ts';

const cut = (text: string) => scriptStatements(text).map(({sql, line}) => [line, sql]);
const kind = (sql: string) => scriptStatements(sql)[0]?.kind;

test('a script is cut at semicolons that stand in no quotes, no name and no comment', () => {
  expect(
    cut(
      `-- first; of all\n# and; this\nCREATE TABLE \`a;b\` (c text DEFAULT 'x;''y\\';', "d;" int); /* no; */\n;;\nSELECT 1--1;\nSELECT 2 -- ;\n;SELECT 3`,
    ),
  ).toEqual([
    [3, `CREATE TABLE \`a;b\` (c text DEFAULT 'x;''y\\';', "d;" int)`],
    [5, 'SELECT 1--1'],
    [6, 'SELECT 2 -- ;'],
    [7, 'SELECT 3'],
  ]);
  expect(cut(' \n-- nothing\n')).toEqual([]);
});

test('bodies of programs go up to the delimiter that a line says, as dumps write them', () => {
  const dump = `/*!50003 SET sql_mode = '' */ ;\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=\`a\`@\`%\`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN\n SET NEW.a = 1; SET NEW.b = ';;'; END */;;\nDELIMITER ;\nSELECT 1;`;
  expect(cut(dump).map(([line]) => line)).toEqual([1, 3, 6]);
  expect(scriptStatements(dump).map((one) => one.kind)).toEqual(['session', 'ddl', 'ddl']);
  expect(createdBy(cut(dump)[1]?.[1] as string, 'here')).toEqual({kind: 'TRIGGER', schema: 'here', name: 't'});
});

test('a statement is of the session, of rows, of the transaction, or commits by itself', () => {
  expect(['USE x', 'SET NAMES utf8mb4', '/*!40101 SET @a = 1 */', 'set session sql_mode = ""'].map(kind)).toEqual(Array(4).fill('session'));
  expect(['INSERT INTO a VALUES (1)', 'replace a values (1)', 'UPDATE a SET b = 1', 'DELETE FROM a'].map(kind)).toEqual(
    Array(4).fill('rows'),
  );
  expect(
    ['BEGIN', 'commit', 'LOCK TABLES a WRITE', 'UNLOCK TABLES', 'SET autocommit = 0', 'START TRANSACTION', 'XA START 1'].map(kind),
  ).toEqual(Array(7).fill('transaction'));
  expect(['CREATE TABLE a (b int)', 'SET GLOBAL x = 1', 'GRANT ALL ON *.* TO a'].map(kind)).toEqual(Array(3).fill('ddl'));
});

test('what a statement creates has a kind and a place', () => {
  const made = (sql: string) => createdBy(sql, 'here');
  expect(made('CREATE TABLE a (b int)')).toEqual({kind: 'TABLE', schema: 'here', name: 'a'});
  expect(made('create table if not exists `x``y` . "z""" (b int)')).toEqual({kind: 'TABLE', schema: 'x`y', name: 'z"'});
  expect(made('CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a b`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1')).toMatchObject({
    kind: 'VIEW',
    name: 'v',
  });
  expect(made('CREATE DEFINER = CURRENT_USER PROCEDURE s.p() SELECT 1')).toEqual({kind: 'PROCEDURE', schema: 's', name: 'p'});
  expect(made('CREATE UNIQUE INDEX i USING BTREE ON s.t (a)')).toEqual({kind: 'INDEX', schema: 's', name: 'i', onTable: 't'});
  expect(made('CREATE SCHEMA s')).toEqual({kind: 'DATABASE', schema: 's', name: 's'});
  expect(made('CREATE /* of ours */ EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1')).toMatchObject({kind: 'EVENT', name: 'e'});
  for (const sql of ['CREATE TEMPORARY TABLE a (b int)', 'CREATE USER a', 'ALTER TABLE a ADD b int', 'DROP TABLE a'])
    expect(made(sql)).toBeUndefined();
});
