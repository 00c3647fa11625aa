/** What in a PostgreSQL source Debezium could not carry, or would break on (docs/decisions/0025). Asked before anything is made. */
import type {Database, Finding} from '../engine/engine.ts';
import {nameOf, type Table} from '../model/table.ts';
import {refusal} from './debezium-refusal.ts';
import {keyFault, publishedTable} from './postgres-connector.ts';

const LIMITS = {limitMs: 10_000, rowsMax: 1000};
/** The first with column lists in publications. */
const COLUMN_LISTS = 150_000;

const DOMAINS_OVER_ENUMS = `SELECT format('%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_type base ON base.oid = t.typbasetype JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND base.typtype = 'e' ORDER BY 1`;
/** An UPDATE is refused by the server where its publication leaves out a column that identifies the row. */
const IDENTITY_COLUMNS = `SELECT n.nspname, c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) WHERE i.indisreplident ORDER BY 1, 2, 3`;
const FULL_IDENTITIES = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relreplident = 'f' ORDER BY 1, 2`;

/** The connector's, and the one that keeps what it may lose. */
const SLOTS = 2;
const FREE_SLOTS = `SELECT (current_setting('max_replication_slots')::int - count(*))::text FROM pg_replication_slots HAVING count(*) FILTER (WHERE database = current_database() AND slot_name ~ '^crossfade_.*_kept$') = 0`;

export async function debeziumFindings(source: Database, tables: readonly Table[]): Promise<readonly Finding[]> {
  const [{version}, domains, identities, columns, slots] = [
    await source.identity(),
    await source.ask(DOMAINS_OVER_ENUMS, LIMITS),
    await source.ask(FULL_IDENTITIES, LIMITS),
    await source.ask(IDENTITY_COLUMNS, LIMITS),
    await source.ask(FREE_SLOTS, LIMITS),
  ];
  const full = new Set(identities.map(([schema, name]) => named(schema, name)));
  const identifies = Map.groupBy(columns, ([schema, name]) => named(schema, name));
  return [
    ...slots.flatMap(([free]) => (Number(free) < SLOTS ? [tooFewSlots(Number(free))] : [])),
    ...domains.map(([name]) =>
      refusal(
        name ?? '',
        'is a domain over an enum, with which Debezium does not start at all',
        'replace it, or move the database without Kafka',
      ),
    ),
    ...tables.flatMap((table) => {
      const name = nameOf(table.name);
      const identity = (identifies.get(name) ?? []).map(([, , column]) => column ?? '');
      return tableFindings(table, {version, isFull: full.has(name), identity});
    }),
  ];
}

const tooFewSlots = (free: number): Finding => ({
  severity: 'refuse',
  code: 'CF-SRC-002',
  object: 'source server',
  reason: `has ${free} free replication slots, and a stream through Kafka needs ${SLOTS}`,
  next: 'raise max_replication_slots (restart needed), or drop a slot that nobody uses',
});

const named = (schema: string | null | undefined, name: string | null | undefined): string =>
  nameOf({schema: schema ?? '', name: name ?? ''});

type Known = {readonly version: number; readonly isFull: boolean; readonly identity: readonly string[]};

function tableFindings(table: Table, {version, isFull, identity}: Known): Finding[] {
  const refused = (reason: string): Finding => refusal(nameOf(table.name), reason, OTHER_WAY);
  const fault = keyFault(table);
  if (fault !== undefined) return [refused(fault)];
  const left = unpublished(table);
  if (!left.length) return [];
  const columns = left.join(', ');
  if (version < COLUMN_LISTS)
    return [
      refused(
        `has columns that Debezium does not carry (${columns}), and only PostgreSQL 15 and later can leave columns out of a publication`,
      ),
    ];
  if (isFull)
    return [
      refused(
        `has REPLICA IDENTITY FULL and columns that Debezium does not carry (${columns}): left out of the publication they would make the application's own UPDATE fail`,
      ),
    ];
  const unknown = identity.find((column) => left.some((one) => one.startsWith(`${column} `)));
  if (unknown !== undefined)
    return [
      refused(
        `is identified by ${unknown}, which Debezium does not carry: left out of the publication it would make the application's own UPDATE fail`,
      ),
    ];
  return [
    {
      severity: 'info',
      code: 'CF-RELAY-002',
      object: nameOf(table.name),
      reason: `has columns that Debezium does not carry (${columns}): each change of a row costs a read of it, and the changes behind it wait for that`,
      next: 'nothing; without Kafka there is no such read',
    },
  ];
}

const unpublished = (table: Table): readonly string[] => {
  const there = publishedTable(table).columns.map(({name}) => name);
  return table.columns.filter(({name, generated}) => !generated && !there.includes(name)).map(({name, type}) => `${name} ${type}`);
};

const OTHER_WAY = 'leave the table out of the plan, or move it without Kafka (relay: {kind: in-process})';
