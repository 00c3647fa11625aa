import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, MigrationRef} from '../engine.ts';
import type {Schema, SchemaScript, SchemaStatement} from '../schema.ts';
import {dumpFindings, dumpSchema} from './postgres-dump.ts';
import {isPassing} from './postgres-errors.ts';
import {meaningOf} from './postgres-meaning.ts';
import {exportSchema} from './postgres-schema-export.ts';
import {SCHEMA_SETTINGS} from './postgres-schema-file.ts';
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

  read(tables: readonly Table[]): ReturnType<Schema['read']> {
    return this.#sessions.use((session) => exportSchema(session, tables));
  }

  forbidden(tables: readonly Table[]): ReturnType<Schema['forbidden']> {
    return this.#sessions.use((session) => forbiddenOn(session, tables));
  }

  async roles(): Promise<readonly string[]> {
    const {rows} = await this.#sessions.use((session) => session.query(`SELECT rolname::text AS name FROM pg_roles ORDER BY 1`));
    return rows.map((row) => row['name'] ?? '');
  }

  /** Statements that need a failed one fail as well; the first reason is the one that helps. */
  async tryOut({preData, postData}: SchemaScript, signal: AbortSignal): ReturnType<Schema['tryOut']> {
    const session = await this.#sessions.open('schema trial');
    try {
      await session.query(`BEGIN; ${SCHEMA_SETTINGS}`);
      const failed: {statement: SchemaStatement; reason: string}[] = [];
      for (const statement of [...preData, ...postData]) {
        signal.throwIfAborted();
        const reason = await tryOne(session, statement.sql);
        if (reason !== undefined) failed.push({statement, reason});
      }
      await session.query('ROLLBACK');
      return failed;
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
    const names = tables.map((table) => quoteTable(table.name));
    await this.#write(async (session) => {
      const row = await session.one(REFERENCED_FROM_OUTSIDE, [
        tables.flatMap((table) => [table.name, ...table.partitions]).map(quoteTable),
      ]);
      // A table that others refer to cannot be truncated without them.
      const statements = row['referenced'] === 'true' ? names.map((name) => `DELETE FROM ${name}`) : [`TRUNCATE ${names.join(', ')}`];
      for (const statement of statements) await session.query(statement);
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

const REFERENCED_FROM_OUTSIDE = `
  WITH mine AS (SELECT name::regclass::oid AS oid FROM unnest($1::text[]) AS wanted(name))
  SELECT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM mine) AND k.conrelid NOT IN (SELECT oid FROM mine))::text AS referenced`;

/** Undefined when the server accepts it. What may pass by itself says nothing about the statement. */
const tryOne = async (session: PgSession, sql: string): Promise<string | undefined> => {
  await session.query('SAVEPOINT one');
  try {
    await session.query(sql);
    await session.query('RELEASE SAVEPOINT one');
    return undefined;
  } catch (error) {
    if (isPassing(error)) throw error;
    await session.query('ROLLBACK TO SAVEPOINT one');
    return error instanceof Error ? error.message : String(error);
  }
};
