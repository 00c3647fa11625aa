/**
 * Compares what a side of MySQL or MariaDB announces with what its server wrote down. DDL, and whatever locks, ends or sets
 * something, must be announced word by word, but for what only a run knows; reads and writes of tables by kind and table.
 */
import type {Statement} from '../../src/engine/engine.ts';
import {pinStatements} from '../../src/engine/mysql/mysql-connection.ts';
import {tableLocks} from '../../src/engine/mysql/mysql-locks.ts';
import {flavourOf} from '../../src/engine/mysql/mysql-flavour.ts';

/** Servers that write down everything that they are asked, in a table. */
export const LOGGING = {'general-log': 'ON', 'log-output': 'TABLE'} as const;

type Asked = {rows(statement: string): Promise<readonly (readonly unknown[])[]>};
type Part = {readonly text: string; readonly kind: string; readonly tables: readonly string[]};

/** Of one account; without what every session of ours says at its begin. */
export async function seenOf({rows: ask}: Asked, user: string): Promise<readonly Part[]> {
  const [[version] = []] = await ask('SELECT version()');
  const rows = await ask(
    `SELECT command_type, CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE user_host LIKE '${user}[%' AND command_type IN ('Query', 'Binlog Dump', 'Binlog Dump GTID')`,
  );
  const said = new Set([...pinStatements(flavourOf(String(version))), 'SELECT version() AS version']);
  const texts = rows.map(([type, argument]) => (type === 'Query' ? String(argument) : '/* COM_BINLOG_DUMP from x */'));
  return texts.filter((text) => !said.has(text)).map(partOf);
}

/** What nobody was told of. */
export const untold = (seen: readonly Part[], announced: readonly Statement[]): readonly string[] => {
  const patterns = announced.map(expected);
  return [...new Set(seen.filter((part) => isWorthTelling(part) && !patterns.some((one) => one.isIt(part))).map(({text}) => text))];
};

/** What was announced for certain, and nobody has seen. */
export const missed = (seen: readonly Part[], announced: readonly Statement[]): readonly string[] =>
  announced.filter((statement) => statement.when === undefined && !seen.some(expected(statement).isIt)).map(({sql}) => sql);

const partOf = (sql: string): Part => ({
  text: sql.replaceAll(/\s+/g, ' ').replace(/;\s*$/, '').trim(),
  kind: /^\/?\*?\s*[A-Z_]+/i.exec(sql)?.[0].toUpperCase() ?? '',
  tables: tableLocks(sql)
    .map(({on}) => on)
    .filter((name) => !/^(?:crossfade|information_schema|performance_schema|mysql)\.|^[^.]+$/.test(name)),
});

const ROWS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'REPLACE', 'UPDATE', 'DELETE']);

/** Whether a person would want to have known of it. */
const isWorthTelling = ({kind, text, tables}: Part): boolean => {
  if (/^(?:START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|SET TRANSACTION|SHOW|XA RECOVER|DO SLEEP)\b/.test(text)) return false;
  return !ROWS.has(kind) || tables.length > 0 || text.includes('GET_LOCK(');
};

const expected = (statement: Statement): {isIt(seen: Part): boolean} => {
  const announced = partOf(statement.sql);
  const pattern = patternOf(announced.text);
  return {
    isIt: (seen) =>
      pattern.test(seen.text) ||
      (ROWS.has(seen.kind) &&
        announced.kind === seen.kind &&
        seen.tables.length > 0 &&
        seen.tables.every((one) => announced.tables.includes(one))),
  };
};

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split(/('?<[\w ]+>'?)/)
      .map((part, i) => (i % 2 ? placeholder(part.replaceAll(/[<>']/g, '')) : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      .join('')}$`,
    's',
  );

/** Those that stand for more than a name or a number. */
const placeholder = (name: string): string => (WIDE.has(name) ? `.+?` : `'?[^'"]+?'?`);
const WIDE: ReadonlySet<string> = new Set(['values', 'marker', 'object', 'table', 'as it is now', 'after', 'to']);
