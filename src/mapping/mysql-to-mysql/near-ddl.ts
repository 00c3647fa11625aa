/**
 * A table's own SHOW CREATE TABLE in the words of the other product. Nothing is parsed: lines are known by the names that
 * the catalogue has, words are exchanged outside of quotes, and the server that gets it says what it does not take.
 */
import type {MysqlTable} from '../../model/mysql-schema.ts';

export type Dialect = {
  readonly target: 'mysql' | 'mariadb';
  /** Types that the other one does not have, in its place; with what stands behind them. */
  readonly types: Readonly<Record<string, string>>;
  readonly words: readonly (readonly [RegExp, string])[];
};

const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin';

/** MySQL writes what older servers do not know as comments with a version, which MariaDB leaves out. */
export const TO_MARIADB: Dialect = {
  target: 'mariadb',
  types: {},
  words: [
    [/\butf8mb4_0900_(ai_ci|as_ci|as_cs)\b/g, 'utf8mb4_uca1400_nopad_$1'],
    [/\butf8mb4_0900_bin\b/g, 'utf8mb4_nopad_bin'],
    [/\/\*!80023 INVISIBLE \*\//g, 'INVISIBLE'],
    [/\/\*!80000 INVISIBLE \*\//g, 'IGNORED'],
  ],
};

export const TO_MYSQL: Dialect = {
  target: 'mysql',
  types: {uuid: `char(36) ${ASCII}`, inet4: `varchar(15) ${ASCII}`},
  words: [
    [/\butf8mb4_uca1400_(?:nopad_)?(ai_ci|as_ci|as_cs)\b/g, 'utf8mb4_0900_$1'],
    [/\butf8mb4_nopad_bin\b/g, 'utf8mb4_0900_bin'],
    [/ IGNORED\b/g, ' INVISIBLE'],
  ],
};

/** `without`: beginnings of lines that stay behind. */
export const nearDdl = ({ddl = '', columns}: MysqlTable, {types, words}: Dialect, without: readonly string[]): string => {
  const lines = ddl.split('\n');
  const end = lines.findIndex((line) => line.startsWith(')'));
  const body = lines
    .slice(1, end)
    .map((line) => line.replace(/,$/, ''))
    .filter((line) => !without.some((beginning) => line.startsWith(beginning)))
    .map((line) => columns.reduce((text, {name, type}) => columnLine(text, name, type, types), line));
  return outsideQuotes([lines[0] ?? '', body.join(',\n'), ...lines.slice(end)].join('\n'), words);
};

/** Names are always quoted there. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** JSON of MariaDB is a text with a check, by which its own server tells it. */
const columnLine = (line: string, name: string, type: string, types: Dialect['types']): string => {
  const start = `  ${quoted(name)} `;
  if (!line.startsWith(start)) return line;
  const [rest, check] = [line.slice(start.length), ` CHECK (json_valid(${quoted(name)}))`];
  if (type === 'json' && rest.endsWith(check)) return `${start}${rest.slice(0, -check.length).replace(JSON_TEXT, 'json')}`;
  const other = types[type];
  return other !== undefined && rest.startsWith(type) ? `${start}${other}${rest.slice(type.length)}` : line;
};

const JSON_TEXT = /^longtext(?: CHARACTER SET \w+)?(?: COLLATE \w+)?/;

const PIECES = /'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`]|``)*`|[^'`]+/g;

const outsideQuotes = (text: string, words: Dialect['words']): string =>
  text.replaceAll(PIECES, (piece) =>
    /^['`]/.test(piece) ? piece : words.reduce((changed, [from, to]) => changed.replaceAll(from, to), piece),
  );
