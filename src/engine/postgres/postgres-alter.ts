import {TerminalError} from '../../model/errors.ts';
import {columnName, type NewColumn} from '../../model/planned-operation.ts';
import type {Alter, AlterAct, Courtesy, FillRequest} from '../alter.ts';
import type {MigrationRef} from '../engine.ts';
import {codeOf} from './postgres-errors.ts';
import {giveWay} from './postgres-give-way.ts';
import {
  addCheck,
  BEGIN_COUNTING,
  addColumn,
  countUnfilled,
  dropCheck,
  dropColumn,
  fillRows,
  finalShape,
  validateCheck,
} from './postgres-alter-statements.ts';
import {createInStep, dropInStep} from './postgres-in-step.ts';
import {newColumnFindings} from './postgres-new-column-findings.ts';
import {requireEpoch} from './postgres-require-epoch.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {rangeCondition} from './postgres-sql.ts';
import {openWriter} from './postgres-writer.ts';

/** SQLSTATE of a row that a constraint refuses. */
const CHECK_VIOLATION = '23514';

export class PostgresAlter implements Alter {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  findings(...[table, column]: Parameters<Alter['findings']>): ReturnType<Alter['findings']> {
    return this.#sessions.use((session) => newColumnFindings(session, table, column));
  }

  addColumn(act: AlterAct): Promise<void> {
    const {column} = act;
    return this.#change(act, 'adding', async (session) => {
      const {rowCount} = await session.query(
        `INSERT INTO crossfade.schema_statement (migration, file, place, digest) VALUES ($1, $2, 0, 'added') ON CONFLICT DO NOTHING`,
        this.#record(column),
      );
      if (!rowCount) return; // added before a crash
      await session.query(addColumn(column));
      if (column.backfill !== undefined) await session.query(createInStep(this.#migration, column, column.backfill));
    });
  }

  async fillChunk(request: FillRequest): Promise<{readonly rows: number}> {
    const {table, chunk, columns, epoch} = request;
    const turn = {...request, table: table.name, what: `chunk ${chunk.id}`};
    // The application's triggers rest: a filled row is not a row that somebody changed.
    const open = (): Promise<PgSession> => openWriter(this.#sessions, this.#migration, `fill ${chunk.id}`);
    return giveWay(this.#sessions, open, turn, async (session) => {
      let rows = 0;
      for (const column of columns) rows += await fill(session, column, rangeCondition(table, chunk.range));
      const {rowCount} = await session.query(
        `UPDATE crossfade.chunk SET state = 'done', rows = $4 WHERE migration = $1 AND id = $2 AND state = 'open' AND epoch = $3`,
        [this.#migration.short, chunk.id, epoch, rows],
      );
      if (rowCount !== 1)
        throw new TerminalError(`chunk ${chunk.id} belongs to a newer runner`, {code: 'CF-LEASE-002', next: 'crossfade status'});
      return {rows};
    });
  }

  async countUnfilled(column: NewColumn): Promise<{rows: string; unfilled: string}> {
    const row = await this.#sessions.use((session) =>
      session.transaction(BEGIN_COUNTING, () => refusedByRows(column, () => session.one(countUnfilled(column)))),
    );
    return {rows: row['rows'] ?? '', unfilled: row['unfilled'] ?? ''};
  }

  /** The default first and the trigger last, in one commit: there is no moment in which a writer gets neither. */
  async completeColumn(act: AlterAct): Promise<'completed' | 'unfilled'> {
    const {column} = act;
    if (column.notNull && !(await this.#proveNotNull(act))) return 'unfilled';
    const shape = finalShape(this.#migration, column);
    await this.#change(act, 'completing', async (session) => {
      if (shape !== undefined) await session.query(shape);
      await session.query(dropInStep(this.#migration, column));
      await this.#forget(session, column);
    });
    return 'completed';
  }

  /** NOT NULL would read the whole table under an exclusive lock, unless a valid check says it already. */
  async #proveNotNull(act: AlterAct): Promise<boolean> {
    const {column} = act;
    await this.#change(act, 'checking', (session) => session.query(addCheck(this.#migration, column)));
    try {
      await this.#change(act, 'validating', (session) => session.query(validateCheck(this.#migration, column)));
      return true;
    } catch (error) {
      if (codeOf(error) !== CHECK_VIOLATION) throw error;
      await this.#change(act, 'checking', (session) => session.query(dropCheck(this.#migration, column)));
      return false;
    }
  }

  dropColumn(act: AlterAct): Promise<void> {
    const {column} = act;
    return this.#change(act, 'removing', async (session) => {
      if (!(await this.#forget(session, column))) return; // never added, or the application's since it was completed
      await session.query(dropInStep(this.#migration, column));
      await session.query(dropColumn(column));
    });
  }

  #change<T>(turn: Courtesy & {readonly column: NewColumn}, doing: string, act: (session: PgSession) => Promise<T>): Promise<T> {
    const {column, epoch} = turn;
    return giveWay(
      this.#sessions,
      () => this.#sessions.open('alter'),
      {...turn, table: column.table, what: `${doing} ${columnName(column)}`},
      async (session) => {
        await requireEpoch(session, this.#migration.short, epoch);
        return act(session);
      },
    );
  }

  /** The record that the column is ours; it commits with the column. */
  #record(column: NewColumn): readonly string[] {
    return [this.#migration.short, `add-column ${columnName(column)}`];
  }

  async #forget(session: PgSession, column: NewColumn): Promise<boolean> {
    const {rowCount} = await session.query(
      `DELETE FROM crossfade.schema_statement WHERE migration = $1 AND file = $2`,
      this.#record(column),
    );
    return rowCount > 0;
  }
}

const fill = async (session: PgSession, column: NewColumn, range: string): Promise<number> => {
  const {rowCount} = await refusedByRows(column, () => session.query(fillRows(column, range)));
  return rowCount;
};

/** Class 22: the expression met a row that it cannot be computed for. */
const refusedByRows = async <T>(column: NewColumn, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    if (!codeOf(error)?.startsWith('22')) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new TerminalError(`the backfill of ${columnName(column)} cannot be computed for some row: ${why}`, {
      code: 'CF-APPLY-002',
      cause: error,
      next: 'correct the rows and crossfade resume, or crossfade abort and correct the expression',
    });
  }
};
