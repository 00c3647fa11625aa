/** What anonymised clones are made from and in, on MySQL and MariaDB. */
import type {Key, Row} from '../../model/change.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {Cloning, Original} from '../cloning.ts';
import {claim, make, whatIsHere} from './mysql-clone-place.ts';
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
  claim: (note, schemas) => sessions.use((session) => claim(session, note, schemas, new Set(sessions.purposes.keys()))),
  make: (statements) => inSession(sessions, 'make', (session) => make(session, statements)),
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

/** In any order of the tables: what their rows refer to may come later. */
async function fill(session: MySession, table: Table, batches: AsyncIterable<readonly Row[]>): Promise<number> {
  await session.query(TRIAL_SETTINGS);
  const names = writtenColumns(table).map(({name}) => name);
  let count = 0;
  for await (const rows of batches) count += await session.transaction('START TRANSACTION', () => insertRows(session, table, names, rows));
  return count;
}
