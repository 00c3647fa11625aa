/**
 * Which locks of tables a statement takes, read off its words: ours name tables in one way, and those of schema files are
 * DDL. A test takes the locks on a real server and looks. What a view or a program reads is not in a statement. Pure.
 */
import {plainSql} from './mysql-script.ts';
import {tableAfter} from './mysql-table-place.ts';

/** As `performance_schema.metadata_locks` calls them; of DDL the one at its begin and its end. */
export const LOCK_MODES = ['SHARED_READ', 'SHARED_WRITE', 'EXCLUSIVE'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export type TableLock = {readonly mode: LockMode; readonly on: string};

/** The strongest on each table; none of a table that the statement itself makes. */
export const tableLocks = (sql: string): TableLock[] => {
  const words = withoutTexts(plainSql(sql));
  const strongest = new Map<string, LockMode>();
  for (const [statement, keyword, mode] of KINDS) {
    if (!statement.test(words)) continue;
    for (const on of tableAfter(words, keyword)) {
      const known = strongest.get(on);
      if (known === undefined || LOCK_MODES.indexOf(mode) > LOCK_MODES.indexOf(known)) strongest.set(on, mode);
    }
  }
  return [...strongest].map(([on, mode]) => ({mode, on}));
};

/** A statement, the word before the table's name in it, and the lock. A trigger's program is its own. */
const KINDS: readonly (readonly [RegExp, string, LockMode])[] = [
  [/^(?:SELECT|WITH|\(SELECT|INSERT|REPLACE|UPDATE|CREATE(?! TRIGGER)\b.*\bVIEW)\b/is, 'FROM|JOIN', 'SHARED_READ'],
  [/^SELECT\b.*\bFOR UPDATE\b/is, 'FROM|JOIN', 'SHARED_WRITE'],
  [/^(?:INSERT|REPLACE)\b/i, '^(?:INSERT|REPLACE)(?: IGNORE)?(?: INTO)?', 'SHARED_WRITE'],
  [/^UPDATE\b/i, '^UPDATE', 'SHARED_WRITE'],
  [/^DELETE\b/i, 'FROM|JOIN', 'SHARED_WRITE'],
  [/^ANALYZE\b/i, 'TABLE', 'SHARED_READ'],
  [/^(?:ALTER|DROP|TRUNCATE|RENAME)\b/i, '^(?:ALTER|DROP|TRUNCATE|RENAME) TABLE(?: IF EXISTS)?', 'EXCLUSIVE'],
  [/^(?:CREATE|DROP)\b[^(]*\bINDEX\b/i, 'ON', 'EXCLUSIVE'],
  [/^CREATE\b[^(]*?\bTRIGGER\b/i, '(?:INSERT|UPDATE|DELETE) ON', 'EXCLUSIVE'],
  [/^(?:CREATE|ALTER) TABLE\b/i, 'REFERENCES', 'EXCLUSIVE'],
  [/^LOCK TABLES\b/i, 'TABLES', 'EXCLUSIVE'],
];

/** Texts say nothing of tables; a name keeps its quotes. */
const withoutTexts = (sql: string): string => sql.replaceAll(/'(?:[^'\\]|\\[\s\S]|'')*'/g, `''`).replaceAll(/\s+/g, ' ');
