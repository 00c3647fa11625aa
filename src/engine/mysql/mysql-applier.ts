/**
 * One lane of apply: many rows a statement, one transaction for the rows and the position that accounts for them
 * (invariant 2). What the statements may do is decided above (`pipeline/net-changes.ts`); here it is only carried out,
 * and every count is compared with what it must be.
 */
import {errorText, isCoded, TerminalError} from '../../model/errors.ts';
import type {Key} from '../../model/change.ts';
import type {Direction} from '../../model/side.ts';
import {nameOf, type Table, type TableName, writtenColumns} from '../../model/table.ts';
import type {RowOperation, TableBatch} from '../../model/row-operation.ts';
import type {Lane} from '../applier.ts';
import type {AppliedRows, Applier, ApplyCommit, MigrationRef, Refused, TableKey} from '../engine.ts';
import {groupOperations, type Group} from '../row-groups.ts';
import {type Attempt, isSurprise, LeftOut} from '../row-parking.ts';
import {takeOutAndPutBack} from '../row-replacement.ts';
import {truncateRounds} from '../truncate-rounds.ts';
import {isPassing, numberOf, refusedValues} from './mysql-errors.ts';
import {moveOn} from './mysql-progress.ts';
import {deleteAll, oneOf, selectRows} from './mysql-read-statements.ts';
import {runGroup} from './mysql-row-statements.ts';
import {rowsOf} from './mysql-row-stream.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {storeWindows} from './mysql-windows.ts';
import {applyLane, beginTagged, openWriter} from './mysql-writer.ts';

/** A unique index, under its old and its new number. */
const UNIQUE_REFUSALS: ReadonlySet<number> = new Set([1022, 1062, 1586]);
/** The server refuses whoever writes, and nothing is wrong with the row: it is read-only, or a trigger says so. */
const NOT_OF_THE_ROW: ReadonlySet<number> = new Set([1290, 1644, 1836]);

export class MysqlApplier implements Applier {
  readonly #session: MySession;
  readonly #migration: MigrationRef;
  readonly #direction: Direction;
  readonly #epoch: number;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #parks: boolean;
  #open = false;
  #missing: TableKey[] = [];
  #refused: Refused[] = [];

  private constructor(session: MySession, migration: MigrationRef, {direction, epoch, tables, parks}: Lane) {
    this.#session = session;
    this.#migration = migration;
    this.#direction = direction;
    this.#epoch = epoch;
    this.#tables = new Map(tables.map((table) => [nameOf(table.name), table]));
    this.#parks = parks;
  }

  static async open(sessions: MySessions, migration: MigrationRef, lane: Lane): Promise<MysqlApplier> {
    return new MysqlApplier(await openWriter(sessions, migration, `apply ${lane.direction}`), migration, lane);
  }

  async write(batches: readonly TableBatch[]): Promise<AppliedRows> {
    await this.#begin();
    const left = new LeftOut();
    for (const round of truncateRounds(batches)) {
      for (const {table, steps} of round.rows) for (const step of steps) await left.step(table, step, this.#attempt(this.#table(table)));
      // TRUNCATE would end the transaction.
      for (const name of round.truncated) await this.#session.query(deleteAll(this.#table(name)));
    }
    this.#missing.push(...left.missing);
    this.#refused.push(...left.refused);
    return left;
  }

  #table(name: TableName): Table {
    const table = this.#tables.get(nameOf(name));
    if (!table) throw new TerminalError(`${nameOf(name)} is not a mapped table`, {code: 'CF-APPLY-002'});
    return table;
  }

  async #begin(): Promise<void> {
    if (this.#open) return;
    await beginTagged(this.#session, this.#migration, applyLane(this.#direction));
    this.#open = true;
  }

  #attempt(table: Table): Attempt {
    return {
      carryOut: (operations) => this.#rows(table, operations),
      reasonOf: async (error, operations) => {
        const reason = this.#parks ? refusedValues(error) : undefined;
        if (reason === undefined) throw explained(table, error);
        await this.#session.query('ROLLBACK TO SAVEPOINT step');
        if (await isSurprise((keys) => this.#standing(table, keys), operations)) throw explained(table, error);
        return reason;
      },
    };
  }

  /**
   * Multi-row first. A unique value that moves between rows of one step can collide there although every single event
   * was valid on the sending side; then all rows concerned are taken out and put back in their new form.
   */
  async #rows(table: Table, operations: readonly RowOperation[]): Promise<Key[]> {
    await this.#session.query('SAVEPOINT step'); // in the place of the one before
    try {
      return await this.#groups(table, groupOperations(operations));
    } catch (error) {
      if (!UNIQUE_REFUSALS.has(numberOf(error) ?? 0)) throw error;
    }
    await this.#session.query('ROLLBACK TO SAVEPOINT step');
    const replaced = await takeOutAndPutBack((keys) => this.#standing(table, keys), table, operations);
    return this.#groups(table, groupOperations(replaced));
  }

  #standing(table: Table, keys: readonly Key[]) {
    return rowsOf(this.#session, `${selectRows(table, oneOf(table, keys))} FOR UPDATE`, writtenColumns(table));
  }

  async #groups(table: Table, groups: readonly Group[]): Promise<Key[]> {
    const missing: Key[] = [];
    for (const group of groups) missing.push(...(await runGroup(this.#session, table, group)));
    return missing;
  }

  async commit(rest: ApplyCommit): Promise<void> {
    await this.#begin();
    const rereads = {...rest, rereadAdd: [...this.#missing, ...this.#refused, ...rest.rereadAdd], refused: this.#refused};
    [this.#missing, this.#refused] = [[], []];
    await storeWindows(this.#session, this.#migration, rereads);
    await moveOn(this.#session, this.#migration, {lane: this.#direction, epoch: this.#epoch, ...rest});
    await this.#session.query('COMMIT');
    this.#open = false;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}

/** What the server says of a row for good. Whoever gets an error closes the lane, which takes its transaction back. */
const explained = (table: Table, error: unknown): unknown => {
  const number = error instanceof RangeError ? 0 : numberOf(error);
  if (number === undefined || isCoded(error) || isPassing(error) || NOT_OF_THE_ROW.has(number)) return error;
  const kind = UNIQUE_REFUSALS.has(number) ? 'CF-APPLY-001' : 'CF-APPLY-002';
  return new TerminalError(`${nameOf(table.name)} refused a row (${number}): ${errorText(error)}`, {
    code: kind,
    cause: error,
    next: `crossfade explain ${kind}`,
  });
};
