import {readFile, stat, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import type {TableName} from '../../model/table.ts';
import type {Disk, Storage, TableSizes} from '../storage.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';

/** Rows of settings that a role may not see are missing, where `current_setting` would be an error. */
const PLACE = `
  SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS folder, (SELECT system_identifier::text FROM pg_control_system()) AS id,
         (SELECT pg_tablespace_location(dattablespace) FROM pg_database WHERE datname = current_database()) AS tablespace`;

const DATABASE_BYTES = `
  SELECT coalesce(sum(CASE WHEN has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER') THEN pg_database_size(oid) END), 0)::text AS bytes
  FROM pg_database WHERE datallowconn`;

/** By catalogue, because a name would need usage on its schema. Large values are part of a table's size. */
const TABLE_SIZES = `
  WITH RECURSIVE wanted (oid) AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN unnest($1::text[], $2::text[]) AS w (schema, name) ON w.schema = n.nspname AND w.name = c.relname
    UNION SELECT inhrelid FROM pg_inherits JOIN wanted ON inhparent = wanted.oid)
  SELECT coalesce(sum(pg_table_size(oid)), 0)::text AS data, coalesce(sum(pg_indexes_size(oid)), 0)::text AS indexes,
         coalesce((SELECT max(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid IN (SELECT oid FROM wanted)), 0)::text AS largest
  FROM wanted`;

const LOG_BYTES_MAX = `SELECT (pg_size_bytes(current_setting('max_wal_size')) + pg_size_bytes(current_setting('wal_keep_size')))::text AS bytes`;

export const postgresStorage = (sessions: PgSessions): Storage => ({
  disks: () => sessions.use(disks),
  databaseBytes: () => sessions.use(async (session) => Number((await session.one(DATABASE_BYTES))['bytes'])),
  tableSizes: (tables) => sessions.use((session) => tableSizes(session, tables)),
  logBytesMax: () => sessions.use(async (session) => Number((await session.one(LOG_BYTES_MAX))['bytes'])),
});

const tableSizes = async (session: PgSession, names: readonly TableName[]): Promise<TableSizes> => {
  const row = await session.one(TABLE_SIZES, [names.map(({schema}) => schema), names.map(({name}) => name)]);
  return {dataBytes: Number(row['data']), indexBytes: Number(row['indexes']), largestIndexBytes: Number(row['largest'])};
};

const disks = async (session: PgSession): Promise<readonly Disk[]> => {
  const {folder, id, tablespace} = await session.one(PLACE);
  if (!folder || !id || !(await isHere(folder, id))) return [];
  const [data, log] = [tablespace ? tablespace : join(folder, 'base'), join(folder, 'pg_wal')];
  const isOne = (await stat(data)).dev === (await stat(log)).dev;
  return isOne ? [await disk('data and log', data)] : [await disk('data', data), await disk('log', log)];
};

/**
 * A loopback address proves nothing: a tunnel or a container may be behind it. The server's control file begins with the
 * number that the server has just told us; where it cannot be read, the disks are somebody else's or not ours to see.
 */
const isHere = async (folder: string, id: string): Promise<boolean> => {
  try {
    return (await readFile(join(folder, 'global', 'pg_control'))).readBigUInt64LE(0).toString() === id;
  } catch {
    return false;
  }
};

const disk = async (holds: Disk['holds'], path: string): Promise<Disk> => {
  const {bavail, blocks, bsize} = await statfs(path);
  return {holds, freeBytes: bavail * bsize, totalBytes: blocks * bsize};
};
