/**
 * What the log of a MySQL source says of writes that it took while it was closed. MySQL's own `mysqlbinlog` decodes it, so
 * that no code of the migration bears witness for itself.
 */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {closedWrites} from '../../examples/demo/closed-writes.ts';
import {mysqlbinlog} from '../support/mysql-programs.ts';

export type LogPlace = {readonly file: string; readonly position: number};

/** `folder`: of the server's data. `files`: from that of `place` on. `short`: of the migration; others may be in the same log. */
export async function askMysqlWitness(
  folder: string,
  place: LogPlace,
  files: readonly string[],
  short: string,
  schema: string,
): Promise<string[]> {
  const command = mysqlbinlog();
  if (!command) throw new Error('mysqlbinlog is fetched with the server: npm run servers:fetch');
  const [program, ...before] = command;
  const flags = ['--no-defaults', '--base64-output=decode-rows', '--verbose', `--start-position=${place.position}`];
  const all = [...before, ...flags, ...files.map((file) => join(folder, file))];
  const {stdout} = await promisify(execFile)(program, all, {maxBuffer: 2 ** 30});
  return closedWrites(decodedLines(stdout, short, schema), schema);
}

/** As `test_decoding` of PostgreSQL would print them. Pure. */
export function decodedLines(text: string, short: string, schema: string): string[] {
  const lines: string[] = [];
  let change: Change | undefined;
  const end = (): void => {
    if (change) lines.push(...lineOf(change, short, schema));
    change = undefined;
  };
  for (const line of text.split('\n')) {
    const [, act, database, table] = /^### (INSERT INTO|UPDATE|DELETE FROM) `(.+)`\.`(.+)`$/.exec(line) ?? [];
    const [, column, value] = /^### {3}@(\d+)=(.*)$/.exec(line) ?? [];
    if (act && database && table) {
      end();
      change = {act, place: `${database}.${table}`, values: []};
    } else if (change && line === '### SET') change.values.length = 0;
    else if (change && column && value !== undefined) change.values[Number(column) - 1] = value;
    else if (/^(?:BEGIN|COMMIT|ROLLBACK)\b/.test(line)) {
      end();
      lines.push(/^\w+/.exec(line)?.[0] ?? '');
    } else if (!line.startsWith('#')) end();
  }
  return lines;
}

/** The values after the change, before it where it is a delete. */
type Change = {readonly act: string; readonly place: string; readonly values: string[]};

const lineOf = ({act, place, values}: Change, short: string, schema: string): string[] => {
  const isOf = values[0] === `'${short}'`;
  if (place === 'crossfade.tag') return isOf ? [`table ${place}: ${act}`] : [];
  if (place === 'crossfade.fence')
    return isOf && act !== 'DELETE FROM' ? [`table ${place}: ${act} epoch[bigint]:${values[1]} state[text]:${values[2]}`] : [];
  return place.startsWith(`${schema}.`) ? [`table ${place}: ${act} ${values.join(' ').slice(0, 150)}`] : [];
};
