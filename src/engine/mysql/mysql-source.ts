import type {Carried} from '../../model/carried.ts';
import type {Key, Row, StreamEvent} from '../../model/change.ts';
import {TerminalError, TransientError} from '../../model/errors.ts';
import type {Position} from '../../model/position.ts';
import type {Direction} from '../../model/side.ts';
import {nameOf, type Table, type TableName, writtenColumns} from '../../model/table.ts';
import type {BulkFormat, KeptLog, KeyRange, MigrationRef, Scope, SequenceState, Source} from '../engine.ts';
import {readAutoIncrement} from './mysql-auto-increment.ts';
import {MysqlChangeStream} from './mysql-change-stream.ts';
import {linesOf} from './mysql-copy-text.ts';
import {MysqlKeptLog} from './mysql-kept-log.ts';
import {executedPosition, mark, unseen, untilVisible} from './mysql-mark.ts';
import {BEGIN_READING, isCut, keyColumns, nextBound, oneOf, rangeCondition, rowsPerRange, selectRows} from './mysql-read-statements.ts';
import {rowsOf, sentRows, textRows, type SentRow} from './mysql-row-stream.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {changedShape, createStream, dropStream, probeStream, stillThere, streamRecord} from './mysql-stream-record.ts';

/** Looked again whether delivered transactions are visible; each look is a round trip. */
const LOOKS_MAX = 2000;
/** Conditions of one statement. */
const KEYS_PER_READ = 500;
const NEVER = new AbortController().signal;

export class MysqlSource implements Source {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;
  /** Tables that the scope names now, whatever the stream was created with. */
  readonly #tablesInScope: (scope: Scope) => Promise<readonly TableName[]>;
  readonly #kept: MysqlKeptLog;

  constructor(sessions: MySessions, migration: MigrationRef, tablesInScope: (scope: Scope) => Promise<readonly TableName[]>) {
    this.#sessions = sessions;
    this.#migration = migration;
    this.#tablesInScope = tablesInScope;
    this.#kept = new MysqlKeptLog(sessions);
  }

