/** What making and dropping a change stream sends, apart from who sends it: `plan` and `sql` show the same texts. */
import type {Direction} from '../../model/side.ts';
import type {Table} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {publicationName, slotName} from './postgres-names.ts';
import type {Sql} from './postgres-statement.ts';
import {ownRows, quoteName} from './postgres-sql.ts';

/** Slot creation and the barrier wait for open transactions; beyond this the blockers are named instead (H-64). */
export const OPEN_TRANSACTIONS_WAIT = '60s';
/** A sender ends as soon as it is told to. */
const SENDER_END_MS_MAX = 10_000;

/** Without those that inherit: one that is not moved may lack a key, and could not be updated any more (H-2). */
const published = (tables: readonly Table[]): string => [...tables.map(publishedRows), 'crossfade.tag'].join(', ');

const publishedRows = (table: Table): string =>
  table.isPartial ? `${ownRows(table)} (${table.columns.map(({name}) => quoteName(name)).join(', ')})` : ownRows(table);

export const createPublication = (migration: MigrationRef, tables: readonly Table[]): string =>
  `CREATE PUBLICATION ${quoteName(publicationName(migration))} FOR TABLE ${published(tables)} WITH (publish_via_partition_root = true)`;

/** For one of ours that a crash left behind. */
export const alterPublication = (migration: MigrationRef, tables: readonly Table[]): string =>
  `ALTER PUBLICATION ${quoteName(publicationName(migration))} SET TABLE ${published(tables)}`;

export const dropPublication = (migration: MigrationRef): string => `DROP PUBLICATION ${quoteName(publicationName(migration))}`;

export const limitSlotWait = `SET statement_timeout = '${OPEN_TRANSACTIONS_WAIT}'`;
export const endSlotWait = `SET statement_timeout = 0`;

export const createSlot = (migration: MigrationRef, direction: Direction): Sql => ({
  text: `SELECT lsn::text AS lsn FROM pg_create_logical_replication_slot($1, 'pgoutput')`,
  values: [slotName(migration, direction)],
});

export const dropSlot = (slot: string): Sql => ({text: `SELECT pg_drop_replication_slot($1)`, values: [slot]});

/** The new one stands where the other stands. Not without the record of the stream, which is the first to go when it is dropped. */
export const copySlot = (migration: MigrationRef, from: string, to: string): Sql => ({
  text: `SELECT pg_copy_logical_replication_slot($1, $2) FROM crossfade.stream WHERE migration = $3 AND lane = 'forward'`,
  values: [from, to, migration.short],
});

/** One statement, so that no reader that comes again finds none and makes one at the present. Nothing while somebody reads it. */
export const slotAnew = (slot: string, from: string): Sql => ({
  text: `SELECT CASE WHEN is_there THEN pg_drop_replication_slot($1) END, pg_copy_logical_replication_slot($2, $1)
         FROM (SELECT count(*) > 0 AS is_there, coalesce(bool_or(active), false) AS is_read FROM pg_replication_slots WHERE slot_name = $1) s WHERE NOT is_read`,
  values: [slot, from],
});

/** Nothing where it stands there already, or where it is of no use any more. */
export const advanceSlot = (slot: string, to: string): Sql => ({
  text: `SELECT pg_replication_slot_advance(slot_name, $2::pg_lsn) FROM pg_replication_slots
         WHERE slot_name = $1 AND database = current_database() AND NOT active AND wal_status IS DISTINCT FROM 'lost'
           AND confirmed_flush_lsn < $2::pg_lsn AND $2::pg_lsn <= pg_current_wal_flush_lsn()`,
  values: [slot, to],
});

export const endSender = (slot: string): Sql => ({
  text: `SELECT pg_terminate_backend(active_pid, ${SENDER_END_MS_MAX}) FROM pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL`,
  values: [slot],
});

export const startReplication = (migration: MigrationRef, direction: Direction, from: string): string =>
  `START_REPLICATION SLOT ${quoteName(slotName(migration, direction))} LOGICAL ${from} (proto_version '1', publication_names '${publicationName(migration)}', messages 'true')`;
