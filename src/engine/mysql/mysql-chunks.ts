/** The chunks of the copy, and which of them stand here. */
import type {Key} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Chunk, MigrationRef, Target} from '../engine.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {pieces} from './mysql-pieces.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import {quoteValue} from './mysql-sql.ts';
import {tableOf} from './mysql-windows.ts';

const CHUNK = `${CONTROL_SCHEMA_NAME}.chunk`;

export const readChunks = async (session: MySession, {short}: MigrationRef): Promise<Chunk[]> => {
  const {rows} = await session.query(
    `SELECT id, table_schema, table_name, state, rows_written, after_key, to_key FROM ${CHUNK} WHERE migration = ? ORDER BY id`,
    [short],
  );
  return rows.map(toChunk);
};

const toChunk = (row: TextRow): Chunk => ({
  id: Number(row['id']),
  table: tableOf(row),
  range: {after: keyOf(row['after_key']), to: keyOf(row['to_key'])},
  done: row['state'] === 'done',
  ...(typeof row['rows_written'] === 'string' ? {rows: Number(row['rows_written'])} : {}),
});

const keyOf = (json: string | null | undefined): Key | undefined => (json ? (JSON.parse(json) as Key) : undefined);

/** All of them or none: half a plan would be taken for the whole. */
export const storeChunks = (
  session: MySession,
  {short}: MigrationRef,
  ranges: Parameters<Target['planChunks']>[0],
  epoch: number,
): Promise<void> =>
  ownTransaction(session, async () => {
    await requireEpoch(session, short, epoch);
    await insertChunks(
      session,
      short,
      ranges.map((one, id) => ({id, ...one})),
      epoch,
    );
  });

/** All or nothing: a row that is there no more, or done, was another runner's. */
export const recutChunks = (
  session: MySession,
  {short}: MigrationRef,
  replaced: readonly number[],
  ranges: Parameters<Target['recutChunks']>[1],
  epoch: number,
): Promise<Chunk[]> =>
  ownTransaction(session, async () => {
    await requireEpoch(session, short, epoch);
    const {id: last} = await session.one(`SELECT max(id) AS id FROM ${CHUNK} WHERE migration = ${quoteValue(short)}`);
    let gone = 0;
    for (const ids of pieces(replaced.map(String), (id) => id.length)) {
      const {rowCount} = await session.query(
        `DELETE FROM ${CHUNK} WHERE migration = ? AND id IN (${ids.join(', ')}) AND state = 'open' AND epoch = ?`,
        [short, epoch],
      );
      gone += rowCount;
    }
    if (gone !== replaced.length)
      throw new TerminalError('chunks that were to be cut anew belong to a newer runner', {code: 'CF-LEASE-002', next: 'crossfade status'});
    const cut = ranges.map(({table, range}, i) => ({id: Number(last) + 1 + i, table, range, done: false}));
    await insertChunks(session, short, cut, epoch);
    return cut;
  });

const insertChunks = async (session: MySession, short: string, chunks: readonly Omit<Chunk, 'done'>[], epoch: number): Promise<void> => {
  const rows = chunks.map(({id, table, range}) => {
    const bounds = [range.after, range.to].map((key) => (key ? JSON.stringify(key) : null));
    return `(${quoteValue(short)}, ${id}, ${[table.schema, table.name, ...bounds].map(quoteValue).join(', ')}, ${epoch})`;
  });
  for (const piece of pieces(rows, (row) => row.length))
    await session.query(
      `INSERT INTO ${CHUNK} (migration, id, table_schema, table_name, after_key, to_key, epoch) VALUES ${piece.join(', ')}`,
    );
};

/** R4: a runner that was replaced finds its epoch gone and rolls its rows back. No `end`: of a chunk that was filled in its own place. */
export const finishChunk = async (
  session: MySession,
  {short}: MigrationRef,
  chunk: Chunk,
  {epoch, end, rows}: {readonly epoch: number; readonly end?: Position; readonly rows: number},
): Promise<void> => {
  const {rowCount} = await session.query(
    `UPDATE ${CHUNK} SET state = 'done', end_pos = ?, rows_written = ? WHERE migration = ? AND id = ? AND state = 'open' AND epoch = ?`,
    [end ?? null, rows, short, chunk.id, epoch],
  );
  if (rowCount !== 1)
    throw new TerminalError(`chunk ${chunk.id} belongs to a newer runner`, {code: 'CF-LEASE-002', next: 'crossfade status'});
};