  async createStream(direction: Direction, tables: readonly Table[], signal: AbortSignal): Promise<Position> {
    const createdAt = await createStream(this.#sessions, this.#migration, direction, tables, signal);
    this.#kept.standsAt(direction, createdAt);
    return createdAt;
  }

  async probeStream(direction: Direction, applied: Position | undefined): Promise<void> {
    this.#kept.standsAt(direction, await probeStream(this.#sessions, this.#migration, direction, applied));
  }

  watchedFrom(_: Direction, from: Position): Promise<Position> {
    return this.#sessions.use((session) => stillThere(session, from));
  }

  keptLog(direction: Direction): Promise<KeptLog | undefined> {
    return this.#kept.look(direction);
  }

  dropStream(direction: Direction): Promise<void> {
    this.#kept.forget(direction);
    return dropStream(this.#sessions, this.#migration, direction);
  }

  async hasSameSchema(): Promise<boolean> {
    for (const direction of ['forward', 'reverse'] as const) {
      if ((await this.#changes(direction)).length > 0) return false;
    }
    return true;
  }

  async probeSchema(direction: Direction, scope: Scope | undefined): Promise<void> {
    const record = await this.#sessions.use((session) => streamRecord(session, this.#migration, direction));
    if (!record) return;
    const lines = [...(await this.#sessions.use((session) => changedShape(session, record)))];
    const known = new Set(record.tables.map(nameOf));
    const later = scope ? (await this.#tablesInScope(scope)).map(nameOf).filter((name) => !known.has(name)) : [];
    lines.push(...later.map((name) => `table ${name} is new`));
    if (lines.length === 0) return;
    throw new TerminalError(
      [`tables of the ${this.#sessions.options.side} are not what they were when the stream was made:`, ...lines].join('\n  '),
      {
        code: 'CF-DDL-001',
        next: 'undo that change, or abort and start again with the new schema',
      },
    );
  }

  /** None where there is no such stream. */
  #changes(direction: Direction): Promise<readonly string[]> {
    return this.#sessions.use(async (session) => {
      const record = await streamRecord(session, this.#migration, direction);
      return record ? changedShape(session, record) : [];
    });
  }

  async planRanges(table: Table, bytes: number, within?: KeyRange): Promise<KeyRange[]> {
    const end = within?.to;
    if (!isCut(table, bytes)) return [{after: within?.after, to: end}];
    const rows = rowsPerRange(table, bytes);
    return this.#withOwn('plan', async (session) => {
      const ranges: KeyRange[] = [];
      for (let after = within?.after; ; after = ranges.at(-1)?.to) {
        const [bound] = await rowsOf(session, nextBound(table, rangeCondition(table, {after, to: end}), rows), keyColumns(table));
        const to = bound && table.key.map((name) => bound[name] ?? null);
        const isLast = !to || JSON.stringify(to) === JSON.stringify(end);
        ranges.push({after, to: isLast ? end : to});
        if (isLast) return ranges;
      }
    });
  }

  async copyOut(table: Table, range: KeyRange, format: BulkFormat): ReturnType<Source['copyOut']> {
    if (format !== 'text') throw new Error(`rows of ${nameOf(table.name)} are asked for in a form that only their own engine has`);
    const {batches, done} = await this.#read(table, range);
    return {stream: linesOf(batches, writtenColumns(table)), done};
  }

  async copyCarried(table: Table, range: KeyRange, carried: readonly Carried[]): ReturnType<Source['copyOut']> {
    const {batches, done} = await this.#read(table, range);
    return {stream: linesOf(batches, writtenColumns(table), carried), done};
  }

  async copyRows(table: Table, range: KeyRange): ReturnType<Source['copyRows']> {
    const {batches, done} = await this.#read(table, range);
    return {rows: textRows(batches, writtenColumns(table)), done};
  }

  /** `done` resolves when the server has sent its last row, and rejects when the read was broken off. */
  async #read(table: Table, range: KeyRange): Promise<{readonly batches: AsyncIterable<readonly SentRow[]>; done(): Promise<void>}> {
    const session = await this.#sessions.open('copy');
    const end = Promise.withResolvers<void>();
    end.promise.catch(() => undefined); // whoever asks has it
    return {batches: ended(session, sentRows(session, selectRows(table, rangeCondition(table, range))), end), done: () => end.promise};
  }

  mark(content: string): Promise<Position> {
    return this.#sessions.use((session) => mark(session, this.#migration, content));
  }

  untilVisible(signal: AbortSignal): Promise<void> {
    return untilVisible(this.#sessions, this.#migration, signal);
  }

  unseen(delivered: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    return unseen(this.#sessions, this.#migration, delivered, NEVER);
  }

  currentPosition(): Promise<Position> {
    return this.#sessions.use(executedPosition);
  }

  async *changes(
    direction: Direction,
    from: Position,
    tables: readonly Table[],
    signal: AbortSignal,
  ): AsyncIterable<readonly StreamEvent[]> {
    const session = await this.#sessions.open(`stream ${direction}`);
    const {options} = this.#sessions;
    const stream = await MysqlChangeStream.start({options, migration: this.#migration, from, tables, session});
    try {
      yield* stream.events(signal);
    } finally {
      stream.close();
    }
  }

  /** The server keeps its log by its own rules, and is told nothing. */
  acknowledge(direction: Direction, position: Position): void {
    this.#kept.standsAt(direction, position);
  }

  async readRows(table: Table, keys: readonly Key[], delivered: ReadonlySet<string>): Promise<Row[]> {
    await this.#untilSeen(delivered);
    return this.#withOwn('reread', (session) =>
      session.transaction(BEGIN_READING, async () => {
        const rows: Row[] = [];
        for (let at = 0; at < keys.length; at += KEYS_PER_READ)
          rows.push(...(await rowsOf(session, selectRows(table, oneOf(table, keys.slice(at, at + KEYS_PER_READ))), writtenColumns(table))));
        return rows;
      }),
    );
  }

  async #untilSeen(delivered: ReadonlySet<string>): Promise<void> {
    let missing = delivered;
    for (let look = 0; look < LOOKS_MAX; look++) {
      missing = await this.unseen(missing);
      if (missing.size === 0) return;
    }
    throw new TransientError(`transactions that the stream has delivered are still not visible on ${this.#sessions.options.side}`, {
      code: 'CF-SRC-006',
      next: 'look for a replica that withholds its acknowledgement (rpl_semi_sync)',
    });
  }

  readSequences(tables: readonly Table[]): Promise<SequenceState[]> {
    return this.#sessions.use((session) => readAutoIncrement(session, tables));
  }

  async #withOwn<T>(label: string, act: (session: MySession) => Promise<T>): Promise<T> {
    const session = await this.#sessions.open(label);
    try {
      return await act(session);
    } finally {
      await session.close();
    }
  }
}

/** Closes the session with the last row. */
async function* ended(
  session: MySession,
  batches: AsyncIterable<readonly SentRow[]>,
  end: PromiseWithResolvers<void>,
): AsyncGenerator<readonly SentRow[]> {
  try {
    yield* batches;
    end.resolve();
  } catch (error) {
    end.reject(error);
    throw error;
  } finally {
    end.reject(new Error('the read was broken off')); // has no effect after the last row
    await session.close();
  }
}
