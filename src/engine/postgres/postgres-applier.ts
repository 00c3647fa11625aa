/**
 * One lane of apply: many rows a statement, one transaction for the rows and the position that accounts for them
 * (invariant 2). What the statements may do is decided above (`pipeline/net-changes.ts`); here it is only carried out,
 * and every count is compared with what it must be.
 */
import type {Key} from '../../model/change.ts';
import {errorText, TerminalError} from '../../model/errors.ts';
import type {Direction} from '../../model/side.ts';
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {RowOperation, TableBatch} from '../../model/row-operation.ts';
import type {Lane} from '../applier.ts';
import type {AppliedRows, Applier, ApplyCommit, MigrationRef, Refused, TableKey} from '../engine.ts';
import {codeOf, refusedValues} from './postgres-errors.ts';
import {groupOperations, type Group} from '../row-groups.ts';
import {type Attempt, isSurprise, LeftOut} from '../row-parking.ts';
import {takeOutAndPutBack} from '../row-replacement.ts';
import {type Round, truncateRounds} from '../truncate-rounds.ts';
import {notMet, rowStatement} from './postgres-row-statements.ts';
import {statementsOf, truncateStatements} from './postgres-apply-statements.ts';
import {readByKey} from './postgres-held-state.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import type {Sql} from './postgres-statement.ts';
import {windowStatements} from './postgres-windows.ts';
import {beginApply, openWriter, WRITES_IN_TRANSACTIONS} from './postgres-writer.ts';

/** A unique index or an exclusion constraint. */
const UNIQUE_REFUSALS = new Set(['23505', '23P01']);

const NO_SAVEPOINT = new Set(['3B001', '25P01']);
/** The server has refused what a row, or its table, is; whatever else went wrong is nothing that fewer rows at a time would mend. */
const isOfRows = (error: unknown): boolean => /^(22|23|42)/.test(codeOf(error) ?? '');

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
    const session = await openWriter(sessions, migration, `apply ${lane.direction}`, {pipelined: true});
    await session.query(WRITES_IN_TRANSACTIONS);
    return new PostgresApplier(session, migration, lane);
  }

  async write(batches: readonly TableBatch[]): Promise<AppliedRows> {
    const rounds = truncateRounds(batches);
    try {
      const missing = await this.#atOnce(rounds);
      this.#missing.push(...missing);
      return {missing, refused: []};
    } catch (error) {
      if (!isOfRows(error) && refusedValues(error) === undefined) throw error;
      await this.#session.query('ROLLBACK TO SAVEPOINT step').catch((other: unknown) => {
        throw NO_SAVEPOINT.has(codeOf(other) ?? '') ? error : other; // then the transaction itself could not begin
      });
    }
    return this.#stepByStep(rounds);
  }

  /** As long as no row is refused, which is nearly always: a far server is waited for once, however many statements there are. */
  async #atOnce(rounds: readonly Round[]): Promise<readonly TableKey[]> {
    const flight = statementsOf(rounds, (name) => this.#table(name));
    const before = [...this.#beginning(), {text: this.#savepointText()}];
    const answers = await this.#session.sendAll([...before, ...flight.map(({sql}) => sql)]);
    return answers.slice(before.length).flatMap((answer, i) => flight[i]?.missing(answer) ?? []);
  }

  async #stepByStep(rounds: readonly Round[]): Promise<AppliedRows> {
    const left = new LeftOut();
    for (const round of rounds) {
      for (const {table, steps} of round.rows) for (const step of steps) await left.step(table, step, this.#attempt(this.#table(table)));
      if (round.truncated.length) await this.#session.sendAll(truncateStatements(round.truncated.map((name) => this.#table(name))));
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

  /** Of the transaction, where it has not begun; to be sent before anything else. */
  #beginning(): readonly Sql[] {
    if (this.#open) return [];
    this.#open = true;
    this.#isSaved = false;
    return [{text: beginApply(this.#migration, this.#direction)}];
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

  /**
   * Multi-row first. A unique value that moves between rows of one step can collide there although every single event
   * was valid on the sending side; then all rows concerned are taken out and put back in their new form.
   */
  async #rows(table: Table, operations: readonly RowOperation[]): Promise<Key[]> {
    await this.#session.query(this.#savepointText());
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
  #savepointText(): string {
    const text = this.#isSaved ? 'RELEASE SAVEPOINT step; SAVEPOINT step' : 'SAVEPOINT step';
    this.#isSaved = true;
    return text;
  }

  async #groups(table: Table, groups: readonly Group[]): Promise<Key[]> {
    const missing: Key[] = [];
    for (const group of groups) missing.push(...notMet(table, group, await this.#session.send(rowStatement(table, group))));
    return missing;
  }

  #explained(table: Table, error: unknown): unknown {
    const code = codeOf(error);
    if (!isOfRows(error)) return error;
    const kind = code === '23505' ? 'CF-APPLY-001' : 'CF-APPLY-002';
    return new TerminalError(`${nameOf(table.name)} refused a row (${code}): ${errorText(error)}`, {
      code: kind,
      cause: error,
      next: `crossfade explain ${kind}`,
    });
  }

  async commit(rest: ApplyCommit): Promise<void> {
    const stored = {...rest, rereadAdd: [...this.#missing, ...this.#refused, ...rest.rereadAdd], refused: this.#refused};
    [this.#missing, this.#refused] = [[], []];
    const statements = [...this.#beginning(), ...windowStatements(this.#migration, stored), this.#moveOn(rest)];
    const moved = (await this.#session.sendAll(statements)).at(-1);
    await this.#session.query(moved?.rowCount === 1 ? 'COMMIT' : 'ROLLBACK');
    this.#open = false;
    if (moved?.rowCount === 1) return;
    throw new TerminalError(`another writer has moved the ${this.#direction} position of this migration`, {
      code: 'CF-LEASE-002',
      next: 'crossfade status',
    });
  }

  /** The compare-and-set that makes a resent transaction, a second writer and a replaced runner impossible (R9). */
  #moveOn({commitSeq, position}: ApplyCommit): Sql {
    return {
      text: `UPDATE crossfade.progress SET pos = $5, commit_seq = commit_seq + 1, updated_at = clock_timestamp() WHERE migration = $1 AND lane = $2 AND epoch = $3 AND commit_seq = $4`,
      values: [this.#migration.short, this.#direction, this.#epoch, commitSeq, position],
    };
  }

  async close(): Promise<void> {
    await this.#session.close();
  }
}
