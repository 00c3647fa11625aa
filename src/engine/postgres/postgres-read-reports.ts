import {type ReadTally, tallyOf} from '../../model/read-tally.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {ReadReports} from '../read-reports.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteName} from './postgres-sql.ts';

/** As `docs/dual-write.md` makes it; other columns may stand beside these when they have defaults. */
const COLUMNS = `
  SELECT coalesce(string_agg(a.attname || ' ' || format_type(a.atttypid, NULL), ', ' ORDER BY a.attname), '') AS columns,
    (SELECT string_agg(k.attname, ', ' ORDER BY array_position(i.indkey::int2[], k.attnum))
       FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND i.indisprimary) AS key,
    coalesce(has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'INSERT')
      AND has_table_privilege(r.oid, c.oid, 'UPDATE') AND has_schema_privilege(r.oid, c.relnamespace, 'USAGE'), false)::text AS may
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_roles r ON r.rolname = $3
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('router', 'connection', 'n', 'epoch') AND NOT a.attisdropped
  WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'r' GROUP BY c.oid, c.relnamespace, r.oid`;
const WANTED = 'connection integer, epoch bigint, n bigint, router uuid';

export class PostgresReadReports implements ReadReports {
  readonly #sessions: PgSessions;
  readonly #short: string;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#short = migration.short;
  }

  async outboxFault({schema, name}: TableName, role: string): Promise<string | undefined> {
    const {rows} = await this.#sessions.use((session) => session.query(COLUMNS, [schema, name, role]));
    const [row] = rows;
    if (!row) return 'is not there';
    if (row['columns'] !== WANTED) return `has not the columns ${WANTED}`;
    if (row['key'] !== 'router, connection') return 'has not the primary key (router, connection)';
    return row['may'] === 'true' ? undefined : `may not be read and written by ${role}`;
  }

  async allow(role: string): Promise<void> {
    await this.#sessions.use((session) =>
      session.query(`GRANT EXECUTE ON FUNCTION crossfade.report_reads(text, uuid, bigint, jsonb) TO ${quoteName(role)}`),
    );
  }

  async reports(version: number): Promise<readonly ReadTally[]> {
    const {rows} = await this.#sessions.use((session) =>
      session.query('SELECT tally::text FROM crossfade.read_report WHERE migration = $1 AND version = $2', [this.#short, version]),
    );
    return rows.map((row) => tallyOf(row['tally'] ?? '{}'));
  }
}
