/** What a stream's tables look like, as a text that is another when an event of the log would mean something else. */
import type {TableName} from '../../model/table.ts';
import type {MySession} from './mysql-session.ts';
import {tableNames} from './mysql-sql.ts';

/** A line for each column: its name, a tab, and all that tells how its values are written and found. */
export const tableShape = async (session: MySession, tables: readonly TableName[]): Promise<string> => {
  const {rows} = await session.query(
    `SELECT CONCAT(table_schema, '.', table_name, '.', column_name) AS name,
       CONCAT_WS(', ', column_type, IF(is_nullable = 'NO', 'NOT NULL', NULL), IF(column_key = 'PRI', 'key', NULL), collation_name, NULLIF(REPLACE(extra, 'DEFAULT_GENERATED', ''), ''), NULLIF(generation_expression, '')) AS what
     FROM information_schema.columns WHERE (table_schema, table_name) IN (${tableNames(tables)}) ORDER BY table_schema, table_name, ordinal_position`,
  );
  return rows.map(({name, what}) => `${name ?? ''}\t${what ?? ''}`).join('\n');
};

/** In words, by name: what is gone, what is new, what was something else. */
export const shapeDifferences = (was: string, is: string): readonly string[] => {
  const [before, now] = [byName(was), byName(is)];
  return [...new Set([...before.keys(), ...now.keys()])].toSorted().flatMap((name) => {
    const [old, present] = [before.get(name), now.get(name)];
    if (old === present) return [];
    if (old === undefined) return [`column ${name} is new (${present})`];
    return [present === undefined ? `column ${name} is gone` : `column ${name} was ${old}, is ${present}`];
  });
};

const byName = (lines: string): ReadonlyMap<string, string> =>
  new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]),
  );
