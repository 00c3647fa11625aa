/** What a statement's first word says about how it ends on MySQL and MariaDB. */

/**
 * Carried out as a whole or not at all: data statements, and what changes only the session or the transaction. Everything
 * else may commit by itself, before it or in its midst: DDL, CALL, EXECUTE of a text, blocks of MariaDB.
 */
export const isWholeStatement = (sql: string): boolean => {
  const text = sql.replace(LEADING, '');
  return DATA.test(text) || (SESSION.test(text) && !COMMITS.test(text));
};

/** White space, brackets, and comments that no server runs. */
const LEADING = /^(?:[\s(]|\/\*(?![!M])[^]*?\*\/|--(?=\s)[^\n]*|#[^\n]*)+/;
const DATA = /^(?:select|insert|update|delete|replace|with|values|table)\b/i;
const SESSION = /^(?:set|savepoint|release|rollback\s+(?:work\s+)?to|show|do|explain|describe)\b/i;
/** Kinds of SET that commit what stands before them, or that carry another statement. */
const COMMITS = /^set\b[^]*(?:autocommit|password|role|statement|resource)/i;
