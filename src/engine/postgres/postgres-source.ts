import type {Key, Row, StreamEvent} from '../../model/change.ts';
import {TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {writtenColumns, type Table} from '../../model/table.ts';
import type {BulkFormat, KeyRange, MigrationRef, SequenceState, Source} from '../engine.ts';
import {PostgresChangeStream} from './postgres-change-stream.ts';
import {publishedSchema} from './postgres-ddl-watch.ts';
import {createStream, waitForVisibility, dropStream, probeStream} from './postgres-slot.ts';
import {rowsOfCopy} from './postgres-copy-text.ts';
import {markContent} from './postgres-names.ts';
import {parseLsn, toPosition} from './postgres-position.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {keyColumns, onlyCondition, quoteName, quoteTable, rangeCondition, textArray} from './postgres-sql.ts';
import {snapshotOf} from './postgres-snapshot.ts';

/** Another snapshot is taken until it sees every delivered transaction; each try is a round trip. */
const SNAPSHOT_ATTEMPTS_MAX = 2000;

export class PostgresSource implements Source {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;
  readonly #streams = new Map<Direction, PostgresChangeStream>();

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  createStream(direction: Direction, tables: readonly Table[], signal: AbortSignal): Promise<Position> {
    return createStream(this.#sessions, this.#migration, direction, tables, signal);
  }

  probeStream(direction: Direction, applied: Position | undefined): Promise<void> {
    return probeStream(this.#sessions, this.#migration, direction, applied);
  }

  dropStream(direction: Direction): Promise<void> {
    return dropStream(this.#sessions, this.#migration, direction);
  }

  hasSameSchema(): Promise<boolean> {
    return this.#sessions.use(async (session) => {
      const {rows} = await session.query(`SELECT fingerprint FROM crossfade.stream WHERE migration = $1`, [this.#migration.short]);
      return rows[0]?.['fingerprint'] === (await publishedSchema(session, this.#migration));
    });
  }

  /** Boundaries are every n-th key of the key's own index, so they follow the server's order, whatever the collation. */
  async planRanges(table: Table, bytes: number): Promise<KeyRange[]> {
    const rowBytes = Math.max(1, table.estimatedBytes / Math.max(1, table.estimatedRows));
    const rowsPerChunk = Math.max(1000, Math.floor(bytes / rowBytes));
    if (table.estimatedBytes <= bytes || !table.key.length) return [{after: undefined, to: undefined}];
    const names = table.key.map(quoteName);
    const {rows} = await this.#sessions.use((session) =>
      session.query(
        `SELECT ${names.map((name, i) => `${name} AS k${i}`).join(', ')} FROM (SELECT ${names.join(', ')}, row_number() OVER (ORDER BY ${names.join(', ')}) AS n FROM ${quoteTable(table.name)}) AS numbered WHERE n % ${rowsPerChunk} = 0 ORDER BY n`,
      ),
    );
    const bounds: (Key | undefined)[] = [undefined, ...rows.map((row) => names.map((_, i) => row[`k${i}`] ?? null)), undefined];
    return bounds.slice(1).map((to, i) => ({after: bounds[i], to}));
  }

  async copyOut(table: Table, range: KeyRange, format: BulkFormat): ReturnType<Source['copyOut']> {
    const session = await this.#sessions.open('copy');
    const columns = writtenColumns(table).map((column) => quoteName(column.name));
    const from = table.partitions.length ? quoteTable(table.name) : `ONLY ${quoteTable(table.name)}`;
    const copy = await session.copyOut(
      `COPY (SELECT ${columns.join(', ')} FROM ${from} WHERE ${rangeCondition(table, range)}) TO STDOUT (FORMAT ${format})`,
    );
    copy.stream.once('close', () => {
      if (!copy.stream.readableEnded) session.destroy();
      else
        void copy.done().then(
          () => session.close(),
          () => session.destroy(), // the reader has the error from its own done()
        );
    });
    return copy;
  }

  async copyRows(table: Table, range: KeyRange): ReturnType<Source['copyRows']> {
    const {stream, done} = await this.copyOut(table, range, 'text');
    return {
      rows: rowsOfCopy(
        stream,
        writtenColumns(table).map(({name}) => name),
      ),
      done,
    };
  }

  async mark(content: string): Promise<Position> {
    return this.#sessions.use(async (session) => {
      await session.query(`SELECT pg_logical_emit_message(true, 'crossfade', $1)`, [markContent(this.#migration, content)]);
      return this.#flushed(session);
    });
  }

  async #flushed(session: PgSession): Promise<Position> {
    const row = await session.one(`SELECT pg_current_wal_flush_lsn()::text AS lsn`);
    return toPosition(row['lsn'] ?? '');
  }

  untilVisible(signal: AbortSignal): Promise<void> {
    return this.#sessions.use((session) => waitForVisibility(session, this.#sessions, signal));
  }

  async currentPosition(): Promise<Position> {
    return this.#sessions.use(async (session) => {
      const row = await session.one(`SELECT pg_current_wal_insert_lsn()::text AS lsn`);
      return toPosition(row['lsn'] ?? '');
    });
  }

  async *changes(
    direction: Direction,
    from: Position,
    tables: readonly Table[],
    signal: AbortSignal,
  ): AsyncIterable<readonly StreamEvent[]> {
    const stream = await PostgresChangeStream.start(this.#sessions.options, this.#migration, direction, from, tables);
    this.#streams.set(direction, stream);
    try {
      yield* stream.events(signal);
    } finally {
      this.#streams.delete(direction);
      await stream.close();
    }
  }

  acknowledge(direction: Direction, position: Position): void {
    this.#streams.get(direction)?.acknowledge(parseLsn(position));
  }

  async readRows(table: Table, keys: readonly Key[], delivered: ReadonlySet<string>): Promise<Row[]> {
    const session = await this.#sessions.open('reread');
    try {
      for (let attempt = 0; attempt < SNAPSHOT_ATTEMPTS_MAX; attempt++) {
        const rows = await session.transaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', async () => {
          const snapshot = await snapshotOf(session);
          return [...delivered].every((xid) => snapshot.sees(xid)) ? readByKey(session, table, keys) : undefined;
        });
        if (rows) return rows;
      }
    } finally {
      await session.close();
    }
    throw new TransientError(`transactions that the stream has delivered are still not visible on ${this.#sessions.options.side}`, {
      code: 'CF-SRC-006',
      next: 'look for a synchronous standby that withholds its acknowledgement',
    });
  }

  async readSequences(tables: readonly Table[]): Promise<SequenceState[]> {
    const schemas = [...new Set(tables.map((table) => table.name.schema))];
    return this.#sessions.use(async (session) => {
      const {rows} = await session.query(
        `SELECT schemaname AS schema, sequencename AS name, increment_by::text AS increment, cache_size::text AS cache, min_value::text AS min, max_value::text AS max, owner.*
         FROM pg_sequences LEFT JOIN LATERAL (${SEQUENCE_OWNER}) AS owner ON true WHERE schemaname = ANY ($1) ORDER BY 1, 2`,
        [schemas],
      );
      return rows.length ? readSequences(session, rows) : [];
    });
  }
}

