/**
 * The server that a clone is made on: what stands there, how it is told to hold a clone, and how that is taken out. A plan
 * names its schemas, so a clone has the same ones, and a server has room for one clone. The mark is a database of its own
 * with their names in it; nothing but those is ever dropped.
 */
import {TerminalError} from '../../model/errors.ts';
import type {Cloning} from '../cloning.ts';
import {endOthers} from './mysql-end-session.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {ownSchemas} from './mysql-own-schemas.ts';
import {TRIAL_SETTINGS} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';

/** For whoever uses it and may not be ended by us. */
const LOCK_WAIT_S = 30;
/** Begins as all of ours do, so that nothing of it is moved or counted. */
const MARK = 'crossfade_clone';
const MADE = quoteTable({schema: MARK, name: 'made'});
const NOTE = quoteTable({schema: MARK, name: 'note'});

const OBJECTS = `
  SELECT 'table' AS kind, table_schema AS place FROM information_schema.tables
  UNION ALL SELECT 'program', routine_schema FROM information_schema.routines
  UNION ALL SELECT 'event', event_schema FROM information_schema.events`;
/** Of ours nothing counts but what a run needs, which belongs to a rehearsal only where one has made schemas. */
const COUNT = `SELECT count(*) AS objects FROM (${OBJECTS}) AS o`;
const FOREIGN = `(NOT ${ownSchemas('place')} OR place = '${CONTROL_SCHEMA_NAME}')`;
/** The server may write names otherwise than the one that they come from. */
const IS_MADE = `EXISTS (SELECT 1 FROM ${MADE} AS m
  WHERE IF(@@lower_case_table_names = 0, m.name = place, LOWER(m.name) = LOWER(place)) OR place = '${CONTROL_SCHEMA_NAME}')`;

export const whatIsHere: (session: MySession) => ReturnType<Cloning['whatIsHere']> = async (session) => {
  if (!(await isMarked(session))) return (await session.one(`${COUNT} WHERE ${FOREIGN}`))['objects'] === '0' ? 'nothing' : 'other';
  const {objects} = await session.one(`${COUNT} WHERE ${FOREIGN} AND NOT ${IS_MADE}`);
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
  const {here} = await session.one('SELECT database() AS here');
  await session.query(TRIAL_SETTINGS); // schemas may refer to one another
  await session.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
  await session.query(`CREATE DATABASE IF NOT EXISTS ${quoteName(MARK)}`);
  await session.query(`CREATE TABLE IF NOT EXISTS ${MADE} (name varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY)`);
  await session.query(`CREATE TABLE IF NOT EXISTS ${NOTE} (text text CHARACTER SET utf8mb4)`);
  await session.query(`DELETE FROM ${NOTE}`);
  await session.query(`INSERT INTO ${NOTE} VALUES (${quoteValue(note)})`);
  await endOthers(session, ours);
  await dropMade(session);
  // The address itself may name one of them.
  if (here !== null && here !== undefined) await session.query(`CREATE DATABASE IF NOT EXISTS ${quoteName(here)}`);
  for (const name of schemas) await session.query(`INSERT IGNORE INTO ${MADE} VALUES (${quoteValue(name)})`);
}

/** What is gone is no longer ours: whoever makes a schema of that name later has made their own. */
async function dropMade(session: MySession): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${quoteName(CONTROL_SCHEMA_NAME)}`);
  for (const row of (await session.query(`SELECT name FROM ${MADE}`)).rows) {
    await session.query(`DROP DATABASE IF EXISTS ${quoteName(row['name'] ?? '')}`);
    await session.query(`DELETE FROM ${MADE} WHERE name = ?`, [row['name'] ?? '']);
  }
}
