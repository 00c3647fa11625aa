import {errorText, TerminalError} from '../../model/errors.ts';
import {operationName, type PlannedOperation} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {Alter, AlterAct, Courtesy, FillRequest, Users} from '../alter.ts';
import type {MigrationRef} from '../engine.ts';
import {type Change, isIndexWork, type Piece, textOf, type Transaction} from './postgres-change.ts';
import {changeFindings} from './postgres-change-findings.ts';
import {changeOf} from './postgres-changes.ts';
import {refuseIfUsed} from './postgres-dependents.ts';
import {codeOf} from './postgres-errors.ts';
import {giveWay, LOCK_TIMEOUT_MS} from './postgres-give-way.ts';
import {workOnIndex} from './postgres-index-build.ts';
import {usersOf} from './postgres-old-shape.ts';
import {requireEpoch} from './postgres-require-epoch.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable, rangeCondition} from './postgres-sql.ts';
import {openWriter} from './postgres-writer.ts';

/** SQLSTATEs of a row that a rule refuses: NOT NULL, a foreign key, a check. */
const REFUSED_BY_ROWS = ['23502', '23503', '23514'];

type Turn = Courtesy & {readonly change: Change};

export class PostgresAlter implements Alter {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  findings(...[table, planned, earlier]: Parameters<Alter['findings']>): ReturnType<Alter['findings']> {
    const before = earlier.map((one) => changeOf(one, this.#migration));
    return this.#sessions.use((session) => changeFindings(session, table, changeOf(planned, this.#migration), before));
  }

  async start(act: AlterAct): Promise<void> {
    const turn = this.#turn(act);
    await this.#each(turn, turn.change.start, 0);
  }

  async sync(act: AlterAct): Promise<void> {
    const turn = this.#turn(act);
    await this.#each(turn, turn.change.sync, turn.change.start.length);
  }

  async fillChunk(request: FillRequest): Promise<{readonly rows: number}> {
    const {table, chunk, fills, epoch} = request;
    const turn = {...request, table: table.name, what: `chunk ${chunk.id}`};
    // The application's triggers rest: a filled row is not a row that somebody changed.
    const open = (): Promise<PgSession> => openWriter(this.#sessions, this.#migration, `fill ${chunk.id}`);
    return giveWay(this.#sessions, open, turn, async (session) => {
      let rows = 0;
      for (const planned of fills) rows += await this.#fill(session, planned, rangeCondition(table, chunk.range), table.name);
      const {rowCount} = await session.query(
        `UPDATE crossfade.chunk SET state = 'done', rows = $4 WHERE migration = $1 AND id = $2 AND state = 'open' AND epoch = $3`,
        [this.#migration.short, chunk.id, epoch, rows],
      );
      if (rowCount !== 1)
        throw new TerminalError(`chunk ${chunk.id} belongs to a newer runner`, {code: 'CF-LEASE-002', next: 'crossfade status'});
      return {rows};
    });
  }

  async #fill(session: PgSession, planned: PlannedOperation, range: string, table: TableName): Promise<number> {
    const {fill} = changeOf(planned, this.#migration);
    if (!fill) return 0;
    return (await refusedByRows(planned, () => session.query(fill(range, table)))).rowCount;
  }

  async validate(planned: PlannedOperation): Promise<{rows: string; unfilled: string}> {
    const change = changeOf(planned, this.#migration);
    return this.#sessions.use((session) =>
      session.transaction(BEGIN_COUNTING, async () => {
        // Completed before a crash in the middle of contract: the old shape may be gone.
        if (change.count === undefined || !(await this.#isOurs(session, change))) return {rows: '0', unfilled: '0'};
        const {count} = change;
        const row = await refusedByRows(planned, () => session.one(count));
        return {rows: row['rows'] ?? '', unfilled: row['unfilled'] ?? ''};
      }),
    );
  }

  users(planned: PlannedOperation): Promise<Users> {
    return this.#sessions.use((session) => usersOf(session, changeOf(planned, this.#migration)));
  }

  async complete(act: AlterAct): Promise<'completed' | 'unfilled'> {
    const turn = this.#turn(act);
    if (!(await this.#prove(turn))) return 'unfilled';
    await this.#transaction(turn, {doing: 'completing'}, async (session) => {
      if (!(await this.#forget(session, turn.change))) return; // completed before a crash
      for (const sql of lockWholly(turn.change)) await session.query(sql);
      for (const old of turn.change.old) await refuseIfUsed(session, old);
      for (const sql of turn.change.complete) await session.query(sql);
    });
    return 'completed';
  }

  async #prove(turn: Turn): Promise<boolean> {
    const {change} = turn;
    try {
      await this.#each(turn, change.prove, proofPlace(change));
      return true;
    } catch (error) {
      const {unprove} = change;
      if (!unprove || !REFUSED_BY_ROWS.includes(codeOf(error) ?? '')) throw error;
      await this.#transaction(turn, unprove, async (session) => {
        for (const sql of unprove.sql) await session.query(textOf(sql));
        await session.query(`DELETE FROM crossfade.schema_statement WHERE migration = $1 AND file = $2 AND place >= $3`, [
          ...this.#record(change),
          proofPlace(change),
        ]);
      });
      return false;
    }
  }

  async undo(act: AlterAct): Promise<void> {
    const turn = this.#turn(act);
    const {undo} = turn.change;
    for (const [place, piece] of undo.entries()) {
      if (isIndexWork(piece)) await this.#onIndex(turn, piece);
      else
        await this.#transaction(turn, piece, async (session) => {
          const isLast = place === undo.length - 1;
          // Never begun, or the application's since it was completed.
          if (!(await (isLast ? this.#forget(session, turn.change) : this.#isOurs(session, turn.change)))) return;
          for (const sql of piece.sql) await session.query(textOf(sql));
        });
    }
  }

  #turn(act: AlterAct): Turn {
    return {...act, change: changeOf(act.planned, this.#migration)};
  }

  /** Each transaction once: it commits with its place on record. */
  async #each(turn: Turn, pieces: readonly Piece[], from: number): Promise<void> {
    for (const [place, piece] of pieces.entries()) {
      if (isIndexWork(piece)) await this.#onIndex(turn, piece);
      else await this.#transaction(turn, piece, (session) => this.#once(session, turn.change, piece, from + place));
    }
  }

  async #once(session: PgSession, change: Change, piece: Transaction, place: number): Promise<void> {
    if (place > 0 && !(await this.#isOurs(session, change))) return; // completed before a crash
    const {rowCount} = await session.query(
      `INSERT INTO crossfade.schema_statement (migration, file, place, digest) VALUES ($1, $2, $3, 'done') ON CONFLICT DO NOTHING`,
      [...this.#record(change), place],
    );
    if (rowCount) for (const sql of piece.sql) await session.query(textOf(sql));
  }

  #onIndex(turn: Turn, piece: Extract<Piece, {index: unknown}>): Promise<void> {
    const {change, epoch} = turn;
    const what = `${piece.doing} ${change.subject}`;
    return workOnIndex(this.#sessions, piece, {...turn, table: piece.on ?? change.table, what}, async (session) => {
      await requireEpoch(session, this.#migration.short, epoch);
      return this.#isOurs(session, change);
    });
  }

  #transaction<T>(turn: Turn, {doing, on}: Pick<Transaction, 'doing' | 'on'>, act: (session: PgSession) => Promise<T>): Promise<T> {
    const {change, epoch} = turn;
    return giveWay(
      this.#sessions,
      () => this.#sessions.open('alter'),
      {...turn, table: on ?? change.table, what: `${doing} ${change.subject}`},
      async (session) => {
        await requireEpoch(session, this.#migration.short, epoch);
        return act(session);
      },
    );
  }

  /** The record that the change is ours; it commits with what it is about. */
  #record({name}: Change): readonly string[] {
    return [this.#migration.short, name];
  }

  async #isOurs(session: PgSession, change: Change): Promise<boolean> {
    const {rows} = await session.query(
      `SELECT place FROM crossfade.schema_statement WHERE migration = $1 AND file = $2 LIMIT 1`,
      this.#record(change),
    );
    return rows.length > 0;
  }

  async #forget(session: PgSession, change: Change): Promise<boolean> {
    const {rowCount} = await session.query(
      `DELETE FROM crossfade.schema_statement WHERE migration = $1 AND file = $2`,
      this.#record(change),
    );
    return rowCount > 0;
  }
}

/** Where on record the proof begins. */
const proofPlace = ({start, sync}: Change): number => start.length + sync.length;

export const BEGIN_COUNTING = 'BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, public';

/**
 * What loses a column, all at once and before anything is looked at. Who has one table of several already waits for the
 * next with the others waiting behind it, so together they get the time of one.
 */
export const lockWholly = ({old}: Change): string[] => {
  const tables = [...new Set(old.map(({table}) => quoteTable(table)))].toSorted();
  if (!tables.length) return [];
  const share = Math.max(1, Math.floor(LOCK_TIMEOUT_MS / tables.length));
  return [
    ...(tables.length > 1 ? [`SET LOCAL lock_timeout = '${share}ms'`] : []),
    `LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`,
  ];
};

/** Class 22: the expression met a row that it cannot be computed for. */
const refusedByRows = async <T>(planned: PlannedOperation, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (!codeOf(error)?.startsWith('22')) throw error;
    const why = errorText(error);
    throw new TerminalError(`${operationName(planned)} cannot be computed for some row: ${why}`, {
      code: 'CF-APPLY-002',
      cause: error,
      next: 'correct the rows and crossfade resume, or crossfade abort and correct the expression',
    });
  }
};