/** `serial` and identity columns own their sequence by a dependency. */
const SEQUENCE_OWNER = `
  SELECT n.nspname AS owner_schema, c.relname AS owner_table, a.attname AS owner_column
  FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    AND d.objid = format('%I.%I', schemaname, sequencename)::regclass LIMIT 1`;

const ownerOf = (row: TextRow): Pick<SequenceState, 'owner'> => {
  const {owner_schema: schema, owner_table: name, owner_column: column} = row;
  return schema && name && column ? {owner: {table: {schema, name}, column}} : {};
};

/** All in one statement: this is read while writes are held. */
const readSequences = async (session: PgSession, known: readonly TextRow[]): Promise<SequenceState[]> => {
  const nameOf = (row: TextRow) => ({schema: row['schema'] ?? '', name: row['name'] ?? ''});
  const one = (row: TextRow, place: number): string =>
    `SELECT ${place} AS place, last_value::text AS last, is_called::text AS called FROM ${quoteTable(nameOf(row))}`;
  const {rows} = await session.query(`${known.map(one).join(' UNION ALL ')} ORDER BY place`);
  return known.map((row, i) => ({
    name: nameOf(row),
    last: rows[i]?.['last'] ?? '',
    isCalled: rows[i]?.['called'] === 'true',
    increment: row['increment'] ?? '1',
    cache: row['cache'] ?? '1',
    min: row['min'] ?? '',
    max: row['max'] ?? '',
    ...ownerOf(row),
  }));
};

/** Rows by key, written columns only; absent rows are absent. Values in the server's output form, as the stream sends them. */
export const readByKey = async (session: PgSession, table: Table, keys: readonly Key[]): Promise<Row[]> => {
  const columns = writtenColumns(table);
  const key = keyColumns(table);
  const wanted = key.map((_, i) => `$${i + 1}::text[]`).join(', ');
  const match = key.map((column, i) => `t.${quoteName(column.name)} = w.k${i}::${column.type}`).join(' AND ');
  const {rows} = await session.query(
    `SELECT ${columns.map((column) => `t.${quoteName(column.name)}`).join(', ')}
     FROM unnest(${wanted}) AS w(${key.map((_, i) => `k${i}`).join(', ')}) JOIN ${quoteTable(table.name)} t ON ${match} WHERE ${onlyCondition(table, 't.')}`,
    key.map((_, i) => textArray(keys.map((one) => one[i] ?? null))),
  );
  return rows as Row[];
};
