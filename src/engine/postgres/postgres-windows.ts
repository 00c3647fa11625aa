/** Ends of replay windows, keys that are to be read again, and rows that were left out, as this side stores them beside the rows. */
import type {Key} from '../../model/change.ts';
import type {TableName} from '../../model/table.ts';
import type {StoredLists} from '../applier.ts';
import type {MigrationRef, Parked, TableKey, Target} from '../engine.ts';
import {toPosition} from './postgres-position.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import {textArray} from './postgres-sql.ts';
import type {Sql} from './postgres-statement.ts';

/** A read made the window longer, or, in a repair, opened it again. Those of one lane come in order. */
const END_STATEMENT = `INSERT INTO crossfade.replay_window VALUES ($1, $2, $3, $4) ON CONFLICT (migration, table_schema, table_name)
  DO UPDATE SET end_pos = excluded.end_pos`;
const OF_TABLE = `WHERE migration = $1 AND table_schema = $2 AND table_name = $3`;
const withParked = (condition: string): string =>
  `WITH taken AS (DELETE FROM crossfade.parked ${condition}) DELETE FROM crossfade.reread ${condition}`;
const PARK = `INSERT INTO crossfade.parked (migration, table_schema, table_name, key, reason) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (migration, table_schema, table_name, key) DO UPDATE SET reason = excluded.reason`;

const ADD = `INSERT INTO crossfade.reread VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;

/** In that order: a row that a truncate took away may be on the list again. */
export const windowStatements = ({short}: MigrationRef, stored: StoredLists): readonly Sql[] => {
  const place = ({table, key}: TableKey) => [short, table.schema, table.name, textArray(key)];
  return [
    ...stored.rereadClear.map(({schema, name}) => ({text: withParked(OF_TABLE), values: [short, schema, name]})),
    ...stored.rereadRemove.map((one) => ({text: withParked(`${OF_TABLE} AND key = $4`), values: place(one)})),
    ...stored.rereadAdd.map((one) => ({text: ADD, values: place(one)})),
    ...stored.refused.map((one) => ({text: PARK, values: [...place(one), one.reason]})),
    ...stored.ends.map(({table, end}) => ({text: END_STATEMENT, values: [short, table.schema, table.name, end]})),
  ];
};

/** The ends of chunks are with the chunks. */
export const readWindows = async (session: PgSession, {short}: MigrationRef): ReturnType<Target['windows']> => {
  const {rows: ends} = await session.query(
    `SELECT table_schema, table_name, end_pos FROM crossfade.replay_window WHERE migration = $1
     UNION SELECT table_schema, table_name, end_pos FROM crossfade.chunk WHERE migration = $1 AND state = 'done'`,
    [short],
  );
  const {rows: rereads} = await session.query(
    `SELECT table_schema, table_name, array_to_json(key)::text AS key FROM crossfade.reread WHERE migration = $1`,
    [short],
  );
  return {ends: ends.map((row) => ({table: tableOf(row), end: toPosition(row['end_pos'] ?? '')})), rereads: rereads.map(keyed)};
};

/** None on a side that an earlier version has made. */
export const readParked = async (session: PgSession, {short}: MigrationRef): Promise<readonly Parked[]> => {
  const there = await session.one(`SELECT (to_regclass('crossfade.parked') IS NOT NULL)::text AS parked`);
  if (there['parked'] !== 'true') return [];
  const {rows} = await session.query(
    `SELECT table_schema, table_name, array_to_json(key)::text AS key, reason, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS since
     FROM crossfade.parked WHERE migration = $1 ORDER BY table_schema, table_name, at, key`,
    [short],
  );
  return rows.map((row) => ({...keyed(row), reason: row['reason'] ?? '', since: row['since'] ?? ''}));
};

const keyed = (row: TextRow): TableKey => ({table: tableOf(row), key: JSON.parse(row['key'] ?? '[]') as Key});

export const tableOf = (row: TextRow): TableName => ({schema: row['table_schema'] ?? '', name: row['table_name'] ?? ''});
