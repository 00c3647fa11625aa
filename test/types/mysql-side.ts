/** A MySQL or MariaDB source with a session to write as an application would, and its tables converted for PostgreSQL as `prepare-target` does it. */
import mysql from 'mysql2/promise';
import type {Engine, MigrationRef} from '../../src/engine/engine.ts';
import type {MigrationMapping} from '../../src/mapping/mapping.ts';
import type {Side} from '../../src/model/side.ts';
import type {Table} from '../../src/model/table.ts';
import {scriptFor} from '../../src/phase/schema-script.ts';
import {optionsFor} from '../support/mysql-databases.ts';
import {loginOf} from '../support/mysql-process.ts';
import type {WorldSide} from './stream-world.ts';

/** An application whose sessions are less strict than ours, and say in UTF-8 and UTC what they mean. */
const SPOKEN = [`SET NAMES utf8mb4`, `SET SESSION sql_mode = '', time_zone = '+00:00'`];

export async function openMysqlSide(engine: Engine, url: string, migration: MigrationRef): Promise<WorldSide> {
  const client = await mysql.createConnection({...loginOf(url), rowsAsArray: true, typeCast: (field) => field.string()});
  const database = engine.open(optionsFor(url, {migration}));
  const run: WorldSide['run'] = async (...statements) => {
    for (const statement of statements) await client.query(statement);
  };
  await run(...SPOKEN);
  return {
    database,
    run,
    rows: async (statement) => (await client.query<mysql.RowDataPacket[][]>(statement))[0] as unknown as (string | null)[][],
    close: async () => {
      await database.close();
      await client.end();
    },
  };
}

export async function convertTables(
  {source, target}: Readonly<Record<Side, WorldSide>>,
  tables: readonly Table[],
  mapping: MigrationMapping,
): Promise<void> {
  const never = new AbortController().signal;
  const sides = {source: source.database, target: target.database};
  const {script, findings} = await scriptFor('convert', sides, tables, mapping, never);
  const refused = findings.filter(({severity}) => severity === 'refuse').map(({object, reason}) => `${object} ${reason}`);
  if (refused.length) throw new Error(refused.join('\n'));
  for (const part of ['preData', 'postData'] as const)
    await target.database.target.runSchemaFile(part, script[part].map(({sql}) => `${sql};\n`).join('\n'), never);
}
