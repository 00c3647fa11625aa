/** Names and values as SQL text. Names are always quoted; nothing else in this engine builds SQL from a name. */
import type {Value} from '../../model/change.ts';
import type {Table, TableName} from '../../model/table.ts';

/** In backticks, doubled inside, whatever the `sql_mode`; the server takes no NUL in a name (H-27). */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

export const quoteTable = ({schema, name}: TableName): string => `${quoteName(schema)}.${quoteName(name)}`;

/** Our sessions have no NO_BACKSLASH_ESCAPES: `mysql-connection.ts`. */
export const quoteValue = (value: Value): string =>
  value === null ? 'NULL' : `'${value.replace(SPECIAL, (character) => ESCAPED[character] ?? character)}'`;

const ESCAPED: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  "'": "\\'",
  '"': '\\"',
  '\\': '\\\\',
};
// oxlint-disable-next-line no-control-regex -- these are the characters that a literal cannot hold as they are
const SPECIAL = /[\0\b\t\n\r\u001a'"\\]/g;

/** Tables by name, for a condition on two columns of the catalogue; never empty. */
export const tableNames = (tables: readonly TableName[]): string =>
  tables.length ? tables.map(({schema, name}) => `(${quoteValue(schema)}, ${quoteValue(name)})`).join(', ') : '(NULL, NULL)';

export const columnList = (table: Table): string => table.columns.map(({name}) => quoteName(name)).join(', ');
