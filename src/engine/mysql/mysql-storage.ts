/**
 * The room of a MySQL or MariaDB server, and what tables take of it. Sizes are those of InnoDB's files where the account
 * may see them (PROCESS), so they are exact to what the server has reserved; else InnoDB's estimates, which are as old as
 * the last tenth of the rows, and follow a load some ten seconds later. How much of it are indexes is always estimated.
 */
import {createReadStream} from 'node:fs';
import {readFile, stat, statfs} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import type {TableName} from '../../model/table.ts';
import type {Disk, Storage, TableSizes} from '../storage.ts';
import type {FlavourName} from './mysql-flavour.ts';
import {bytesOf, logFiles} from './mysql-log-files.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import {readAccount} from './mysql-privileges.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';

type Dialect = {
  readonly tablespaces: string;
  /** As it stands in a tablespace's name. */
  fileName(name: string): string;
  readonly redoBytes: string;
  /** Zero where it has no limit. */
  readonly binlogBytesMax: string;
  /** What the server says of itself that also stands in its folder; undefined: it says nothing. */
  readonly proof: string;
  isProof(folders: Folders, proof: string): Promise<boolean>;
};

type Folders = {readonly data: string; readonly redo: string};

const DIALECTS: Readonly<Record<FlavourName, Dialect>> = {
  mysql: {
    tablespaces: 'innodb_tablespaces',
    fileName: quoteValue,
    redoBytes: '@@global.innodb_redo_log_capacity',
    binlogBytesMax: '0',
    proof: 'SELECT @@global.server_uuid AS proof',
    isProof: async ({data}, proof) =>
      new RegExp(`^server-uuid\\s*=\\s*${proof}\\s*$`, 'm').test(await readFile(join(data, 'auto.cnf'), 'utf8')),
  },
  // Its own number comes from the machine and the port, and stands nowhere; the place up to which it has written its pages does.
  mariadb: {
    tablespaces: 'innodb_sys_tablespaces',
    fileName: (name) => `CAST(CONVERT(${quoteValue(name)} USING filename) AS BINARY)`,
    redoBytes: '@@global.innodb_log_file_size',
    binlogBytesMax: `coalesce((SELECT variable_value FROM information_schema.global_variables WHERE variable_name = 'max_binlog_total_size'), 0)`,
    proof: `SELECT variable_value AS proof FROM information_schema.global_status WHERE variable_name = 'innodb_lsn_last_checkpoint'`,
    isProof: async ({redo}, proof) => (await checkpoints(join(redo, 'ib_logfile0'))).includes(proof),
  },
};

const dialectOf = ({flavour}: MySession): Dialect => DIALECTS[flavour.name];

export const mysqlStorage = (sessions: MySessions): Storage => ({
  disks: () => sessions.use(disks),
  databaseBytes: () => sessions.use(databaseBytes),
  tableSizes: (tables) => sessions.use((session) => tableSizes(session, tables)),
  logBytesMax: () => sessions.use(logBytesMax),
});

const maySeeFiles = async (session: MySession): Promise<boolean> => (await readAccount(session)).holdsOne(['PROCESS']);

const fileBytes = async (session: MySession, where = 'TRUE'): Promise<number> => {
  const {tablespaces} = dialectOf(session);
  const {bytes} = await session.one(`SELECT coalesce(sum(file_size), 0) AS bytes FROM information_schema.${tablespaces} WHERE ${where}`);
  return Number(bytes);
};

/** What the tables take that are not the server's own or ours, as exactly as the account may see it. */
export const movableBytes = async (session: MySession): Promise<number> => {
  const {bytes} = await session.one(
    `SELECT coalesce(sum(data_length + index_length), 0) AS bytes FROM information_schema.tables WHERE NOT ${ownSchemas('table_schema')}`,
  );
  if (!(await maySeeFiles(session))) return Number(bytes);
  // A table that shares a file with others has no name with a slash.
  return Math.max(Number(bytes), await fileBytes(session, `name LIKE '%/%' AND NOT ${ownSchemas(`substring_index(name, '/', 1)`)}`));
};

