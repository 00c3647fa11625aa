/** What a statement in the binary log is. Rows come as rows; a statement that writes rows cannot be followed (H-71). */
import type {TableName} from '../../model/table.ts';

export type QueryKind =
  | {readonly kind: 'begin' | 'commit' | 'rollback' | 'nothing' | 'rollback-to' | 'xa' | 'rows'}
  | {readonly kind: 'truncate'; readonly table: TableName}
  /** `table` is there when rows or partitions of it went with the statement. `opens`: rows of the same transaction follow. */
  | {readonly kind: 'ddl'; readonly what: string; readonly table: TableName | undefined; readonly opens: boolean};

/** `schema`: the session's own, for names without one. */
export const queryKind = (query: string, schema: string): QueryKind => {
  const text = withoutComments(query);
  const [, first = '', second = ''] = /^([A-Z]*)\W*([A-Z]*)/.exec(text.toUpperCase()) ?? [];
  if (first === 'BEGIN' || (first === 'START' && second === 'TRANSACTION')) return {kind: 'begin'};
  if (first === 'COMMIT') return {kind: 'commit'};
  if (text === '' || first === 'SAVEPOINT' || first === 'RELEASE') return {kind: 'nothing'};
  if (first === 'ROLLBACK') return {kind: second === 'TO' ? 'rollback-to' : 'rollback'};
  if (first === 'XA') return {kind: 'xa'};
  if (!DDL.has(first)) return {kind: 'rows'};
  const table = tableOf(text, schema);
  const empties = first === 'TRUNCATE' || (first === 'ALTER' && EMPTIES_A_PART.test(text));
  if (empties && !table) return {kind: 'rows'}; // of a table that we cannot tell
  if (first === 'TRUNCATE' && table) return {kind: 'truncate', table};
  return {kind: 'ddl', what: summary(text), table: empties ? table : undefined, opens: /\bSTART\s+TRANSACTION\s*;?$/i.test(text)};
};

/** Words that a statement begins with which writes no rows of tables. All others count as writing some. */
const DDL: ReadonlySet<string> = new Set([
  ...['CREATE', 'ALTER', 'DROP', 'RENAME', 'TRUNCATE', 'GRANT', 'REVOKE', 'SET', 'FLUSH', 'ANALYZE', 'OPTIMIZE', 'REPAIR'],
  ...['INSTALL', 'UNINSTALL', 'CHECK', 'IMPORT'],
]);

const EMPTIES_A_PART = /\b(TRUNCATE|DROP|EXCHANGE|COALESCE|DISCARD|IMPORT)\s+(PARTITION|TABLESPACE)\b/i;

const NAME = '(?:`((?:[^`]|``)+)`|"((?:[^"]|"")+)"|([\\p{L}\\p{N}_$]+))';
const TABLE = new RegExp(
  `^(?:TRUNCATE(?:\\s+TABLE)?|ALTER(?:\\s+(?:ONLINE|IGNORE))*\\s+TABLE(?:\\s+IF\\s+EXISTS)?)\\s*${NAME}(?:\\s*\\.\\s*${NAME})?`,
  'iu',
);

const tableOf = (text: string, schema: string): TableName | undefined => {
  const match = TABLE.exec(text);
  if (!match) return undefined;
  const [one, two] = [match.slice(1, 4), match.slice(4, 7)].map(unquoted);
  return two === undefined ? (one === undefined ? undefined : {schema, name: one}) : {schema: one ?? schema, name: two};
};

const unquoted = ([backticks, quotes, plain]: readonly (string | undefined)[]): string | undefined =>
  backticks?.replaceAll('``', '`') ?? quotes?.replaceAll('""', '"') ?? plain;

/** What a person may be shown: no literal of a default, no password. */
const summary = (text: string): string =>
  text
    .split(/[\s(]+/, 3)
    .join(' ')
    .slice(0, 100);

/** The server runs what stands in its own comments, so that is kept. */
const withoutComments = (query: string): string =>
  query
    .replace(/^(?:\s|--\s[^\n]*(?:\n|$)|#[^\n]*(?:\n|$))+/, '')
    .replace(/\/\*(?!M?!)[\s\S]*?\*\//g, ' ')
    .replace(/\/\*M?!\d*\s?([\s\S]*?)\*\//g, ' $1 ')
    .trim();
