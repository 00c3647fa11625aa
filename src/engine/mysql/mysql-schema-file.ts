/** Schema files, statement by statement. What changes rows commits with its record. */
import {createHash} from 'node:crypto';
import {errorText, isCoded, TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {isPassing} from './mysql-errors.ts';
import {createdBy, isThere, noteObject} from './mysql-schema-objects.ts';
import {type ScriptStatement, scriptStatements} from './mysql-script.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {note, runDdl, type StatementPlace, stateOf} from './mysql-statement-place.ts';
import {openWriter, tagged} from './mysql-writer.ts';

type SchemaFile = {readonly file: string; readonly text: string; readonly stays: boolean};
type Place = StatementPlace & {readonly stays: boolean};

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
    const state = await stateOf(session, migration, place);
    if (state === 'done') return false;
    if (state === 'another') throw changedSince(place, statement);
    if (statement.kind === 'rows')
      await tagged(session, migration, 'schema', async () => {
        await note(session, migration, place, true);
        await session.query(statement.sql);
      });
    else {
      if (state === 'new') await noteCreated(session, migration, place, statement.sql);
      await runDdl(session, migration, place, statement.sql, state);
    }
    return true;
  } catch (error) {
    if (isCoded(error) || isPassing(error)) throw error;
    throw new TerminalError(`${place.file}:${statement.line} failed on the target: ${errorText(error)}`, {
      code: 'CF-TGT-004',
      cause: error,
      next: 'correct that statement; those before it stay, so: crossfade resume',
    });
  }
};

const noteCreated = async (session: MySession, migration: MigrationRef, {stays}: Place, sql: string): Promise<void> => {
  const {name} = await session.one(`SELECT coalesce(database(), '') AS name`);
  const object = createdBy(sql, name ?? '');
  if (stays || !object || (await isThere(session, object))) return;
  await noteObject(session, migration, object);
};

const changedSince = ({file}: Place, {line}: ScriptStatement): TerminalError =>
  new TerminalError(`${file}:${line} was run already and has changed since`, {
    code: 'CF-PLAN-002',
    next: 'restore the file, or abort and start again',
  });
