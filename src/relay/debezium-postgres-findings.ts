/** What in a PostgreSQL source Debezium could not carry, or would break on (docs/decisions/0025). Asked before anything is made. */
import type {Database, Finding} from '../engine/engine.ts';
import {nameOf, type Table} from '../model/table.ts';
import {keyFault, publishedTable} from './connector-settings.ts';

const LIMITS = {limitMs: 10_000, rowsMax: 1000};
/** The first with column lists in publications. */
const COLUMN_LISTS = 150_000;

const DOMAINS_OVER_ENUMS = `SELECT format('%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_type base ON base.oid = t.typbasetype JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND base.typtype = 'e' ORDER BY 1`;
const FULL_IDENTITIES = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relreplident = 'f' ORDER BY 1, 2`;

export async function debeziumFindings(source: Database, tables: readonly Table[]): Promise<readonly Finding[]> {
  const [{version}, domains, identities] = [
    await source.identity(),
    await source.ask(DOMAINS_OVER_ENUMS, LIMITS),
    await source.ask(FULL_IDENTITIES, LIMITS),
  ];
  const full = new Set(identities.map(([schema, name]) => nameOf({schema: schema ?? '', name: name ?? ''})));
  return [
    ...domains.map(([name]) =>
      refusal(
        name ?? '',
        'is a domain over an enum, with which Debezium does not start at all',
        'replace it, or move the database without Kafka',
      ),
    ),
    ...tables.flatMap((table) => tableFindings(table, version, full.has(nameOf(table.name)))),
  ];
}

function tableFindings(table: Table, version: number, isFull: boolean): Finding[] {
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
  return [
    {
      severity: 'info',
      code: 'CF-RELAY-002',
      object: nameOf(table.name),
      reason: `has columns that Debezium does not carry (${columns}): each change of a row costs a read of it`,
      next: 'nothing; without Kafka there is no such read',
    },
  ];
}

const unpublished = (table: Table): readonly string[] => {
  const there = publishedTable(table).columns.map(({name}) => name);
  return table.columns.filter(({name, generated}) => !generated && !there.includes(name)).map(({name, type}) => `${name} ${type}`);
};

const OTHER_WAY = 'leave the table out of the plan, or move it without Kafka (relay: {kind: in-process})';
const refusal = (object: string, reason: string, next: string): Finding => ({
  severity: 'refuse',
  code: 'CF-RELAY-002',
  object,
  reason,
  next,
});
