/**
 * A MySQL server keeps no place for a reader: the log is there until it is purged, whoever still needs it. So the place is
 * ours to remember, in a row of our own, and whether the log still reaches back to it is asked before every start (H-69).
 */
import {TerminalError, type ErrorCode} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction, Side} from '../../model/side.ts';
import type {Table, TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {executedPosition, untilVisible} from './mysql-mark.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {containsPosition, missingFrom} from './mysql-position.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';
import {streamDialect} from './mysql-stream-dialect.ts';
import {shapeDifferences, tableShape} from './mysql-table-shape.ts';

export type StreamRecord = {
  readonly createdAt: Position;
  readonly systemId: string;
  readonly tables: readonly TableName[];
  readonly shape: string;
};

/** The place is read before the barrier: what stands before it is visible afterwards, and what came between is read twice. */
export const createStream = async (
  sessions: MySessions,
  migration: MigrationRef,
  direction: Direction,
  tables: readonly Table[],
  signal: AbortSignal,
): Promise<Position> => {
  const known = await sessions.use((session) => streamRecord(session, migration, direction));
  if (known) return known.createdAt;
  const createdAt = await sessions.use(executedPosition);
  await untilVisible(sessions, migration, signal);
  return sessions.use(async (session) => {
    const names = tables.map(({name}) => name);
    const values = [createdAt, await systemId(session), JSON.stringify(names), await tableShape(session, names)];
    await session.query(recordStream(migration, direction, values.map(quoteValue).join(', ')));
    return createdAt;
  });
};

/** `values`: place, server, tables and their shape, as SQL has them. */
export const recordStream = ({short}: MigrationRef, direction: Direction, values: string): string =>
  `INSERT INTO ${CONTROL_SCHEMA_NAME}.stream (migration, lane, created_at, system_id, tables, shape) VALUES (${quoteValue(short)}, '${direction}', ${values})`;

export const dropStream = (sessions: MySessions, migration: MigrationRef, direction: Direction): Promise<void> =>
  sessions.use(async (session) => {
    await session.query(forgetStream(migration, direction));
  });

export const forgetStream = ({short}: MigrationRef, direction: Direction): string =>
  `DELETE FROM ${CONTROL_SCHEMA_NAME}.stream WHERE migration = ${quoteValue(short)} AND lane = '${direction}'`;

/** Throws unless the log of this server goes on from `applied`, or from where the stream was created; answers which. */
export const probeStream = (
  sessions: MySessions,
  migration: MigrationRef,
  direction: Direction,
  applied: Position | undefined,
): Promise<Position> =>
  sessions.use(async (session) => {
    const {side} = sessions.options;
    const record = await requireRecord(session, migration, direction, side);
    if ((await systemId(session)) !== record.systemId)
      throw stop('CF-SRC-005', `${side} is another server than the one the stream was created on`);
    const reached = applied ?? record.createdAt;
    const purged = await streamDialect(session.flavour).purged(session);
    if (!containsPosition(reached, purged))
      throw stop(
        'CF-SRC-004',
        `the binary log of ${side} no longer reaches back to where the stream stands: gone are ${missingFrom(reached, purged)}`,
      );
    const executed = await executedPosition(session);
    if (!containsPosition(executed, reached))
      throw stop('CF-SRC-004', `${side} has lost transactions that were applied already: ${missingFrom(executed, reached)}`);
    return reached;
  });

/** `from`, or the present where the log no longer reaches back to it. */
export const stillThere = async (session: MySession, from: Position): Promise<Position> =>
  containsPosition(from, await streamDialect(session.flavour).purged(session)) ? from : executedPosition(session);

/** The differences since the stream was created, in words. */
export const changedShape = async (session: MySession, {tables, shape}: StreamRecord): Promise<readonly string[]> =>
  shapeDifferences(shape, await tableShape(session, tables));

export const streamRecord = async (
  session: MySession,
  migration: MigrationRef,
  direction: Direction,
): Promise<StreamRecord | undefined> => {
  const {rows} = await session.query(
    `SELECT created_at, system_id, tables, shape FROM ${CONTROL_SCHEMA_NAME}.stream WHERE migration = ? AND lane = ?`,
    [migration.short, direction],
  );
  const [row] = rows;
  if (!row) return undefined;
  return {
    createdAt: (row['created_at'] ?? '') as Position,
    systemId: row['system_id'] ?? '',
    tables: JSON.parse(row['tables'] ?? '[]') as TableName[], // written by `createStream`
    shape: row['shape'] ?? '',
  };
};

const requireRecord = async (session: MySession, migration: MigrationRef, direction: Direction, side: Side): Promise<StreamRecord> => {
  const record = await streamRecord(session, migration, direction);
  if (!record) throw stop('CF-SRC-004', `${side} does not know of a ${direction} stream of this migration`);
  return record;
};

const systemId = async (session: MySession): Promise<string> => {
  const {id} = await session.one(`SELECT ${session.flavour.systemId} AS id`);
  return id ?? '';
};

const stop = (code: ErrorCode, message: string): TerminalError =>
  new TerminalError(message, {code, next: 'what is missing cannot be had from this server any more: abort and start again'});
