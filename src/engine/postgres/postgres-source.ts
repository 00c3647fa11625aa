import type {Key, Row, StreamEvent} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {writtenColumns, type Table} from '../../model/table.ts';
import type {BulkFormat, HeldState, Keeping, KeyRange, MigrationRef, Scope, SequenceState, Source} from '../engine.ts';
import type {KeptLog} from '../kept-log.ts';
import {PostgresChangeStream} from './postgres-change-stream.ts';
import {createStream, dropStream, goesOnAt, probeStream, waitForVisibility} from './postgres-slot.ts';
import {holdRows} from './postgres-held-state.ts';
import {rowsOfCopy} from '../row-lines.ts';
import {keptLog} from './postgres-kept-log.ts';
import {postgresKeeping} from './postgres-keeping.ts';
import {markContent} from './postgres-names.ts';
import {parseLsn, toPosition} from './postgres-position.ts';
import {publishedSchema, requireSameSchema} from './postgres-published-schema.ts';
import type {PgSession, TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {copyOut, isCut, rangeBounds} from './postgres-copy-statements.ts';
import {quoteTable} from './postgres-sql.ts';
import {sequenceValues} from './postgres-sequence.ts';
import {snapshotOf} from './postgres-snapshot.ts';
import {largeValueFound, largeValueQuery, valueBytesMax} from './postgres-value-limit.ts';

export class PostgresSource implements Source {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;
  readonly #streams = new Map<Direction, PostgresChangeStream>();
  readonly keeping: Keeping;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
    this.keeping = postgresKeeping(sessions, migration);
  }

  createStream(direction: Direction, tables: readonly Table[], signal: AbortSignal): Promise<Position> {
    return createStream(this.#sessions, this.#migration, direction, tables, signal);
  }

  keptLog(direction: Direction): Promise<KeptLog | undefined> {
    return keptLog(this.#sessions, this.#migration, direction);
  }

  goesOnAt(direction: Direction): Promise<Position | undefined> {
    return goesOnAt(this.#sessions, this.#migration, direction);
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

  probeSchema(direction: Direction, scope: Scope | undefined): Promise<void> {
    return this.#sessions.use((session) => requireSameSchema(session, this.#migration, direction, this.#sessions.options.side, scope));
  }

  async planRanges(table: Table, bytes: number, within?: KeyRange): Promise<KeyRange[]> {
    const {after, to} = within ?? {after: undefined, to: undefined};
    if (!isCut(table, bytes)) return [{after, to}];
    const {rows} = await this.#sessions.use((session) => session.query(rangeBounds(table, bytes, within)));
    const keys = rows.map((row): Key => table.key.map((_, i) => row[`k${i}`] ?? null));
    const inner = to ? keys.filter((key) => JSON.stringify(key) !== JSON.stringify(to)) : keys;
    const bounds: (Key | undefined)[] = [after, ...inner, to];
    return bounds.slice(1).map((to, i) => ({after: bounds[i], to}));
  }

  async copyOut(table: Table, range: KeyRange, format: BulkFormat): ReturnType<Source['copyOut']> {
    const session = await this.#sessions.open('copy');
    const copy = await session.copyOut(copyOut(table, range, format));
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
    await this.refuseLargeValues(table, range, Number.POSITIVE_INFINITY); // its values become texts of this process
    const {stream, done} = await this.copyOut(table, range, 'text');
    return {
      rows: rowsOfCopy(
        stream,
        writtenColumns(table).map(({name}) => name),
      ),
      done,
    };
  }

  async refuseLargeValues(table: Table, range: KeyRange, bytes: number): Promise<void> {
    const max = valueBytesMax(this.#sessions.options);
    const query = bytes > max ? largeValueQuery(table, range, max) : undefined;
    if (!query) return;
    const {rows} = await this.#sessions.use((session) => session.query(query));
    if (rows[0]) throw largeValueFound(table, rows[0], max);
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

  unseen(delivered: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    return this.#sessions.use(async (session) => {
      const snapshot = await snapshotOf(session);
      return new Set([...delivered].filter((xid) => !snapshot.sees(xid)));
    });
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
    const held = await this.holdRows(delivered);
    try {
      return await held.rows(table, keys);
    } finally {
      await held.close();
    }
  }

  holdRows(delivered: ReadonlySet<string>): Promise<HeldState> {
    return holdRows(this.#sessions, delivered);
  }

  async readSequences(tables: readonly Table[]): Promise<SequenceState[]> {
    const schemas = [...new Set(tables.map((table) => table.name.schema))];
    return this.#sessions.use(async (session) => {
      const {rows} = await session.query(
        `SELECT schemaname AS schema, sequencename AS name, increment_by::text AS increment, cache_size::text AS cache, min_value::text AS min, max_value::text AS max, owner.*
         FROM pg_sequences LEFT JOIN LATERAL (${SEQUENCE_OWNER}) AS owner ON true WHERE schemaname = ANY ($1) ORDER BY 1, 2`,
        [schemas],
      );
      return readSequences(session, rows);
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

const readSequences = async (session: PgSession, known: readonly TextRow[]): Promise<SequenceState[]> => {
  const nameOf = (row: TextRow) => ({schema: row['schema'] ?? '', name: row['name'] ?? ''});
  const rows: TextRow[] = [];
  for (const statement of sequenceValues(known.map((row) => quoteTable(nameOf(row))))) rows.push(...(await session.query(statement)).rows);
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
