/**
 * Indexes that go with a column, as they were: on record before the program that drops them is called. A server that dies
 * between an index and its column leaves the column alone, and whoever takes the change back makes the index again.
 */
import {createHash} from 'node:crypto';
import type {MigrationRef} from '../engine.ts';
import {addIndex, type Change, type Ddl} from './mysql-change.ts';
import {createTable, indexDefinition} from './mysql-create-table.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';

const TEXT = `${CONTROL_SCHEMA_NAME}.schema_text`;

/** By their names. One that a call before has taken away already stays on record. */
type Kept = Readonly<Record<string, string>>;

export const keepIndexes = async (session: MySession, migration: MigrationRef, change: Change): Promise<void> => {
  const names = change.old.flatMap(({goesWith}) => goesWith);
  if (!names.length) return;
  const ddl = await createTable(session, change.table);
  const there = names.flatMap((name): [string, string][] => {
    const definition = indexDefinition(ddl, name);
    return definition === undefined ? [] : [[name, definition]];
  });
  const kept: Kept = {...(await read(session, migration, change)), ...Object.fromEntries(there)};
  await session.query(`REPLACE INTO ${TEXT} (migration, name, body) VALUES (?, ?, ?)`, [
    migration.short,
    recordOf(change),
    JSON.stringify(kept),
  ]);
};

export const keptIndexes = async (session: MySession, migration: MigrationRef, change: Change): Promise<readonly Ddl[]> =>
  Object.entries(await read(session, migration, change)).map(([name, definition]) => addIndex(change.table, name, definition));

export const forgetIndexes = async (session: MySession, {short}: MigrationRef, change: Change): Promise<void> => {
  await session.query(`DELETE FROM ${TEXT} WHERE migration = ? AND name = ?`, [short, recordOf(change)]);
};

const read = async (session: MySession, {short}: MigrationRef, change: Change): Promise<Kept> => {
  const {rows} = await session.query(`SELECT body FROM ${TEXT} WHERE migration = ? AND name = ?`, [short, recordOf(change)]);
  // Written by keepIndexes alone.
  return JSON.parse(rows[0]?.['body'] ?? '{}') as Kept;
};

/** The name of a change may be longer than the column is. */
const recordOf = ({name}: Change): string => `indexes ${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
