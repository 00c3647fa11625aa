/**
 * Which statements were run, by their place in a list. DDL commits by itself, so it is noted before as begun and afterwards as
 * done; one that was begun and not done is run again, and an answer that says it is there already then means that it had
 * worked, because the server does each DDL statement whole or not at all.
 */
import type {MigrationRef} from '../engine.ts';
import {numberOf} from './mysql-errors.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';

const STATEMENT = `${CONTROL_SCHEMA_NAME}.schema_statement`;

/** `digest`: of its text. */
export type StatementPlace = {readonly file: string; readonly place: number; readonly digest: string};

/** `another`: what was done there had another text. */
export const stateOf = async (
  session: MySession,
  {short}: MigrationRef,
  {file, place, digest}: StatementPlace,
): Promise<'new' | 'begun' | 'done' | 'another'> => {
  const {rows} = await session.query(
    `SELECT digest, done FROM ${STATEMENT} WHERE migration = ${quoteValue(short)} AND file = ${quoteValue(file)} AND place = ${place}`,
  );
  const [row] = rows;
  if (!row) return 'new';
  if (row['done'] !== '1') return row['digest'] === digest ? 'begun' : 'new';
  return row['digest'] === digest ? 'done' : 'another';
};

export const note = (session: MySession, {short}: MigrationRef, {file, place, digest}: StatementPlace, isDone: boolean) =>
  session.query(
    `REPLACE INTO ${STATEMENT} (migration, file, place, digest, done) VALUES (${[short, file].map(quoteValue).join(', ')}, ${place}, '${digest}', ${isDone})`,
  );

export const runDdl = async (
  session: MySession,
  migration: MigrationRef,
  place: StatementPlace,
  sql: string,
  state: 'new' | 'begun',
): Promise<void> => {
  if (state === 'new') await note(session, migration, place, false);
  try {
    await session.query(sql);
  } catch (error) {
    const answer = numberOf(error);
    const isThereAlready = state === 'begun' && WORKED_BEFORE.has(answer ?? 0);
    // Without an answer of the server it stays begun; and what another answer than this time's left open stays open.
    if (answer !== undefined && state === 'new') await forget(session, migration, place);
    if (!isThereAlready) throw error;
  }
  await note(session, migration, place, true);
};

const forget = (session: MySession, {short}: MigrationRef, {file, place}: StatementPlace) =>
  session.query(`DELETE FROM ${STATEMENT} WHERE migration = ${quoteValue(short)} AND file = ${quoteValue(file)} AND place = ${place}`);

/** Database, table, column, index, program, event, trigger, foreign key or check is there already, or gone already. */
const WORKED_BEFORE: ReadonlySet<number> = new Set([
  ...[1007, 1050, 1060, 1061, 1304, 1359, 1537, 1826, 3822],
  ...[1008, 1051, 1091, 1305, 1360, 1539, 3821],
]);
