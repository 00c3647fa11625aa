import {expect, test} from 'vitest';
import type {MysqlColumn, MysqlTable} from '../../model/mysql-schema.ts';
import {type Dialect, nearDdl, TO_MARIADB, TO_MYSQL} from './near-ddl.ts';

const column = (name: string, type: string): MysqlColumn => ({
  ...{name, type, isNullable: true, defaultText: null, extra: '', generation: null, characterSet: null, collation: null, comment: ''},
});
const table = (ddl: string, ...columns: readonly MysqlColumn[]): MysqlTable => ({
  ...{name: {schema: 's', name: 't'}, comment: '', columns, indexes: [], foreignKeys: [], checks: [], partitioning: undefined, ddl},
});
const near = (
  lines: readonly string[],
  dialect: Dialect,
  columns: readonly MysqlColumn[],
  without: readonly string[] = [],
): readonly string[] =>
  nearDdl(table(['CREATE TABLE `t` (', ...lines, ') ENGINE=InnoDB'].join('\n'), ...columns), dialect, without)
    .split('\n')
    .slice(1, -1);

test('words are exchanged outside of quotes only', () => {
  const lines = [
    "  `utf8mb4_0900_bin` varchar(9) COLLATE utf8mb4_0900_bin DEFAULT 'utf8mb4_0900_bin' COMMENT 'it''s utf8mb4_0900_bin',",
    '  `b` int DEFAULT NULL /*!80023 INVISIBLE */',
  ];
  expect(near(lines, TO_MARIADB, [])).toEqual([
    "  `utf8mb4_0900_bin` varchar(9) COLLATE utf8mb4_nopad_bin DEFAULT 'utf8mb4_0900_bin' COMMENT 'it''s utf8mb4_0900_bin',",
    '  `b` int DEFAULT NULL INVISIBLE',
  ]);
});

test('what stays behind leaves no comma', () => {
  const lines = ['  `a` int NOT NULL,', '  PRIMARY KEY (`a`),', '  KEY `f``g` ((lower(`a`)))'];
  expect(near(lines, TO_MARIADB, [], ['  KEY `f``g` '])).toEqual(['  `a` int NOT NULL,', '  PRIMARY KEY (`a`)']);
});

test('types of MariaDB are known by their column', () => {
  const lines = [
    '  `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),',
    '  `l` longtext DEFAULT NULL CHECK (json_valid(`j`)),',
    '  `uuid` uuid NOT NULL,',
    '  `d` date DEFAULT NULL',
  ];
  const columns = [column('j', 'json'), column('l', 'longtext'), column('uuid', 'uuid'), column('d', 'date')];
  expect(near(lines, TO_MYSQL, columns)).toEqual([
    '  `j` json DEFAULT NULL,',
    '  `l` longtext DEFAULT NULL CHECK (json_valid(`j`)),',
    '  `uuid` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,',
    '  `d` date DEFAULT NULL',
  ]);
});
