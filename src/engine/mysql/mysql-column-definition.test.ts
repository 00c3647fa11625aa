import {expect, it} from 'vitest';
import {mandatory, optional} from './mysql-column-definition.ts';

it.each([
  ['int DEFAULT NULL', 'int NOT NULL', 'int NULL'],
  [
    "varchar(4) COLLATE utf8mb4_bin DEFAULT NULL COMMENT 'a DEFAULT NULL'",
    "varchar(4) COLLATE utf8mb4_bin NOT NULL COMMENT 'a DEFAULT NULL'",
    "varchar(4) COLLATE utf8mb4_bin NULL COMMENT 'a DEFAULT NULL'",
  ],
  [
    "varchar(4) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x'",
    "varchar(4) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x'",
    "varchar(4) CHARACTER SET latin1 COLLATE latin1_bin NULL DEFAULT 'x'",
  ],
  ["text COMMENT 'c'", "text NOT NULL COMMENT 'c'", "text NULL COMMENT 'c'"],
  [
    'timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP',
    'timestamp NOT NULL ON UPDATE CURRENT_TIMESTAMP',
    'timestamp NULL ON UPDATE CURRENT_TIMESTAMP',
  ],
  ['decimal(12,2) unsigned DEFAULT NULL', 'decimal(12,2) unsigned NOT NULL', 'decimal(12,2) unsigned NULL'],
  ["enum('a)','it''s, NULL') DEFAULT NULL", "enum('a)','it''s, NULL') NOT NULL", "enum('a)','it''s, NULL') NULL"],
  [
    'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`))',
    'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`j`))',
    'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL CHECK (json_valid(`j`))',
  ],
])('%s', (definition, filled, empty) => {
  expect(mandatory(definition)).toBe(filled);
  expect(mandatory(filled)).toBe(filled);
  expect(optional(filled)).toBe(empty);
  expect(optional(definition).replace(' NULL DEFAULT NULL', ' NULL')).toBe(empty);
});
