/** Gives values to the rows of one chunk that have none. Whoever else has one of them goes first. */
import {isCoded, TerminalError} from '../../model/errors.ts';
import type {TableName} from '../../model/table.ts';
import type {FillRequest} from '../alter.ts';
import type {MigrationRef} from '../engine.ts';
import type {Change, Fill} from './mysql-change.ts';
import {finishChunk} from './mysql-chunks.ts';
import {isPassing, withoutValue} from './mysql-errors.ts';
import {rangeCondition} from './mysql-read-statements.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

export const fillChunk = async (
  session: MySession,
  migration: MigrationRef,
  {table, chunk, epoch}: FillRequest,
  changes: readonly Change[],
): Promise<{rows: number}> => {
  const range = rangeCondition(table, chunk.range);
  const kept = await keptColumns(session, table.name);
  return session.transaction('START TRANSACTION', async () => {
    let rows = 0;
    for (const {fill, name} of changes) if (fill) rows += await fillRows(session, name, fillStatements(table.name, fill, range, kept));
    await finishChunk(session, migration, chunk, {epoch, rows});
    return {rows};
  });
};

/** A filled row is not a row that somebody has changed: what the server would set by itself is set to what it is. */
const keptColumns = async (session: MySession, {schema, name}: TableName): Promise<readonly string[]> => {
  const {rows} = await session.query(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)} AND extra LIKE '%on update%'`,
  );
  return rows.map((row) => row['name'] ?? '');
};

/**
 * All rows are had before one is changed, and none is waited for: who waits while it has others may be part of a deadlock, and
 * of two the server ends the smaller, which is the application's.
 */
export const fillStatements = (table: TableName, {lacks, known, set}: Fill, range: string, kept: readonly string[]): readonly string[] => {
  const of = `${quoteTable(table)} AS ${quoteName(table.name)}`;
  const stays = kept.map((name) => `, ${quoteName(name)} = ${quoteName(name)}`).join('');
  return [
    `SELECT count(*) AS had FROM ${of} WHERE ${range} AND ${lacks} FOR UPDATE NOWAIT`,
    `UPDATE ${of} SET ${set}${stays} WHERE ${range} AND ${lacks} AND (${known})`,
  ];
};

const fillRows = async (session: MySession, name: string, statements: readonly string[]): Promise<number> => {
  let rows = 0;
  try {
    for (const sql of statements) rows = (await session.query(sql)).rowCount;
    return rows;
  } catch (error) {
    if (isCoded(error) || isPassing(error)) throw error;
    throw notComputed(name, error);
  }
};

export const notComputed = (name: string, cause: unknown): TerminalError =>
  new TerminalError(`${name} cannot be computed for some row: ${withoutValue(cause)}`, {
    code: 'CF-APPLY-002',
    cause,
    next: 'correct the rows and crossfade resume, or crossfade abort and correct the expression',
  });
