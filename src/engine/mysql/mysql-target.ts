import {type Readable, Transform} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {type Table, type TableName, writtenColumns} from '../../model/table.ts';
import type {Applier, ApplierOptions, Chunk, MigrationRef, Progress, SequenceState, Target} from '../engine.ts';
import {copyOfRows, rowsOfCopy} from '../row-lines.ts';
import {MysqlApplier} from './mysql-applier.ts';
import {setAutoIncrement} from './mysql-auto-increment.ts';
import {finishChunk, readChunks, recutChunks, storeChunks} from './mysql-chunks.ts';
import {readProgress, setProgress} from './mysql-progress.ts';
import {analyze, anyRow, deletePart} from './mysql-read-statements.ts';
import {insertRows} from './mysql-row-statements.ts';
import {dropSchemaObjects} from './mysql-schema-objects.ts';
import {runSchemaFile} from './mysql-schema-file.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {tableNames} from './mysql-sql.ts';
import {readParked, readWindows} from './mysql-windows.ts';
import {applyLane, asWriter, openWriter, tagged} from './mysql-writer.ts';

export class MysqlTarget implements Target {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  nonEmpty(tables: readonly Table[]): Promise<TableName[]> {
    return this.#sessions.use(async (session) => {
      const there = await existing(session, tables);
      const found: TableName[] = [];
      for (const {name} of there) if ((await session.query(anyRow(name))).rows.length) found.push(name);
      return found;
    });
  }

  runSchemaFile(...[file, text, signal, stays]: Parameters<Target['runSchemaFile']>): ReturnType<Target['runSchemaFile']> {
    return runSchemaFile(this.#sessions, this.#migration, {file, text, stays: stays === 'stays'}, signal);
  }

  /** Row by row as far as the log goes: TRUNCATE could carry no tag, and a stream would do the same on the other side. */
  async empty(tables: readonly Table[]): Promise<void> {
    const session = await openWriter(this.#sessions, this.#migration, 'undo');
    try {
      for (const {name} of tables) for (let met = 1; met > 0; ) met = await this.#emptyPart(session, name);
    } finally {
      await session.close();
    }
  }

  #emptyPart(session: MySession, name: TableName): Promise<number> {
    return tagged(session, this.#migration, 'undo', async () => {
      return (await session.query(deletePart(name))).rowCount;
    });
  }

  dropSchema(): Promise<void> {
    return dropSchemaObjects(this.#sessions, this.#migration);
  }

  loadChunk({table, chunk, epoch, format, input, end}: Parameters<Target['loadChunk']>[0]): ReturnType<Target['loadChunk']> {
    if (format !== 'text') throw new Error(`rows come in a form that only another engine has (${format})`);
    return asWriter(this.#sessions, this.#migration, {label: `load ${chunk.id}`, lane: `chunk-${chunk.id}`}, async (session) => {
      let [bytes, rows] = [0, 0];
      const count = new Transform({transform: (data: Buffer, _encoding, next) => ((bytes += data.length), next(null, data))});
      const names = writtenColumns(table).map(({name}) => name);
      await pipeline(input, count, async (lines: AsyncIterable<Buffer>) => {
        for await (const batch of rowsOfCopy(lines, names)) rows += await insertRows(session, table, names, batch);
      });
      await finishChunk(session, this.#migration, chunk, {epoch, end: await end(bytes), rows});
      return {rows, bytes};
    });
  }

  /** The lines that LOAD DATA and COPY read alike. */
  bulkOf(table: Table, rows: AsyncIterable<readonly Row[]>): Readable {
    return copyOfRows(
      rows,
      writtenColumns(table).map(({name}) => name),
    );
  }

  applier(direction: Direction, epoch: number, tables: readonly Table[], options: ApplierOptions = {parks: false}): Promise<Applier> {
    return MysqlApplier.open(this.#sessions, this.#migration, {direction, epoch, tables, ...options});
  }

  progress(direction: Direction): Promise<Progress | undefined> {
    return this.#sessions.use((session) => readProgress(session, this.#migration, direction));
  }

  setProgress(direction: Direction, position: Position, epoch: number): Promise<void> {
    return asWriter(this.#sessions, this.#migration, {label: 'progress', lane: applyLane(direction)}, (session) =>
      setProgress(session, this.#migration, {lane: direction, epoch, position}),
    );
  }

  chunks(): Promise<Chunk[]> {
    return this.#sessions.use((session) => readChunks(session, this.#migration));
  }

  async planChunks(ranges: Parameters<Target['planChunks']>[0], epoch: number): Promise<Chunk[]> {
    const stored = await this.chunks();
    if (stored.length) return stored;
    await this.#sessions.use((session) => storeChunks(session, this.#migration, ranges, epoch));
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

  async setSequences(states: readonly SequenceState[], margin: number): Promise<void> {
    const session = await this.#sessions.open('sequences');
    try {
      await setAutoIncrement(session, states, margin);
    } finally {
      await session.close();
    }
  }

  async analyze(tables: readonly Table[]): Promise<void> {
    for (const {name} of tables) await this.#sessions.use((session) => session.query(analyze(name)));
  }
}

/** In their order. */
const existing = async (session: MySession, tables: readonly Table[]): Promise<readonly Table[]> => {
  const {rows} = await session.query(
    `SELECT table_schema AS \`schema\`, table_name AS name FROM information_schema.tables WHERE (table_schema, table_name) IN (${tableNames(tables.map(({name}) => name))})`,
  );
  const there = new Set(rows.map(({schema, name}) => JSON.stringify({schema, name})));
  return tables.filter(({name: {schema, name}}) => there.has(JSON.stringify({schema, name})));
};
