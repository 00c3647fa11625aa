/**
 * One lane of apply: many rows a statement, one transaction for the rows and the position that accounts for them
 * (invariant 2). What the statements may do is decided above (`pipeline/net-changes.ts`); here it is only carried out,
 * and every count is compared with what it must be.
 */
import type {Key} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Direction} from '../../model/side.ts';
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {RowOperation, TableBatch} from '../../model/row-operation.ts';
import type {Lane} from '../applier.ts';
import type {AppliedRows, Applier, ApplyCommit, MigrationRef, Refused, TableKey} from '../engine.ts';
import {codeOf, refusedValues} from './postgres-errors.ts';
import {groupOperations, type Group} from '../row-groups.ts';
import {type Attempt, isSurprise, LeftOut} from '../row-parking.ts';
import {takeOutAndPutBack} from '../row-replacement.ts';
import {truncateRounds} from '../truncate-rounds.ts';
import {deleteMoved, truncateOnly} from './postgres-copy-statements.ts';
import {runGroup} from './postgres-row-statements.ts';
import {readByKey} from './postgres-held-state.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {storeWindows} from './postgres-windows.ts';
import {beginApply, openWriter} from './postgres-writer.ts';

/** A unique index or an exclusion constraint. */
const UNIQUE_REFUSALS = new Set(['23505', '23P01']);

export class PostgresApplier implements Applier {
  readonly #session: PgSession;
  readonly #migration: MigrationRef;
  readonly #direction: Direction;
  readonly #epoch: number;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #parks: boolean;
  #open = false;
  #isSaved = false;
  #missing: TableKey[] = [];
  #refused: Refused[] = [];

  private constructor(session: PgSession, migration: MigrationRef, {direction, epoch, tables, parks}: Lane) {
    this.#session = session;
    this.#migration = migration;
    this.#direction = direction;
    this.#epoch = epoch;
    this.#tables = new Map(tables.map((table) => [nameOf(table.name), table]));
    this.#parks = parks;
  }

  static async open(sessions: PgSessions, migration: MigrationRef, lane: Lane): Promise<PostgresApplier> {
    return new PostgresApplier(await openWriter(sessions, migration, `apply ${lane.direction}`), migration, lane);
  }

  async write(batches: readonly TableBatch[]): Promise<AppliedRows> {
    await this.#begin();
    const left = new LeftOut();
    for (const round of truncateRounds(batches)) {
      for (const {table, steps} of round.rows) for (const step of steps) await left.step(table, step, this.#attempt(this.#table(table)));
      if (round.truncated.length) await this.#truncate(round.truncated.map((name) => this.#table(name)));
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
    await this.#session.query(beginApply(this.#migration, this.#direction));
    this.#open = true;
    this.#isSaved = false;
  }

  #attempt(table: Table): Attempt {
    return {
      carryOut: (operations) => this.#rows(table, operations),
      reasonOf: async (error, operations) => {
        const reason = this.#parks ? refusedValues(error) : undefined;
        if (reason === undefined) throw this.#explained(table, error);
        await this.#session.query('ROLLBACK TO SAVEPOINT step');
        if (await isSurprise((keys) => readByKey(this.#session, table, keys), operations)) throw this.#explained(table, error);
        return reason;
      },
    };
  }

  /** Together, because a table that another one refers to cannot be truncated alone. Rows outside the migration stay. */
  async #truncate(truncated: readonly Table[]): Promise<void> {
    for (const table of truncated) if (table.only) await this.#session.query(deleteMoved(table));
    const tables = truncated.filter((table) => !table.only);
    if (tables.length) await this.#session.query(truncateOnly(tables));
  }

  /**
   * Multi-row first. A unique value that moves between rows of one step can collide there although every single event
   * was valid on the sending side; then all rows concerned are taken out and put back in their new form.
   */
  async #rows(table: Table, operations: readonly RowOperation[]): Promise<Key[]> {
    await this.#savepoint();
    try {
      return await this.#groups(table, groupOperations(operations));
    } catch (error) {
      if (!UNIQUE_REFUSALS.has(codeOf(error) ?? '')) throw error;
    }
    await this.#session.query('ROLLBACK TO SAVEPOINT step');
    const replaced = await takeOutAndPutBack((keys) => readByKey(this.#session, table, keys), table, operations);
    return this.#groups(table, groupOperations(replaced));
  }

  /** The one before is released with it: in a transaction of millions of rows they would nest thousands deep. */
  async #savepoint(): Promise<void> {
    await this.#session.query(this.#isSaved ? 'RELEASE SAVEPOINT step; SAVEPOINT step' : 'SAVEPOINT step');
    this.#isSaved = true;
  }

  async #groups(table: Table, groups: readonly Group[]): Promise<Key[]> {
    const missing: Key[] = [];
    for (const group of groups) missing.push(...(await runGroup(this.#session, table, group)));
    return missing;
  }

  #explained(table: Table, error: unknown): unknown {
    const code = codeOf(error);
    if (!code || !/^(22|23|42)/.test(code)) return error;
    const kind = code === '23505' ? 'CF-APPLY-001' : 'CF-APPLY-002';
    return new TerminalError(`${nameOf(table.name)} refused a row (${code}): ${error instanceof Error ? error.message : ''}`, {
      code: kind,
      cause: error,
      next: `crossfade explain ${kind}`,
    });
  }

  async commit(rest: ApplyCommit): Promise<void> {
    await this.#begin();
    const rereads = {...rest, rereadAdd: [...this.#missing, ...this.#refused, ...rest.rereadAdd], refused: this.#refused};
    [this.#missing, this.#refused] = [[], []];
    await storeWindows(this.#session, this.#migration, rereads);
    await this.#moveOn(rest);
    await this.#session.query('COMMIT');
    this.#open = false;
  }

  /** The compare-and-set that makes a resent transaction, a second writer and a replaced runner impossible (R9). */
  async #moveOn(rest: ApplyCommit): Promise<void> {
    const {rowCount} = await this.#session.query(
      `UPDATE crossfade.progress SET pos = $5, commit_seq = commit_seq + 1, updated_at = clock_timestamp() WHERE migration = $1 AND lane = $2 AND epoch = $3 AND commit_seq = $4`,
      [this.#migration.short, this.#direction, this.#epoch, rest.commitSeq, rest.position],
    );
    if (rowCount === 1) return;
    await this.#session.query('ROLLBACK');
    throw new TerminalError(`another writer has moved the ${this.#direction} position of this migration`, {
      code: 'CF-LEASE-002',
      next: 'crossfade status',
    });
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
