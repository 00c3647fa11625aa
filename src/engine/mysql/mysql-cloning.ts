/** What anonymised clones are made from and in, on MySQL and MariaDB. */
import type {Key, Row} from '../../model/change.ts';
import {nameOf, type Table, writtenColumns} from '../../model/table.ts';
import type {Cloning, Original} from '../cloning.ts';
import {carryOut, unfit} from '../carry-out.ts';
import {claim, whatIsHere} from './mysql-clone-place.ts';
import {isPassing, refusedValues} from './mysql-errors.ts';
import {BEGIN_READING, literal, selectRows} from './mysql-read-statements.ts';
import {someRows} from './mysql-rehearsing.ts';
import {columnOf, insertRows} from './mysql-row-statements.ts';
import {rowsOf, sentRows, textRows} from './mysql-row-stream.ts';
import {TRIAL_SETTINGS} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';

export const mysqlCloning = (sessions: MySessions): Cloning => ({
  reading: (act) => inSession(sessions, 'original', (session) => session.transaction(BEGIN_READING, () => act(original(session)))),
  whatIsHere: () => sessions.use(whatIsHere),
  claim: (note, schemas) => inSession(sessions, 'claim', (session) => claim(session, note, schemas, new Set(sessions.pids))),
  // One session: the script says once which database it speaks of.
  make: (statements) =>
    inSession(sessions, 'make', async (session) => {
      await session.query(TRIAL_SETTINGS);
      return carryOut(statements, (sql) => session.query(sql), isPassing);
    }),
  fill: (table, rows) => inSession(sessions, 'fill', (session) => fill(session, table, rows)),
});

/** One of its own: it is left with settings, or in the middle of something, when `act` fails. */
const inSession = async <T>(sessions: MySessions, label: string, act: (session: MySession) => Promise<T>): Promise<T> => {
  const session = await sessions.open(label);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
};

const original = (session: MySession): Original => ({
  rows: (table) => textRows(sentRows(session, selectRows(table, 'TRUE')), writtenColumns(table)),
  some: (table, count, seed) => someRows(session, table, count, seed),
  matching: async (table, names, values) =>
    values.length
      ? rowsOf(session, selectRows(table, `(${values.map((key) => isRow(table, names, key)).join(' OR ')})`), writtenColumns(table))
      : [],
});

const isRow = (table: Table, names: readonly string[], key: Key): string =>
  `(${names.map((name, i) => `${quoteName(name)} = ${literal(columnOf(table, name), key[i] ?? null)}`).join(' AND ')})`;

/** In any order of the tables: what their rows refer to may come later. Indexes and checks are there already. */
async function fill(session: MySession, table: Table, batches: AsyncIterable<readonly Row[]>): Promise<number> {
  await session.query(TRIAL_SETTINGS);
  const names = writtenColumns(table).map(({name}) => name);
  let count = 0;
  try {
    for await (const rows of batches)
      count += await session.transaction('START TRANSACTION', () => insertRows(session, table, names, rows));
  } catch (error) {
    const reason = refusedValues(error);
    throw reason === undefined ? error : unfit(`the clone of ${nameOf(table.name)} cannot have a row: ${reason}`);
  }
  return count;
}
