/** Schema files, statement by statement. Each commits with its record, so that a crash repeats none and skips none. */
import {createHash} from 'node:crypto';
import {errorText, TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {codeOf} from './postgres-errors.ts';
import {recordingObjects} from './postgres-schema-objects.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {openWriter, tagged} from './postgres-writer.ts';

/** Bodies of functions may name what comes later; names in them are looked up as an ordinary session would. */
export const SCHEMA_SETTINGS = `SELECT set_config('search_path', '"$user", public', false), set_config('check_function_bodies', 'off', false)`;

export type Statement = {readonly sql: string; readonly line: number; readonly tree: unknown};

type SchemaFile = {readonly file: string; readonly text: string; readonly stays: boolean};

export const runSchemaFile = async (
  sessions: PgSessions,
  migration: MigrationRef,
  {file, text, stays}: SchemaFile,
  signal: AbortSignal,
): Promise<{statements: number; ran: number}> => {
  const statements = await fileStatements(file, text);
  const session = await openWriter(sessions, migration, 'schema');
  let ran = 0;
  try {
    await session.query(SCHEMA_SETTINGS);
    for (const [place, statement] of statements.entries()) {
      signal.throwIfAborted();
      if (await runOnce(session, migration, {file, place, stays}, statement)) ran++;
    }
  } finally {
    await session.close();
  }
  return {statements: statements.length, ran};
};

/** Each statement is a transaction of its own, together with its record: one that ends transactions would take both apart. */
export const fileStatements = async (file: string, text: string): Promise<Statement[]> => {
  const statements = await splitStatements(file, text);
  const control = statements.find(({tree}) => typeof tree === 'object' && tree !== null && 'TransactionStmt' in tree);
  if (!control) return statements;
  throw new TerminalError(`${file}:${control.line} begins or ends a transaction`, {
    code: 'CF-TGT-004',
    next: 'leave BEGIN, COMMIT and the like out of schema files: every statement is committed with its record',
  });
};

/** The real parser of PostgreSQL finds where statements end; anything it does not know is refused before anything runs. */
export const splitStatements = async (file: string, text: string): Promise<Statement[]> => {
  const {parse} = await import('libpg-query');
  const bytes = Buffer.from(text, 'utf8');
  try {
    // With the line end an empty file is no error either: it has no statements.
    const tree = (await parse(`${text}\n`)) as {stmts?: {stmt?: unknown; stmt_location?: number; stmt_len?: number}[]};
    return (tree.stmts ?? []).map(({stmt: tree, stmt_location: from = 0, stmt_len: length}) => {
      const sql = bytes.subarray(from, length ? from + length : undefined).toString('utf8');
      return {
        tree,
        sql: sql.trim(),
        line: bytes.subarray(0, from).toString('utf8').split('\n').length + (/^\s*/.exec(sql)?.[0].split('\n').length ?? 1) - 1,
      };
    });
  } catch (error) {
    throw new TerminalError(`${file}${placeOf(error, text)} could not be read as SQL: ${errorText(error)}`, {
      code: 'CF-TGT-004',
      cause: error,
      next: 'psql commands (\\…) and COPY data are not SQL; keep them out of schema files',
    });
  }
};

/** The parser counts characters. */
const placeOf = (error: unknown, text: string): string => {
  const at = (error as {sqlDetails?: {cursorPosition?: unknown}}).sqlDetails?.cursorPosition;
  return typeof at === 'number' ? `:${text.slice(0, at).split('\n').length}` : '';
};

const runOnce = async (
  session: PgSession,
  migration: MigrationRef,
  {file, place, stays}: {file: string; place: number; stays: boolean},
  statement: Statement,
): Promise<boolean> => {
  const digest = createHash('sha256').update(statement.sql).digest('hex');
  const {rows} = await session.query(`SELECT digest FROM crossfade.schema_statement WHERE migration = $1 AND file = $2 AND place = $3`, [
    migration.short,
    file,
    place,
  ]);
  if (rows[0]) {
    if (rows[0]['digest'] === digest) return false;
    throw new TerminalError(`${file}:${statement.line} was run already and has changed since`, {
      code: 'CF-PLAN-002',
      next: 'restore the file, or abort and start again',
    });
  }
  const run = () =>
    tagged(session, migration, 'schema', async () => {
      await session.query(`INSERT INTO crossfade.schema_statement (migration, file, place, digest) VALUES ($1, $2, $3, $4)`, [
        migration.short,
        file,
        place,
        digest,
      ]);
      if (stays) await session.query(statement.sql);
      else await recordingObjects(session, migration, () => session.query(statement.sql));
    });
  try {
    await whileBusy(run);
  } catch (error) {
    if (NOT_OF_THE_FILE.has(codeOf(error) ?? '')) throw error;
    throw new TerminalError(`${file}:${statement.line} failed on the target: ${errorText(error)}`, {
      code: 'CF-TGT-004',
      cause: error,
      next: `correct that statement; those before it stay, so: crossfade resume`,
    });
  }
  return true;
};

/** Nothing in the file is wrong. */
const NOT_OF_THE_FILE: ReadonlySet<string> = new Set(['CF-DISK-002', 'CF-CONN-004']);

/** DDL that takes several locks can deadlock with the stream; either of the two is the victim, and both try again. */
const BUSY_ATTEMPTS_MAX = 20;
const whileBusy = async (run: () => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!BUSY.has(codeOf(error) ?? '') || attempt >= BUSY_ATTEMPTS_MAX) throw error;
    }
  }
};
const BUSY: ReadonlySet<string> = new Set(['40P01', '40001', '55P03']);
