import type {Key, Row} from '../../model/change.ts';
import {type Table, writtenColumns} from '../../model/table.ts';
import type {Cloning, Original} from '../cloning.ts';
import {copyOfRows, rowsOfCopy} from '../row-lines.ts';
import {claim, make, whatIsHere} from './postgres-clone-database.ts';
import {BEGIN_READING, copyIn, copyOut} from './postgres-copy-statements.ts';
import {postgresLoadClient} from './postgres-load-client.ts';
import {recordedLog} from './postgres-recorded-log.ts';
import {rowsWhere, someRows} from './postgres-rehearsing.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {columnOf, ownRows, quoteName, textArray, valueType} from './postgres-sql.ts';

export const postgresCloning = (sessions: PgSessions): Cloning => ({
  reading: async (act) => {
    const session = await sessions.open('original');
    try {
      return await session.transaction(BEGIN_READING, () => act(original(session)));
    } finally {
      await session.close();
    }
  },
  whatIsHere: () => sessions.use(whatIsHere),
  claim: (note) => sessions.use((session) => claim(session, note, sessions.pids)),
  make: (statements) => sessions.use((session) => make(session, statements)),
  fill: (table, rows) => sessions.use((session) => fill(session, table, rows)),
  replaying: {
    record: (tables, over) => recordedLog(sessions, tables, over),
    client: () => postgresLoadClient(sessions),
  },
});

const original = (session: PgSession): Original => ({
  rows: (table) => allRows(session, table),
  some: (table, count, seed) => someRows(session, table, count, seed),
  matching: (table, names, values) => matching(session, table, names, values),
});

async function* allRows(session: PgSession, table: Table): AsyncGenerator<readonly Row[]> {
  const {stream, done} = await session.copyOut(copyOut(table, {after: undefined, to: undefined}, 'text'));
  yield* rowsOfCopy(
    stream,
    writtenColumns(table).map(({name}) => name),
  );
  await done();
}

function matching(session: PgSession, table: Table, names: readonly string[], values: readonly Key[]): Promise<readonly Row[]> {
  const wanted = names.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const match = names.map((name, i) => `t.${quoteName(name)} = w.k${i}::${valueType(columnOf(table, name))}`).join(' AND ');
  return rowsWhere(
    session,
    table,
    `SELECT ${writtenColumns(table)
      .map(({name}) => `t.${quoteName(name)}`)
      .join(', ')} FROM unnest(${wanted}) AS w(${names.map((_, i) => `k${i}`).join(', ')}) JOIN ${ownRows(table)} t ON ${match}`,
    names.map((_, i) => textArray(values.map((key) => key[i] ?? null))),
  );
}

async function fill(session: PgSession, table: Table, rows: AsyncIterable<readonly Row[]>): Promise<number> {
  const {pipeline} = await import('node:stream/promises');
  const into = await session.copyIn(copyIn(table, 'text'));
  const names = writtenColumns(table).map(({name}) => name);
  await pipeline(copyOfRows(rows, names), into);
  return into.rowCount;
}
