/**
 * The server that a clone is made on: what stands there, how it is told to hold a clone, and how that is taken out. A plan
 * names its schemas, so a clone has the same ones, and a server has room for one clone. The mark is a database of its own
 * with their names in it; nothing but those is ever dropped.
 */
import {errorText, TerminalError} from '../../model/errors.ts';
import type {Cloning} from '../cloning.ts';
import {isPassing} from './mysql-errors.ts';
import {endOthers} from './mysql-end-session.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import {TRIAL_SETTINGS} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** Begins as all of ours do, so that nothing of it is moved or counted. */
const MARK = 'crossfade_clone';
const MADE = quoteTable({schema: MARK, name: 'made'});
const NOTE = quoteTable({schema: MARK, name: 'note'});

/** Of the server's own and of ours nothing counts, unless nobody says that what is ours belongs to a rehearsal. */
const OBJECTS = `
  SELECT 'table' AS kind, table_schema AS place FROM information_schema.tables
  UNION ALL SELECT 'program', routine_schema FROM information_schema.routines
  UNION ALL SELECT 'event', event_schema FROM information_schema.events`;
const FOREIGN = `SELECT count(*) AS objects FROM (${OBJECTS}) AS o WHERE NOT ${ownSchemas('place')}`;
const UNMARKED = `${FOREIGN} OR place = '${CONTROL_SCHEMA_NAME}'`;

export const whatIsHere: (session: MySession) => ReturnType<Cloning['whatIsHere']> = async (session) => {
  if (!(await isMarked(session))) return (await session.one(UNMARKED))['objects'] === '0' ? 'nothing' : 'other';
  const {objects} = await session.one(`${FOREIGN} AND place NOT IN (SELECT name FROM ${MADE})`);
  return objects === '0' ? 'a clone' : 'other';
};

/** Its last table is made last: before that nothing was made for a clone. */
const isMarked = async (session: MySession): Promise<boolean> =>
  (await session.query(`SELECT 1 AS one FROM information_schema.tables WHERE table_schema = '${MARK}' AND table_name = 'note'`)).rows
    .length > 0;

/** Marked first: whoever finds the server half emptied knows that it may be. */
export async function claim(session: MySession, note: string, schemas: readonly string[], ours: ReadonlySet<number>): Promise<void> {
  if ((await whatIsHere(session)) === 'other')
    throw new TerminalError('the server for the clone holds something that no rehearsal has made', {
      code: 'CF-REHEARSE-001',
      next: 'name an empty server: on MySQL and MariaDB a clone has the names of the schemas that it is made of',
    });
  await session.query(`CREATE DATABASE IF NOT EXISTS ${quoteName(MARK)}`);
  await session.query(`CREATE TABLE IF NOT EXISTS ${MADE} (name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY)`);
  await session.query(`CREATE TABLE IF NOT EXISTS ${NOTE} (text text CHARACTER SET utf8mb4)`);
  await session.query(`INSERT INTO ${NOTE} VALUES (${quoteValue(note)})`);
  await endOthers(session, ours);
  const {rows} = await session.query(`SELECT name FROM ${MADE}`);
  for (const name of [...rows.map((row) => row['name'] ?? ''), CONTROL_SCHEMA_NAME])
    await session.query(`DROP DATABASE IF EXISTS ${quoteName(name)}`);
  for (const name of schemas) await session.query(`INSERT IGNORE INTO ${MADE} VALUES (${quoteValue(name)})`);
}

/** On one session: the script says once which database it speaks of. */
export const make: (session: MySession, statements: Parameters<Cloning['make']>[0]) => ReturnType<Cloning['make']> = async (
  session,
  statements,
) => {
  const failed: {object: string; reason: string}[] = [];
  await session.query(TRIAL_SETTINGS);
  for (const {object, sql, isOptional} of statements) {
    const reason = await reasonAgainst(session, sql);
    if (reason === undefined) continue;
    if (!isOptional)
      throw new TerminalError(`the clone cannot have ${object}: ${reason}`, {
        code: 'CF-REHEARSE-003',
        next: 'say under rehearsal: columns which values the object needs, or give the server what is missing',
      });
    failed.push({object, reason});
  }
  return failed;
};

async function reasonAgainst(session: MySession, sql: string): Promise<string | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (isPassing(error)) throw error;
    return errorText(error);
  }
}
