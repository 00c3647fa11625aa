/** Statements of DDL that are carried out one by one in a transaction that is rolled back. */
import type {SchemaStatement} from '../schema.ts';
import {codeOf, isPassing} from './postgres-errors.ts';
import {SCHEMA_SETTINGS} from './postgres-schema-file.ts';
import type {PgSession} from './postgres-session.ts';
import {errorText} from '../../model/errors.ts';

export const BEGIN_TRIAL = `BEGIN; ${SCHEMA_SETTINGS}`;
/** What one file has set is over with it. */
export const NEXT_FILE = `RESET ALL; ${SCHEMA_SETTINGS}`;

/**
 * What only the one transaction of a trial forbids: a new value of an enum is used, or a table altered, in the
 * transaction that made the value or wrote the table. In earnest every statement has a transaction of its own.
 */
const OF_THE_TRIAL = new Set(['55P04', '55006']);

export type Failed = {readonly statement: SchemaStatement; readonly reason: string};

/** Answers those that failed. Statements that need a failed one fail as well; the first reason is the one that helps. */
export const tryStatements = async (
  session: PgSession,
  statements: readonly SchemaStatement[],
  signal: AbortSignal,
  after: (statement: SchemaStatement) => Promise<void> = async () => {},
): Promise<Failed[]> => {
  const failed: Failed[] = [];
  for (const statement of statements) {
    signal.throwIfAborted();
    const reason = await tryOne(session, statement.sql);
    if (reason === undefined) await after(statement);
    else failed.push({statement, reason});
  }
  return failed;
};

/** Undefined when the server accepts it. What may pass by itself says nothing about the statement. */
export const tryOne = async (session: PgSession, sql: string): Promise<string | undefined> => {
  await session.query('SAVEPOINT one');
  try {
    await session.query(sql);
    await session.query('RELEASE SAVEPOINT one');
    return undefined;
  } catch (error) {
    const isOfTheTrial = OF_THE_TRIAL.has(codeOf(error) ?? '');
    if (isPassing(error) && !isOfTheTrial) throw error;
    await session.query('ROLLBACK TO SAVEPOINT one');
    if (isOfTheTrial) return undefined;
    return errorText(error);
  }
};
