/**
 * Crossfade's own tables on a MySQL or MariaDB side. Several migrations share them; `migration` is the short id. Statement
 * by statement, each of which may be repeated, because each commits by itself. Moments are UTC, in columns without a zone.
 */
import {FENCE_SCHEMA} from './mysql-fence-schema.ts';
import {CONTROL_SCHEMA_NAME, REPORT_TABLE, ROUTE_TABLE, TOKEN_TABLE} from './mysql-names.ts';

const table = (name: string, columns: string): string =>
  `CREATE TABLE IF NOT EXISTS ${CONTROL_SCHEMA_NAME}.${name} (${columns}) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;

/** Of our own tables: as long as a name can be. */
const TABLE_NAME = 'table_schema varchar(64), table_name varchar(64)';

/** What a stream and its reader need. */
export const STREAM_SCHEMA: readonly string[] = [
  `CREATE DATABASE IF NOT EXISTS ${CONTROL_SCHEMA_NAME} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
  // The first row that a transaction of ours changes: whoever reads the log knows it by that (H-59).
  table('tag', 'migration varchar(16), lane varchar(64), n bigint NOT NULL, PRIMARY KEY (migration, lane)'),
  // Rows are written again and again, so that there are only so many; `n` makes each time a change. Without a content it is a barrier.
  table('mark', 'migration varchar(16), place int, n bigint NOT NULL, content longtext, PRIMARY KEY (migration, place)'),
  table(
    'stream',
    'migration varchar(16), lane varchar(64), created_at longtext NOT NULL, system_id varchar(255) NOT NULL, tables longtext NOT NULL, shape longtext NOT NULL, PRIMARY KEY (migration, lane)',
  ),
];

export const CONTROL_SCHEMA: readonly string[] = [
  ...STREAM_SCHEMA,
  ...FENCE_SCHEMA,
  // `session` is the server's number of the session that holds the lock, `role` its account without the host.
  table(
    'lease',
    `migration varchar(16) PRIMARY KEY, migration_id varchar(64) NOT NULL, name longtext NOT NULL, epoch bigint NOT NULL, holder longtext NOT NULL,
     since datetime(6) NOT NULL, role varchar(255) NOT NULL, secret varchar(64) NOT NULL, finished boolean NOT NULL DEFAULT false`,
  ),
  table(
    'progress',
    'migration varchar(16), lane varchar(64), epoch bigint NOT NULL, pos longtext NOT NULL, commit_seq bigint NOT NULL, updated_at datetime(6) NOT NULL, PRIMARY KEY (migration, lane)',
  ),
  table(
    'chunk',
    `migration varchar(16), id int, ${TABLE_NAME}, after_key longtext, to_key longtext, state varchar(8) NOT NULL DEFAULT 'open', epoch bigint NOT NULL,
     end_pos longtext, rows_written bigint, PRIMARY KEY (migration, id)`,
  ),
  // A key may be longer than an index takes.
  table(
    'reread',
    `migration varchar(16), ${TABLE_NAME}, digest char(64), key_values longtext NOT NULL, PRIMARY KEY (migration, table_schema, table_name, digest)`,
  ),
  table(
    'parked',
    `migration varchar(16), ${TABLE_NAME}, digest char(64), key_values longtext NOT NULL, reason longtext NOT NULL, at datetime(6) NOT NULL, PRIMARY KEY (migration, table_schema, table_name, digest)`,
  ),
  // Of re-reads; the ends of chunks are with the chunks. Which of two positions is the later one only the sending side can tell.
  table(
    'replay_window',
    `migration varchar(16), ${TABLE_NAME}, end_pos longtext NOT NULL, PRIMARY KEY (migration, table_schema, table_name)`,
  ),
  table(
    ROUTE_TABLE,
    `migration varchar(16) PRIMARY KEY, name longtext NOT NULL, epoch bigint NOT NULL, version bigint NOT NULL, side varchar(8) NOT NULL,
     state varchar(8) NOT NULL, hold_until datetime(6), read_percent int NOT NULL DEFAULT 0, shadow_percent int`,
  ),
  // `token` is random; an application may insert and read, and nothing else.
  table(
    TOKEN_TABLE,
    'migration varchar(16) NOT NULL, attempt bigint NOT NULL, token char(36) PRIMARY KEY, client int NOT NULL, seq bigint NOT NULL, written_at datetime(6) NOT NULL DEFAULT current_timestamp(6)',
  ),
  table(
    'journal',
    'migration varchar(16), seq bigint, hash varchar(255) NOT NULL, body longtext NOT NULL, history varchar(255), PRIMARY KEY (migration, seq)',
  ),
  // `done` is false from before a statement that commits by itself until it has returned.
  table(
    'schema_statement',
    'migration varchar(16), file varchar(255), place int, digest char(64) NOT NULL, done boolean NOT NULL, PRIMARY KEY (migration, file, place)',
  ),
  // What Crossfade made of the schema, and how what was set aside is put back.
  table('schema_text', 'migration varchar(16), name varchar(64), body longtext NOT NULL, PRIMARY KEY (migration, name)'),
  // What routers say of the reads of an application. MariaDB asks for SELECT where a row is written anew.
  table(
    REPORT_TABLE,
    'migration varchar(16), router char(36), version bigint, tally longtext NOT NULL CHECK (json_valid(tally)), PRIMARY KEY (migration, router, version)',
  ),
  table(
    'schema_object',
    'migration varchar(16), n int, kind varchar(16) NOT NULL, object_schema varchar(64) NOT NULL, object_name varchar(64) NOT NULL, on_table varchar(64), PRIMARY KEY (migration, n)',
  ),
];

/** A route that an earlier version has made lacks it. In front of the rest: whoever finds all tables asks no further. */
export const SHADOW_PERCENT = `ALTER TABLE ${CONTROL_SCHEMA_NAME}.${ROUTE_TABLE} ADD COLUMN shadow_percent int`;

/** All that has rows of a migration. */
export const CONTROL_TABLES = CONTROL_SCHEMA.flatMap((statement) => /TABLE IF NOT EXISTS \w+\.(\w+)/.exec(statement)?.[1] ?? []);
