/** What stands in a MySQL database beside rows, and of its migration in our schema: equal after every run, whatever befell it. */
import type {RowsAt} from './mysql-oracle.ts';
import {neutral} from './point.ts';

/** The schema crossfade belongs to the server, which several runs share. */
export async function mysqlCatalogue(rows: RowsAt, name: string): Promise<readonly string[]> {
  const lists: Readonly<Record<string, string>> = {
    table: `SELECT table_name FROM information_schema.tables WHERE table_schema = '${name}'`,
    key: `SELECT DISTINCT concat(table_name, ' ', index_name) FROM information_schema.statistics WHERE table_schema = '${name}'`,
    trigger: `SELECT concat(event_object_table, ' ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = '${name}'`,
    'row of the fence': `SELECT state FROM crossfade.fence WHERE ${own('crossfade.fence', name)} AND state <> 'released'`,
    lease: `SELECT concat('finished ', if(finished, 'true', 'false')) FROM crossfade.lease WHERE name = '${name}'`,
    prepared: `SELECT trx_id FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = 0`,
  };
  const found = new Set<string>();
  for (const [what, statement] of Object.entries(lists))
    for (const [one] of await rows(statement)) found.add(`${what} ${neutral(named(String(one)))}`);
  for (const table of await ownTables(rows))
    if ((await rows(`SELECT 1 FROM ${table} WHERE ${own(table, name)} LIMIT 1`)).length) found.add(`rows in ${table}`);
  return [...found].sort();
}

/** The name of a trigger ends with a digest of its table. */
const named = (text: string): string => text.replace(/_fence_[0-9a-f]+/, '_fence');

const own = (table: string, name: string): string =>
  table === 'crossfade.lease' ? `name = '${name}'` : `migration IN (SELECT migration FROM crossfade.lease WHERE name = '${name}')`;

const ownTables = async (rows: RowsAt): Promise<readonly string[]> =>
  (
    await rows(
      `SELECT table_name FROM information_schema.columns WHERE table_schema = 'crossfade' AND column_name = 'migration' ORDER BY 1`,
    )
  ).map(([table]) => `crossfade.${String(table)}`);
