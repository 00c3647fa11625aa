/**
 * Changes to tables in use, piece by piece. A piece is noted before it and its outcome after it; one that was begun and
 * has no outcome is decided by looking at the catalogue, because the server does each DDL statement whole or not at all.
 */
import {isCoded, TerminalError} from '../../model/errors.ts';
import {columnName, type PlannedOperation} from '../../model/planned-operation.ts';
import type {Alter, AlterAct, FillRequest, Users} from '../alter.ts';
import type {MigrationRef} from '../engine.ts';
import {giveWayTo, type Turn} from '../give-way.ts';
import {type Change, hasProgram, type Piece} from './mysql-change.ts';
import {changeFindings} from './mysql-change-findings.ts';
import {BEGUN, ChangeRecord, CONTRACTING, IN_STEP, UNDOING} from './mysql-change-record.ts';
import {changeOf} from './mysql-changes.ts';
import {isPassing, numberOf} from './mysql-errors.ts';
import {lockWait} from './mysql-fence-statements.ts';
import {fillChunk, notComputed} from './mysql-fill.ts';
import {forgetIndexes, keptIndexes} from './mysql-kept-indexes.ts';
import {columnUsers} from './mysql-old-shape.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import {isInStep, isInTheWay, sendPiece} from './mysql-send-piece.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {tableUsers} from './mysql-table-users.ts';
import {dropProgram, settled, takeTurn} from './mysql-together.ts';
import {openWriter} from './mysql-writer.ts';

/** The shortest there is on MySQL. While we wait for a table, everybody who comes later waits behind us. */
const LOCK_WAIT_S = 1;
export const GIVING_WAY = lockWait(LOCK_WAIT_S);
/** A row that a rule refuses: NOT NULL, a check. */
const REFUSED_BY_ROWS = [1138, 1265, 1048, 4025];

