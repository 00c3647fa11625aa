import {pipeline} from 'node:stream/promises';
import {type Readable, Transform} from 'node:stream';
import type {Key, Row} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {writtenColumns, type Table, type TableName} from '../../model/table.ts';
import type {Applier, ApplierOptions, Chunk, KeyRange, MigrationRef, Progress, SequenceState, Target} from '../engine.ts';
import {copyOfRows} from '../row-lines.ts';
import {parseSequence, sequenceTarget, setBelow} from '../sequence-target.ts';
import {PostgresApplier} from './postgres-applier.ts';
import {insertChunks, recutChunks} from './postgres-chunks.ts';
import {toPosition} from './postgres-position.ts';
import {runSchemaFile} from './postgres-schema-file.ts';
import {dropSchemaObjects} from './postgres-schema-objects.ts';
import {SET_SEQUENCES} from './postgres-sequence.ts';
import type {TextRow} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {analyze, anyRow, copyIn, truncate} from './postgres-copy-statements.ts';
import {quoteTable, textArray} from './postgres-sql.ts';
import {refreshViews} from './postgres-views.ts';
import {readParked, readWindows, tableOf} from './postgres-windows.ts';
import {openWriter, tagged} from './postgres-writer.ts';

export class PostgresTarget implements Target {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  async nonEmpty(tables: readonly Table[]): Promise<TableName[]> {
    return this.#sessions.use(async (session) => {
      const {rows} = await session.query(
        `SELECT place FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place) WHERE to_regclass(name) IS NOT NULL ORDER BY place`,
        [textArray(tables.map(({name}) => quoteTable(name)))],
      );
      const found: TableName[] = [];
      for (const table of rows.flatMap((row) => tables[Number(row['place']) - 1] ?? []))
        if ((await session.query(anyRow(table))).rows.length) found.push(table.name);
      return found;
    });
  }

  runSchemaFile(...[file, text, signal, stays]: Parameters<Target['runSchemaFile']>): ReturnType<Target['runSchemaFile']> {
    return runSchemaFile(this.#sessions, this.#migration, {file, text, stays: stays === 'stays'}, signal);
  }

  async empty(tables: readonly Table[]): Promise<void> {
    if (!tables.length) return;
    const session = await openWriter(this.#sessions, this.#migration, 'undo');
    try {
      await tagged(session, this.#migration, 'undo', () => session.query(truncate(tables)));
    } finally {
      await session.close();
    }
  }

  dropSchema(): Promise<void> {
    return dropSchemaObjects(this.#sessions, this.#migration);
  }

  async loadChunk(request: Parameters<Target['loadChunk']>[0]): ReturnType<Target['loadChunk']> {
    const {table, chunk, epoch, format, input, end} = request;
    const session = await openWriter(this.#sessions, this.#migration, `load ${chunk.id}`);
    try {
      return await tagged(session, this.#migration, `chunk-${chunk.id}`, async () => {
        const copy = await session.copyIn(copyIn(table, format));
        let bytes = 0;
        const count = new Transform({transform: (data: Buffer, _encoding, next) => ((bytes += data.length), next(null, data))});
        await pipeline(input, count, copy);
        const position = await end(bytes);
        await this.#finishChunk(session, chunk, epoch, position, copy.rowCount);
        return {rows: copy.rowCount, bytes};
      });
    } finally {
      await session.close();
    }
  }

  /** R4: a runner that was replaced finds its epoch gone and rolls its rows back. */
  async #finishChunk(
    session: Awaited<ReturnType<typeof openWriter>>,
    chunk: Chunk,
    epoch: number,
    position: Position,
    rows: number,
  ): Promise<void> {
    const {rowCount} = await session.query(
      `UPDATE crossfade.chunk SET state = 'done', end_pos = $4, rows = $5 WHERE migration = $1 AND id = $2 AND state = 'open' AND epoch = $3`,
      [this.#migration.short, chunk.id, epoch, position, rows],
    );
    if (rowCount !== 1)
      throw new TerminalError(`chunk ${chunk.id} belongs to a newer runner`, {code: 'CF-LEASE-002', next: 'crossfade status'});
  }

  bulkOf(table: Table, rows: AsyncIterable<readonly Row[]>): Readable {
    return copyOfRows(
      rows,
      writtenColumns(table).map(({name}) => name),
    );
  }

  applier(direction: Direction, epoch: number, tables: readonly Table[], options: ApplierOptions = {parks: false}): Promise<Applier> {
    return PostgresApplier.open(this.#sessions, this.#migration, {direction, epoch, tables, ...options});
  }

  async progress(direction: Direction): Promise<Progress | undefined> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT epoch::text, pos, commit_seq::text FROM crossfade.progress WHERE migration = $1 AND lane = $2`, [
        this.#migration.short,
        direction,
      ]),
    );
    const row = rows[0];
    return row ? {epoch: Number(row['epoch']), position: toPosition(row['pos'] ?? ''), commitSeq: Number(row['commit_seq'])} : undefined;
  }

  async setProgress(direction: Direction, position: Position, epoch: number): Promise<void> {
    const session = await openWriter(this.#sessions, this.#migration, 'progress');
    try {
      await tagged(session, this.#migration, `apply-${direction}`, async () => {
        const {rowCount} = await session.query(
          `INSERT INTO crossfade.progress (migration, lane, epoch, pos, commit_seq) SELECT $1, $2, $4::bigint, $3, 0 FROM crossfade.lease WHERE migration = $1 AND epoch = $4::bigint
           ON CONFLICT (migration, lane) DO UPDATE SET epoch = excluded.epoch, pos = excluded.pos, commit_seq = crossfade.progress.commit_seq + 1, updated_at = now() WHERE crossfade.progress.epoch <= excluded.epoch`,
          [this.#migration.short, direction, position, epoch],
        );
        if (rowCount !== 1) throw new TerminalError('a newer runner has taken over', {code: 'CF-LEASE-002', next: 'crossfade status'});
      });
    } finally {
      await session.close();
    }
  }

  async chunks(): Promise<Chunk[]> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(
        `SELECT id::text, table_schema, table_name, state, rows::text, array_to_json(after_key)::text AS after_key, array_to_json(to_key)::text AS to_key FROM crossfade.chunk WHERE migration = $1 ORDER BY crossfade.chunk.id`,
        [this.#migration.short],
      ),
    );
    return rows.map(toChunk);
  }

  async planChunks(ranges: readonly {readonly table: TableName; readonly range: KeyRange}[], epoch: number): Promise<Chunk[]> {
    const stored = await this.chunks();
    if (stored.length) return stored;
    await this.#sessions.use((session) =>
      insertChunks(
        session,
        this.#migration.short,
        ranges.map((one, id) => ({id, ...one})),
        epoch,
      ),
    );
    return this.chunks();
  }

  recutChunks(...[open, ranges, epoch]: Parameters<Target['recutChunks']>): Promise<Chunk[]> {
    return this.#sessions.use((session) => recutChunks(session, this.#migration, open, ranges, epoch));
  }

  windows(): ReturnType<Target['windows']> {
    return this.#sessions.use((session) => readWindows(session, this.#migration));
  }

  parked(): ReturnType<Target['parked']> {
    return this.#sessions.use((session) => readParked(session, this.#migration));
  }

  /** Those that exist here, in one statement: this is written while writes are held. */
  async setSequences(states: readonly SequenceState[], margin: number): Promise<void> {
    const targets = states.map((state) => {
      const sequence = parseSequence(state);
      const found = sequenceTarget(sequence, BigInt(margin));
      return {...found, below: setBelow(sequence, found.value), isDown: sequence.increment < 0n};
    });
    await this.#sessions.use((session) =>
      session.query(SET_SEQUENCES, [
        states.map(({name}) => quoteTable(name)),
        targets.map(({value}) => value.toString()),
        targets.map(({isCalled}) => String(isCalled)),
        states.map(({owner}) => (owner ? quoteTable(owner.table) : null)),
        states.map(({owner}) => owner?.column ?? null),
        targets.map(({below}) => below?.toString() ?? null),
        targets.map(({isDown}) => String(isDown)),
      ]),
    );
  }

  async analyze(tables: readonly Table[]): Promise<void> {
    for (const table of tables) await this.#sessions.use((session) => session.query(analyze(table)));
  }

  refreshViews(tables: readonly Table[], signal: AbortSignal): ReturnType<typeof refreshViews> {
    return refreshViews(this.#sessions, tables, signal);
  }
}

const keyOf = (json: string | null | undefined): Key | undefined => (json ? (JSON.parse(json) as Key) : undefined);
const toChunk = (row: TextRow): Chunk => ({
  id: Number(row['id']),
  table: tableOf(row),
  range: {after: keyOf(row['after_key']), to: keyOf(row['to_key'])},
  done: row['state'] === 'done',
  ...(typeof row['rows'] === 'string' ? {rows: Number(row['rows'])} : {}),
});
