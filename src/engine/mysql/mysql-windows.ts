/** Ends of replay windows and keys that are to be read again, as this side stores them beside the rows. */
import {createHash} from 'node:crypto';
import {type Key, keyText} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {TableName} from '../../model/table.ts';
import type {StoredLists} from '../applier.ts';
import type {MigrationRef, Parked, TableKey, Target} from '../engine.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {pieces} from './mysql-pieces.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';

const REREAD = `${CONTROL_SCHEMA_NAME}.reread`;
const PARKED = `${CONTROL_SCHEMA_NAME}.parked`;
const WINDOW = `${CONTROL_SCHEMA_NAME}.replay_window`;

/** Ends of one lane come in order, so that the newest of a table is also the last. */
export const storeWindows = async (
  session: MySession,
  {short}: MigrationRef,
  {rereadClear, rereadRemove, rereadAdd, refused, ends}: StoredLists,
): Promise<void> => {
  const mine = `migration = ${quoteValue(short)}`;
  for (const {schema, name} of rereadClear)
    for (const list of [REREAD, PARKED])
      await session.query(`DELETE FROM ${list} WHERE ${mine} AND table_schema = ? AND table_name = ?`, [schema, name]);
  for (const piece of pieces(rereadRemove, keySize)) {
    const these = piece.map((one) => `(${place(one)})`).join(', ');
    for (const list of [REREAD, PARKED])
      await session.query(`DELETE FROM ${list} WHERE ${mine} AND (table_schema, table_name, digest) IN (${these})`);
  }
  for (const piece of pieces(rereadAdd, keySize)) {
    const rows = piece.map((one) => `(${quoteValue(short)}, ${place(one)}, ${quoteValue(JSON.stringify(one.key))})`);
    await session.query(
      `INSERT INTO ${REREAD} (migration, table_schema, table_name, digest, key_values) VALUES ${rows.join(', ')} ON DUPLICATE KEY UPDATE digest = reread.digest`,
    );
  }
  for (const piece of pieces(refused, keySize)) {
    const rows = piece.map(
      (one) => `(${quoteValue(short)}, ${place(one)}, ${quoteValue(JSON.stringify(one.key))}, ${quoteValue(one.reason)}, utc_timestamp(6))`,
    );
    await session.query(
      `INSERT INTO ${PARKED} (migration, table_schema, table_name, digest, key_values, reason, at) VALUES ${rows.join(', ')} ON DUPLICATE KEY UPDATE reason = VALUES(reason)`,
    );
  }
  for (const {table, end} of ends)
    await session.query(`REPLACE INTO ${WINDOW} (migration, table_schema, table_name, end_pos) VALUES (?, ?, ?, ?)`, [
      short,
      table.schema,
      table.name,
      end,
    ]);
};

const place = ({table, key}: TableKey): string =>
  [table.schema, table.name, createHash('sha256').update(keyText(key)).digest('hex')].map(quoteValue).join(', ');

const keySize = ({key}: TableKey): number => JSON.stringify(key).length + 300;

/** The ends of chunks are with the chunks. */
export const readWindows = async (session: MySession, {short}: MigrationRef): ReturnType<Target['windows']> => {
  const {rows: ends} = await session.query(
    `SELECT table_schema, table_name, end_pos FROM ${WINDOW} WHERE migration = ?
     UNION SELECT table_schema, table_name, end_pos FROM ${CONTROL_SCHEMA_NAME}.chunk WHERE migration = ? AND state = 'done'`,
    [short, short],
  );
  const {rows: rereads} = await session.query(`SELECT table_schema, table_name, key_values FROM ${REREAD} WHERE migration = ?`, [short]);
  return {
    ends: ends.map((row) => ({table: tableOf(row), end: (row['end_pos'] ?? '') as Position})),
    rereads: rereads.map(keyed),
  };
};

/** None on a side that an earlier version has made. */
export const readParked = async (session: MySession, {short}: MigrationRef): Promise<readonly Parked[]> => {
  const there = await session.query(`SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'parked'`, [
    CONTROL_SCHEMA_NAME,
  ]);
  if (there.rows.length === 0) return [];
  const {rows} = await session.query(
    `SELECT table_schema, table_name, key_values, reason, date_format(at, '%Y-%m-%dT%H:%i:%s.%fZ') AS since FROM ${PARKED} WHERE migration = ? ORDER BY table_schema, table_name, at, digest`,
    [short],
  );
  return rows.map((row) => ({...keyed(row), reason: row['reason'] ?? '', since: row['since'] ?? ''}));
};

const keyed = (row: TextRow): TableKey => ({table: tableOf(row), key: JSON.parse(row['key_values'] ?? '[]') as Key});

export const tableOf = (row: TextRow): TableName => ({schema: row['table_schema'] ?? '', name: row['table_name'] ?? ''});
