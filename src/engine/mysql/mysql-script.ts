/**
 * SQL scripts as the `mysql` program and its dumps have them: statements end at a semicolon, or at what a line DELIMITER says,
 * outside of quotes and comments. What stands in the server's own comments is run by it. Pure.
 */
export type ScriptStatement = {readonly sql: string; readonly line: number; readonly kind: StatementKind};

/**
 * `session`: says something to the session alone, and is said again by whoever takes up the file. `rows`: can be one
 * transaction with its record. `transaction`: would take a statement and its record apart. `ddl`: commits by itself.
 */
export type StatementKind = 'session' | 'rows' | 'transaction' | 'ddl';

/** One piece at a time: white space, a comment, something quoted, or a single character. */
const PIECE =
  /(?<skip>\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!M?!)[\s\S]*?\*\/)|(?<text>'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|[\p{L}\p{N}_$@]+)|[\s\S]/uy;
const DELIMITER = /[ \t]*DELIMITER[ \t]+(\S+)[^\n]*(?:\n|$)/iy;

export const scriptStatements = (text: string): ScriptStatement[] => {
  const found: ScriptStatement[] = [];
  let delimiter = ';';
  let start: number | undefined;
  const end = (at: number): void => {
    if (start !== undefined) found.push(statementOf(text, start, at));
    start = undefined;
  };
  for (let at = 0; at < text.length; ) {
    const isLineStart = at === 0 || text[at - 1] === '\n';
    const changed = isLineStart && start === undefined ? matchAt(DELIMITER, text, at) : undefined;
    if (changed) {
      delimiter = changed[1] ?? ';';
      at += changed[0].length;
    } else if (text.startsWith(delimiter, at)) {
      end(at);
      at += delimiter.length;
    } else {
      const piece = matchAt(PIECE, text, at);
      if (piece?.groups?.['skip'] === undefined) start ??= at;
      at += piece?.[0].length ?? 1;
    }
  }
  end(text.length);
  return found;
};

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
};

const statementOf = (text: string, start: number, end: number): ScriptStatement => {
  const sql = text.slice(start, end).trim();
  return {sql, line: text.slice(0, start).split('\n').length, kind: kindOf(sql)};
};

/** With what the server's own comments say, and without the others. */
export const plainSql = (sql: string): string =>
  sql
    .replace(/\/\*(?!M?!)[\s\S]*?\*\//g, ' ')
    .replace(/\/\*M?!\d*\s?([\s\S]*?)\*\//g, ' $1 ')
    .trim();

const KINDS: readonly (readonly [RegExp, StatementKind])[] = [
  [/^(USE|SET(?!\s+(GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|DEFAULT|(@@)?(SESSION\.)?autocommit)\b))\b/i, 'session'],
  [/^(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|XA|LOCK|UNLOCK|SET\s+(@@)?(SESSION\.)?autocommit)\b/i, 'transaction'],
  [/^(INSERT|REPLACE|UPDATE|DELETE)\b/i, 'rows'],
];

const kindOf = (sql: string): StatementKind => KINDS.find(([pattern]) => pattern.test(plainSql(sql)))?.[1] ?? 'ddl';
