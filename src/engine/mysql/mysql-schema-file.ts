/**
 * Schema files, statement by statement. What changes rows commits with its record. DDL commits by itself, so it is noted
 * before as begun and afterwards as done; one that was begun and not done is run again, and an answer that says it is there
 * already then means that it had worked, because the server does each DDL statement whole or not at all.
 */
import {createHash} from 'node:crypto';
import {isCoded, TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {isPassing, numberOf} from './mysql-errors.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {createdBy, isThere, noteObject} from './mysql-schema-objects.ts';
import {type ScriptStatement, scriptStatements} from './mysql-script.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';
import {openWriter, tagged} from './mysql-writer.ts';

const STATEMENT = `${CONTROL_SCHEMA_NAME}.schema_statement`;

type SchemaFile = {readonly file: string; readonly text: string; readonly stays: boolean};
type Place = {readonly file: string; readonly place: number; readonly digest: string; readonly stays: boolean};

export const runSchemaFile = async (
  sessions: MySessions,
  migration: MigrationRef,
  {file, text, stays}: SchemaFile,
  signal: AbortSignal,
): Promise<{statements: number; ran: number}> => {
  const statements = fileStatements(file, text);
  const session = await openWriter(sessions, migration, 'schema');
  let ran = 0;
  try {
    for (const [place, statement] of statements.entries()) {
      signal.throwIfAborted();
      const digest = createHash('sha256').update(statement.sql).digest('hex');
      if (await runOnce(session, migration, {file, place, digest, stays}, statement)) ran++;
    }
  } finally {
    await session.close();
  }
  return {statements: statements.length, ran};
};

const fileStatements = (file: string, text: string): ScriptStatement[] => {
  const statements = scriptStatements(text);
  const control = statements.find(({kind}) => kind === 'transaction');
  if (!control) return statements;
  throw new TerminalError(`${file}:${control.line} begins or ends a transaction, or locks tables`, {
    code: 'CF-TGT-004',
    next: 'leave START TRANSACTION, COMMIT, LOCK TABLES and the like out of schema files: every statement is committed with its record',
  });
};

/** False of one that was run before, and of what only the session hears. */
const runOnce = async (session: MySession, migration: MigrationRef, place: Place, statement: ScriptStatement): Promise<boolean> => {
  try {
    if (statement.kind === 'session') {
      await session.query(statement.sql);
      return false;
    }
    const state = await stateOf(session, migration, place, statement);
    if (state === 'done') return false;
    if (statement.kind === 'rows')
      await tagged(session, migration, 'schema', async () => {
        await note(session, migration, place, true);
        await session.query(statement.sql);
      });
    else await runDdl(session, migration, place, statement, state);
    return true;
  } catch (error) {
    if (isCoded(error) || isPassing(error)) throw error;
    throw new TerminalError(
      `${place.file}:${statement.line} failed on the target: ${error instanceof Error ? error.message : String(error)}`,
      {code: 'CF-TGT-004', cause: error, next: 'correct that statement; those before it stay, so: crossfade resume'},
    );
  }
};

type State = 'new' | 'begun' | 'done';

const stateOf = async (
  session: MySession,
  {short}: MigrationRef,
  {file, place, digest}: Place,
  {line}: ScriptStatement,
): Promise<State> => {
  const {rows} = await session.query(
    `SELECT digest, done FROM ${STATEMENT} WHERE migration = ${quoteValue(short)} AND file = ${quoteValue(file)} AND place = ${place}`,
  );
  const [row] = rows;
  if (!row) return 'new';
  if (row['done'] !== '1') return row['digest'] === digest ? 'begun' : 'new';
  if (row['digest'] === digest) return 'done';
  throw new TerminalError(`${file}:${line} was run already and has changed since`, {
    code: 'CF-PLAN-002',
    next: 'restore the file, or abort and start again',
  });
};

const note = (session: MySession, {short}: MigrationRef, {file, place, digest}: Place, isDone: boolean) =>
  session.query(
    `REPLACE INTO ${STATEMENT} (migration, file, place, digest, done) VALUES (${[short, file].map(quoteValue).join(', ')}, ${place}, '${digest}', ${isDone})`,
  );

const runDdl = async (session: MySession, migration: MigrationRef, place: Place, {sql}: ScriptStatement, state: State): Promise<void> => {
  if (state === 'new') {
    await noteCreated(session, migration, place, sql);
    await note(session, migration, place, false);
  }
  try {
    await session.query(sql);
  } catch (error) {
    const answer = numberOf(error);
    const isThereAlready = state === 'begun' && WORKED_BEFORE.has(answer ?? 0);
    // Without an answer of the server it stays begun.
    if (answer !== undefined && !isThereAlready) await forget(session, migration, place);
    if (!isThereAlready) throw error;
  }
  await note(session, migration, place, true);
};

const forget = (session: MySession, {short}: MigrationRef, {file, place}: Place) =>
  session.query(`DELETE FROM ${STATEMENT} WHERE migration = ${quoteValue(short)} AND file = ${quoteValue(file)} AND place = ${place}`);

const noteCreated = async (session: MySession, migration: MigrationRef, {stays}: Place, sql: string): Promise<void> => {
  const {name} = await session.one(`SELECT coalesce(database(), '') AS name`);
  const object = createdBy(sql, name ?? '');
  if (stays || !object || (await isThere(session, object))) return;
  await noteObject(session, migration, object);
};

/** Database, table, column, index, program, event, trigger, foreign key or check is there already, or gone already. */
const WORKED_BEFORE: ReadonlySet<number> = new Set([
  ...[1007, 1050, 1060, 1061, 1304, 1359, 1537, 1826, 3822],
  ...[1008, 1051, 1091, 1305, 1360, 1539, 3821],
]);
