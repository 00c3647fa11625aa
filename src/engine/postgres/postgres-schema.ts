import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, MigrationRef} from '../engine.ts';
import type {Schema, SchemaScript, SchemaStatement} from '../schema.ts';
import {truncate} from './postgres-copy-statements.ts';
import {dumpFindings, dumpSchema} from './postgres-dump.ts';
import {meaningOf} from './postgres-meaning.ts';
import {exportSchema} from './postgres-schema-export.ts';
import {fileStatements} from './postgres-schema-file.ts';
import {reshapeSchema} from './postgres-schema-reshape.ts';
import {BEGIN_TRIAL, NEXT_FILE, tryStatements} from './postgres-schema-trial.ts';
import {forbiddenOn} from './postgres-set-aside.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable} from './postgres-sql.ts';
import {openWriter, tagged} from './postgres-writer.ts';

export class PostgresSchema implements Schema {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  read(...[tables, schemas]: Parameters<Schema['read']>): ReturnType<Schema['read']> {
    return this.#sessions.use((session) => exportSchema(session, tables, schemas));
  }

  forbidden(tables: readonly Table[]): ReturnType<Schema['forbidden']> {
    return this.#sessions.use((session) => forbiddenOn(session, tables));
  }

  async roles(): Promise<readonly string[]> {
    const {rows} = await this.#sessions.use((session) => session.query(`SELECT rolname::text AS name FROM pg_roles ORDER BY 1`));
    return rows.map((row) => row['name'] ?? '');
  }

  /** Each part in settings of its own, as two files are run. */
  tryOut({preData, postData}: SchemaScript, signal: AbortSignal): ReturnType<Schema['tryOut']> {
    return this.#rolledBack(async (session) => {
      const failed = await tryStatements(session, preData, signal);
      await session.query(NEXT_FILE);
      return [...failed, ...(await tryStatements(session, postData, signal))];
    });
  }

  async statements(file: string, text: string): Promise<readonly SchemaStatement[]> {
    const found = await fileStatements(file, text);
    return found.map(({sql, line}) => ({object: `${file}:${line}`, sql, roles: [], isOptional: false}));
  }

  reshaped(...[script, tables, reshapes, signal]: Parameters<Schema['reshaped']>): ReturnType<Schema['reshaped']> {
    return this.#rolledBack((session) => reshapeSchema(session, script, tables, reshapes, signal));
  }

  async isBegun(migration: string): Promise<boolean> {
    const {rows} = await this.#sessions.use((session) => session.query(`SELECT to_regclass('crossfade.lease')::text AS control`));
    if (!rows[0]?.['control']) return false;
    const row = await this.#sessions.use((session) => session.one(BEGUN, [migration]));
    return row['begun'] === 'true';
  }

  async #rolledBack<T>(act: (session: PgSession) => Promise<T>): Promise<T> {
    const session = await this.#sessions.open('schema trial');
    try {
      await session.query(BEGIN_TRIAL);
      const answer = await act(session);
      await session.query('ROLLBACK');
      return answer;
    } finally {
      await session.close();
    }
  }

  meaning(sql: string): Promise<string> {
    return meaningOf(sql);
  }

  async dumpFindings(): Promise<readonly Finding[]> {
    const {version} = await this.#sessions.use((session) => session.one(`SELECT current_setting('server_version_num') AS version`));
    return dumpFindings(Number(version));
  }

  async dump(tables: readonly Table[]): Promise<SchemaScript> {
    const schemas = [...new Set(tables.map((table) => table.name.schema))];
    const moved = new Set(tables.flatMap((table) => [table.name, ...table.partitions]).map(nameOf));
    const {rows} = await this.#sessions.use((session) => session.query(RELATIONS, [schemas]));
    const named = (kind: string): TextRow[] => rows.filter((row) => row['kind'] === kind);
    return dumpSchema(this.#sessions.options, {
      tables,
      filled: named('filled').map((row) => row['quoted'] ?? ''),
      others: named('table')
        .filter((row) => !moved.has(row['name'] ?? ''))
        .map((row) => row['quoted'] ?? ''),
    });
  }

  async keep(name: string, text: string): Promise<string> {
    await this.#write((session) =>
      session.query(`INSERT INTO crossfade.schema_text (migration, name, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
        this.#migration.short,
        name,
        text,
      ]),
    );
    return (await this.kept(name)) ?? text;
  }

  async kept(name: string): Promise<string | undefined> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT body FROM crossfade.schema_text WHERE migration = $1 AND name = $2`, [this.#migration.short, name]),
    );
    return rows[0]?.['body'] ?? undefined;
  }

  async empty(tables: readonly Table[]): Promise<void> {
    if (!tables.length) return;
    await this.#write(async (session) => {
      const row = await session.one(REFERENCED_FROM_OUTSIDE, [
        tables.flatMap((table) => [table.name, ...table.partitions]).map(quoteTable),
      ]);
      for (const statement of emptyTables(tables, row['referenced'] === 'true')) await session.query(statement);
    });
  }

  async #write(act: (session: PgSession) => Promise<unknown>): Promise<void> {
    const session = await openWriter(this.#sessions, this.#migration, 'schema');
    try {
      await tagged(session, this.#migration, 'schema', () => act(session));
    } finally {
      await session.close();
    }
  }
}

/** Materialised views that have rows, and every table. */
const RELATIONS = `
  SELECT CASE relkind WHEN 'm' THEN 'filled' ELSE 'table' END AS kind, format('%I.%I', n.nspname, c.relname) AS quoted, n.nspname || '.' || c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1) AND (c.relkind IN ('r', 'p') OR c.relkind = 'm' AND c.relispopulated)`;

/** A table that others refer to cannot be truncated without them. */
export const emptyTables = (tables: readonly Table[], isReferenced: boolean): string[] =>
  isReferenced ? tables.map((table) => `DELETE FROM ${quoteTable(table.name)}`) : [truncate(tables)];

const BEGUN = `
  SELECT EXISTS (SELECT FROM crossfade.schema_statement s JOIN crossfade.lease l ON l.migration = s.migration WHERE l.name = $1 AND NOT l.finished)::text AS begun`;

const REFERENCED_FROM_OUTSIDE = `
  WITH mine AS (SELECT name::regclass::oid AS oid FROM unnest($1::text[]) AS wanted(name))
  SELECT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM mine) AND k.conrelid NOT IN (SELECT oid FROM mine))::text AS referenced`;