export class MysqlAlter implements Alter {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;
  readonly #record: ChangeRecord;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
    this.#record = new ChangeRecord(sessions, migration);
  }

  findings(...[table, planned, earlier]: Parameters<Alter['findings']>): ReturnType<Alter['findings']> {
    return this.#sessions.use((session) => changeFindings(session, this.#migration, table, changeOf(planned), earlier.map(changeOf)));
  }

  async start(act: AlterAct): Promise<void> {
    const change = changeOf(act.planned);
    await this.#record.note(act.epoch, change, BEGUN);
    await this.#each(act, change, change.start);
  }

  async sync(act: AlterAct): Promise<void> {
    const change = changeOf(act.planned);
    await this.#record.note(act.epoch, change, IN_STEP);
    await this.#each(act, change, change.sync ?? []);
  }

  fillChunk(request: FillRequest): Promise<{readonly rows: number}> {
    const turn = {...request, table: request.table.name, what: `chunk ${request.chunk.id}`};
    const open = () => openWriter(this.#sessions, this.#migration, `fill ${request.chunk.id}`);
    return this.#inTurn(turn, (session) => fillChunk(session, this.#migration, request, request.fills.map(changeOf)), open);
  }

  validate(planned: PlannedOperation): ReturnType<Alter['validate']> {
    const change = changeOf(planned);
    return this.#sessions.use(async (session) => {
      if (!(await this.#isOurs(session, change)) || (await this.#record.isPast(session, change))) return NOTHING_TO_COUNT;
      return countRows(session, change, change.count);
    });
  }

  users(planned: PlannedOperation): Promise<Users> {
    const change = changeOf(planned);
    return this.#sessions.use(async (session) => {
      await settled(session, this.#migration);
      if (await this.#record.isPast(session, change)) return {objects: [], statements: []};
      return {objects: (await Promise.all(change.old.map((old) => columnUsers(session, old)))).flat(), statements: []};
    });
  }

  async complete(act: AlterAct): Promise<'completed' | 'unfilled'> {
    const change = changeOf(act.planned);
    if (!(await this.#sessions.use((session) => this.#isOurs(session, change)))) return 'completed'; // before a crash
    if (await this.#isPast(change)) return this.#completed(act, change);
    const {objects} = await this.users(act.planned);
    if (objects.length) throw stillUsed(change.old.map(columnName).join(', '), objects);
    if ((await this.#restored(act, change, change.count)) !== '0') return 'unfilled';
    await this.#record.note(act.epoch, change, CONTRACTING);
    try {
      await this.#each(act, change, change.complete);
    } catch (error) {
      if (REFUSED_BY_ROWS.includes(numberOf(error) ?? 0)) return 'unfilled';
      throw error;
    }
    if (change.unprove && (await this.validate(act.planned)).unfilled !== '0') {
      await this.#each(act, change, change.unprove);
      return 'unfilled';
    }
    return this.#completed(act, change);
  }

  async undo(act: AlterAct): Promise<void> {
    const change = changeOf(act.planned);
    // Never begun, or the application's since it was completed.
    if (!(await this.#sessions.use((session) => this.#isOurs(session, change)))) return;
    if (await this.#isPast(change)) {
      act.note(`${change.subject} was completed before, and stays`);
      await this.#completed(act, change);
      return;
    }
    // Once it has begun, what keeps the shapes in step is away by its own doing, and the old shape is the one that counts.
    const isBegun = await this.#sessions.use((session) => this.#record.has(session, change, UNDOING));
    if (!isBegun && (await this.#restored(act, change, change.strays)) !== '0') throw strayed(change);
    await this.#record.note(act.epoch, change, UNDOING);
    await this.#record.forget(act.epoch, change, CONTRACTING);
    await this.#each(act, change, change.undo);
    await this.#indexesAgain(act, change);
    await this.#completed(act, change);
  }

  /** Those that a server has taken away, and died before it had taken their column. */
  async #indexesAgain(act: AlterAct, change: Change): Promise<void> {
    const kept = await this.#sessions.use((session) => keptIndexes(session, this.#migration, change));
    await this.#each(act, change, kept);
  }

  #isPast(change: Change): Promise<boolean> {
    return this.#sessions.use((session) => this.#record.isPast(session, change));
  }

  /** From here on nothing of it is ours. Where a runner died beside it, the program that did it is still there. */
  async #completed({epoch}: AlterAct, change: Change): Promise<'completed'> {
    if (hasProgram(change))
      await this.#sessions.use(async (session) => {
        await session.query(dropProgram(this.#migration, change));
        await forgetIndexes(session, this.#migration, change);
      });
    await this.#record.forget(epoch, change);
    return 'completed';
  }

  /**
   * Where a runner died while it took away what keeps the shapes in step, that is put back, and what `lacks` counts is asked:
   * somebody may have written one shape meanwhile.
   */
  async #restored(act: AlterAct, change: Change, lacks: string | undefined): Promise<string> {
    const isWhole = await this.#sessions.use(
      async (session) => !(await this.#record.has(session, change, IN_STEP)) || isInStep(session, change),
    );
    if (isWhole) return '0';
    await this.#each(act, change, change.sync ?? []);
    const {unfilled} = await this.#sessions.use((session) => countRows(session, change, lacks));
    if (unfilled !== '0') await this.#indexesAgain(act, change); // it may be long until somebody has seen to those rows
    return unfilled;
  }

  async #each(act: AlterAct, change: Change, pieces: readonly Piece[]): Promise<void> {
    for (const piece of pieces) {
      const turn = {...act, table: change.table, what: `${piece.doing} ${change.subject}`};
      await this.#inTurn(turn, (session) => this.#once(session, act, change, piece));
    }
  }

  async #once(session: MySession, {epoch}: AlterAct, change: Change, piece: Piece): Promise<void> {
    await takeTurn(session, this.#migration);
    await ownTransaction(session, () => requireEpoch(session, this.#migration.short, epoch));
    await sendPiece(session, this.#migration, change, piece);
  }

  /** Whether the change is ours, and not completed or undone yet. */
  async #isOurs(session: MySession, change: Change): Promise<boolean> {
    await settled(session, this.#migration);
    return this.#record.has(session, change, BEGUN);
  }

  #inTurn<T>(turn: Turn, act: (session: MySession) => Promise<T>, open = () => this.#sessions.open('alter')): Promise<T> {
    return giveWayTo(
      {
        clock: this.#sessions.options.effects.clock,
        limit: `${LOCK_WAIT_S} s`,
        once: async () => {
          const session = await open();
          try {
            await session.query(GIVING_WAY);
            return await act(session);
          } finally {
            await session.close();
          }
        },
        isInTheWay,
        blockers: () => this.#sessions.use((session) => blockersOf(session, turn)),
      },
      turn,
    );
  }
}

const NOTHING_TO_COUNT = {rows: '0', unfilled: '0'} as const;

/** The server is asked for one row, which an expression of the plan may keep it from giving. */
const countRows = async (session: MySession, {name}: Change, count: string | undefined): Promise<{rows: string; unfilled: string}> => {
  if (count === undefined) return NOTHING_TO_COUNT;
  try {
    const row = await session.one(count);
    return {rows: row['total'] ?? '', unfilled: row['unfilled'] ?? ''};
  } catch (error) {
    if (isCoded(error) || isPassing(error) || numberOf(error) === undefined) throw error;
    throw notComputed(name, error);
  }
};

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

const strayed = ({subject}: Change): TerminalError =>
  new TerminalError(`${subject}: rows were written to the new shape alone, while a runner that died had let go of the old one`, {
    code: 'CF-VERIFY-001',
    next: 'write what they have into the old column as well, then crossfade resume',
  });
