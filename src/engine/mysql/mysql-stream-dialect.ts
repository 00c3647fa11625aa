/** How MySQL and MariaDB differ for a reader of their binary logs: the names of places, and how one is asked for. */
import type {Position} from '../../model/position.ts';
import {COLLATIONS, SHARED_COLLATIONS, SINGLE_BYTE_CHARSETS, singleByteTables, type CharsetFacts} from './mysql-charsets.ts';
import {dumpOfGtids, dumpOfSession, FILE_START} from './mysql-dump-command.ts';
import type {Flavour, FlavourName} from './mysql-flavour.ts';
import {toPosition} from './mysql-position.ts';
import type {MySession} from './mysql-session.ts';

export type DumpSettings = {readonly identity: string; readonly heartbeatMs: number};

export type StreamDialect = {
  /** Transactions are told as executed only when every read sees them; else a commit of our own has to come between. */
  readonly executedIsVisible: boolean;
  /** Transactions that the log no longer has. */
  purged(session: MySession): Promise<Position>;
  /** Transactions that stand in files before this one. */
  before(session: MySession, file: string): Promise<Position>;
  readonly collations: readonly string[];
  /** In the log, spatial columns count among those with a collation. */
  readonly spatialIsText: boolean;
  prepareDump(from: Position, settings: DumpSettings): readonly string[];
  dumpCommand(serverId: number, from: Position): Buffer;
};

/** Texts are numbers, identifiers of ours and GTIDs, which have no quotes. */
const common = ({heartbeatMs}: DumpSettings): readonly string[] => [
  `SET @master_binlog_checksum = @@global.binlog_checksum`,
  `SET @master_heartbeat_period = ${heartbeatMs * 1_000_000}`,
];

const mysql: StreamDialect = {
  executedIsVisible: true,
  purged: async (session) => toPosition((await session.one(`SELECT @@global.gtid_purged AS purged`))['purged'] ?? ''),
  before: async (session, file) => {
    const {rows} = await session.query('SHOW BINLOG EVENTS IN ? LIMIT 3', [file]);
    return toPosition(rows.find((row) => row['Event_type'] === 'Previous_gtids')?.['Info'] ?? '');
  },
  collations: [COLLATIONS],
  spatialIsText: false,
  prepareDump: (_, settings) => [
    ...common(settings),
    `SET @source_binlog_checksum = @@global.binlog_checksum`,
    `SET @source_heartbeat_period = ${settings.heartbeatMs * 1_000_000}`,
    `SET @replica_uuid = '${settings.identity}'`,
    `SET @slave_uuid = '${settings.identity}'`,
  ],
  dumpCommand: (serverId, from) => dumpOfGtids(serverId, from),
};

/** It knows GTIDs of its own kind, and that readers wait for gaps to be filled. */
const MARIADB_CAPABILITY = 4;

const beforeFile: StreamDialect['before'] = async (session, file) => {
  const {before} = await session.one(`SELECT BINLOG_GTID_POS(?, ${FILE_START}) AS \`before\``, [file]);
  return toPosition(before ?? '');
};

const mariadb: StreamDialect = {
  executedIsVisible: false,
  purged: async (session) => {
    const {rows} = await session.query('SHOW BINARY LOGS');
    return beforeFile(session, rows[0]?.['Log_name'] ?? '');
  },
  before: beforeFile,
  collations: [COLLATIONS, SHARED_COLLATIONS],
  spatialIsText: true,
  prepareDump: (from, settings) => [
    ...common(settings),
    `SET @mariadb_slave_capability = ${MARIADB_CAPABILITY}`,
    `SET @slave_connect_state = '${from}'`,
    `SET @slave_gtid_strict_mode = 1`,
    `SET @slave_gtid_ignore_duplicates = 0`,
  ],
  dumpCommand: (serverId) => dumpOfSession(serverId),
};

export const DIALECTS: Readonly<Record<FlavourName, StreamDialect>> = {mysql, mariadb};

export const streamDialect = ({name}: Flavour): StreamDialect => DIALECTS[name];

/** What the server says of its character sets. */
export const charsetFacts = async (session: MySession): Promise<CharsetFacts> => {
  const collations: {id: number; charset: string}[] = [];
  for (const sql of streamDialect(session.flavour).collations) {
    const {rows} = await session.query(sql);
    for (const {id, charset} of rows) if (id && charset) collations.push({id: Number(id), charset});
  }
  const {rows} = await session.query(SINGLE_BYTE_CHARSETS);
  const charsets = rows.map(({charset}) => charset ?? '');
  const tables = await session.one(singleByteTables(charsets));
  return {collations, tables: new Map(charsets.map((charset) => [charset, tables[charset] ?? '']))};
};
