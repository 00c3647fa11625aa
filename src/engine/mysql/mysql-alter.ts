/**
 * Changes to tables in use, piece by piece. A piece is noted before it and its outcome after it; one that was begun and
 * has no outcome is decided by looking at the catalogue, because the server does each DDL statement whole or not at all.
 */
import {InvariantViolation, TerminalError} from '../../model/errors.ts';
import {columnName, type PlannedOperation} from '../../model/planned-operation.ts';
import type {Alter, AlterAct, Users} from '../alter.ts';
import type {MigrationRef} from '../engine.ts';
import {giveWayTo, type Turn} from '../give-way.ts';
import type {Change, Ddl} from './mysql-change.ts';
import {changeFindings} from './mysql-change-findings.ts';
import {changeOf} from './mysql-changes.ts';
import {numberOf} from './mysql-errors.ts';
import {lockWait} from './mysql-fence-statements.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {columnUsers} from './mysql-old-shape.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteTable} from './mysql-sql.ts';
import {tableUsers} from './mysql-table-users.ts';

const RECORD = `${CONTROL_SCHEMA_NAME}.schema_statement`;
/** The shortest there is on MySQL. While we wait for a table, everybody who comes later waits behind us. */
const LOCK_WAIT_S = 1;
export const GIVING_WAY = lockWait(LOCK_WAIT_S);
/** A lock was not had in time, or we were the one to give up in a deadlock. */
const IN_THE_WAY = [1205, 1213];
const NULL_VALUE = [1138, 1265, 1048];
const DUPLICATE = 1062;

export class MysqlAlter implements Alter {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  findings(...[table, planned, earlier]: Parameters<Alter['findings']>): ReturnType<Alter['findings']> {
    return this.#sessions.use((session) => changeFindings(session, this.#migration, table, changeOf(planned), earlier.map(changeOf)));
  }

  async start(act: AlterAct): Promise<void> {
    const change = changeOf(act.planned);
    await this.#note(act, change);
    await this.#each(act, change, change.start);
  }

  /** No operation that is carried out here has two shapes to be kept in step, or rows to be filled. */
  async sync(): Promise<void> {}

  async fillChunk(): Promise<never> {
    throw new InvariantViolation('assess has refused every operation that fills rows');
  }

  validate(planned: PlannedOperation): ReturnType<Alter['validate']> {
    const change = changeOf(planned);
    return this.#sessions.use(async (session) => {
      if (change.count === undefined || !(await this.#isOurs(session, change))) return {rows: '0', unfilled: '0'};
      const row = await session.one(change.count);
      return {rows: row['total'] ?? '', unfilled: row['unfilled'] ?? ''};
    });
  }

  users(planned: PlannedOperation): Promise<Users> {
    return this.#sessions.use(async (session) => ({
      objects: (await Promise.all(changeOf(planned).old.map((old) => columnUsers(session, old)))).flat(),
      statements: [],
    }));
  }

  async complete(act: AlterAct): Promise<'completed' | 'unfilled'> {
    const change = changeOf(act.planned);
    if (!(await this.#sessions.use((session) => this.#isOurs(session, change)))) return 'completed'; // before a crash
    for (const old of change.old) {
      const {objects} = await this.users(act.planned);
      if (objects.length) throw stillUsed(columnName(old), objects);
    }
    try {
      await this.#each(act, change, change.complete);
    } catch (error) {
      if (NULL_VALUE.includes(numberOf(error) ?? 0)) return 'unfilled';
      throw error;
    }
    await this.#forget(act, change);
    return 'completed';
  }

  async undo(act: AlterAct): Promise<void> {
    const change = changeOf(act.planned);
    // Never begun, or the application's since it was completed.
    if (!(await this.#sessions.use((session) => this.#isOurs(session, change)))) return;
    await this.#each(act, change, change.undo);
    await this.#forget(act, change);
  }

  async #each(act: AlterAct, change: Change, pieces: readonly Ddl[]): Promise<void> {
    for (const piece of pieces) {
      const turn = {...act, table: change.table, what: `${piece.doing} ${change.subject}`};
      await this.#inTurn(turn, (session) => this.#once(session, act, change, piece));
    }
  }

  async #once(session: MySession, {epoch}: AlterAct, change: Change, piece: Ddl): Promise<void> {
    await ownTransaction(session, () => requireEpoch(session, this.#migration.short, epoch));
    if ((await session.query(piece.isDone)).rows.length) return; // before a crash
    try {
      await session.query(piece.sql(quoteTable(change.table)));
    } catch (error) {
      if (numberOf(error) === DUPLICATE) throw notUnique(change, error);
      throw error;
    }
  }

  #inTurn<T>(turn: Turn, act: (session: MySession) => Promise<T>): Promise<T> {
    return giveWayTo(
      {
        clock: this.#sessions.options.effects.clock,
        limit: `${LOCK_WAIT_S} s`,
        once: async () => {
          const session = await this.#sessions.open('alter');
          try {
            await session.query(GIVING_WAY);
            return await act(session);
          } finally {
            await session.close();
          }
        },
        isInTheWay: (error) => IN_THE_WAY.includes(numberOf(error) ?? 0),
        blockers: () => this.#sessions.use((session) => blockersOf(session, turn)),
      },
      turn,
    );
  }

  /** The change is ours from here on; before anything of it is there. */
  #note(act: AlterAct, change: Change): Promise<void> {
    return this.#record(act, `INSERT IGNORE INTO ${RECORD} (migration, file, place, digest, done) VALUES (?, ?, 0, '', FALSE)`, change);
  }

  #forget(act: AlterAct, change: Change): Promise<void> {
    return this.#record(act, `DELETE FROM ${RECORD} WHERE migration = ? AND file = ?`, change);
  }

  #record({epoch}: AlterAct, sql: string, {name}: Change): Promise<void> {
    const {short} = this.#migration;
    return this.#sessions.use((session) =>
      ownTransaction(session, async () => {
        await requireEpoch(session, short, epoch);
        await session.query(sql, [short, name]);
      }),
    );
  }

  async #isOurs(session: MySession, {name}: Change): Promise<boolean> {
    const {rows} = await session.query(`SELECT place FROM ${RECORD} WHERE migration = ? AND file = ?`, [this.#migration.short, name]);
    return rows.length > 0;
  }
}

const blockersOf = async (session: MySession, {table}: Turn): Promise<string> => {
  const users = await tableUsers(session, [table]);
  if (users === 'not told') return 'a transaction that has used the table; this server does not tell which';
  return users.length ? users.map((id) => `session ${id}`).join(', ') : 'a session that is gone already';
};

const stillUsed = (what: string, objects: readonly string[]): TerminalError =>
  new TerminalError(`${what} is still used by ${objects.join(', ')}`, {
    code: 'CF-DDL-003',
    next: 'move or drop them, then crossfade resume',
  });

const notUnique = ({subject}: Change, cause: unknown): TerminalError =>
  new TerminalError(`${subject} cannot be unique: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code: 'CF-VERIFY-001',
    cause,
    next: 'make those rows differ and crossfade resume, or crossfade abort',
  });