/** The binary log is kept by rules of the server's own, whoever reads it: it counts as well. */
const databaseBytes = async (session: MySession): Promise<number> => {
  const log = bytesOf(await logFiles(session));
  if (await maySeeFiles(session)) return log + (await fileBytes(session));
  const {bytes} = await session.one('SELECT coalesce(sum(data_length + index_length), 0) AS bytes FROM information_schema.tables');
  return log + Number(bytes);
};

const tableSizes = async (session: MySession, names: readonly TableName[]): Promise<TableSizes> => {
  if (!names.length) return {dataBytes: 0, indexBytes: 0, largestIndexBytes: 0};
  const wanted = names.map(({schema, name}) => `(${quoteValue(schema)}, ${quoteValue(name)})`).join(', ');
  const row = await session.one(
    `SELECT coalesce(sum(data_length), 0) AS data, coalesce(sum(index_length), 0) AS indexes, coalesce(max(index_length), 0) AS largest
       FROM information_schema.tables WHERE (table_schema, table_name) IN (${wanted})`,
  );
  const [dataBytes, indexBytes] = [Number(row['data']), Number(row['indexes'])];
  const files = (await maySeeFiles(session)) ? await fileBytes(session, isOneOf(session, names)) : 0;
  // Of one index the server tells only those who may read its own statistics: all those of a table stand for it.
  return {dataBytes: Math.max(dataBytes, files - indexBytes), indexBytes, largestIndexBytes: Number(row['largest'])};
};

/** A partition's file is named after its table. */
const isOneOf = (session: MySession, names: readonly TableName[]): string => {
  const {fileName} = dialectOf(session);
  const files = names.map(({schema, name}) => `concat(${fileName(schema)}, '/', ${fileName(name)})`);
  return `substring_index(substring_index(name, '#p#', 1), '#P#', 1) IN (${files.join(', ')})`;
};

/** Without a limit by size the binary log is as large as what is written until its files are old enough. */
const logBytesMax = async (session: MySession): Promise<number> => {
  const {redoBytes, binlogBytesMax} = dialectOf(session);
  const row = await session.one(`SELECT ${redoBytes} AS redo, @@global.log_bin AS has_log, ${binlogBytesMax} AS most`);
  if (row['has_log'] !== '1') return Number(row['redo']);
  return Number(row['redo']) + (Number(row['most']) || Number.POSITIVE_INFINITY);
};

const disks = async (session: MySession): Promise<readonly Disk[]> => {
  const row = await session.one(
    'SELECT @@global.datadir AS data, @@global.innodb_log_group_home_dir AS redo, @@global.log_bin_basename AS log',
  );
  const data = row['data'] ?? '';
  const redo = resolve(data, row['redo'] ?? '.');
  if (!(await isHere(session, {data, redo}))) return [];
  const log = row['log'] ? resolve(data, dirname(row['log'])) : redo;
  const isOne = (await stat(data)).dev === (await stat(log)).dev;
  return isOne ? [await disk('data and log', data)] : [await disk('data', data), await disk('log', log)];
};

const PROOFS_MAX = 3;

/**
 * A loopback address proves nothing: a tunnel or a container may be behind it. Asked again, because the server moves on;
 * where the folder cannot be read, the disks are somebody else's or not ours to see.
 */
export const isHere = async (session: MySession, folders: Folders): Promise<boolean> => {
  const {proof, isProof} = dialectOf(session);
  try {
    for (let asked = 0; asked < PROOFS_MAX; asked++) {
      const told = (await session.one(proof))['proof'];
      if (told && (await isProof(folders, told))) return true;
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
  return false;
};

/** Two, written in turns, since 10.8: eight bytes each. */
const CHECKPOINTS_AT = [4096, 8192] as const;

const checkpoints = async (path: string): Promise<readonly string[]> => {
  const [first, last] = CHECKPOINTS_AT;
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(path, {start: first, end: last + 7})) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  return CHECKPOINTS_AT.map((at) => at - first).flatMap((at) => (bytes.length >= at + 8 ? [bytes.readBigUInt64BE(at).toString()] : []));
};

const disk = async (holds: Disk['holds'], path: string): Promise<Disk> => {
  const {bavail, blocks, bsize} = await statfs(path);
  return {holds, freeBytes: bavail * bsize, totalBytes: blocks * bsize};
};
