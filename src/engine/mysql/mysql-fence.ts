import type {FenceRow, FenceState} from '../../model/fence-row.ts';
import {errorText, TransientError} from '../../model/errors.ts';
import type {Table, TableName} from '../../model/table.ts';
import {decideCommit, decideRelease} from '../../model/cutover-decision.ts';
import {AttemptOver, type Fence, type MigrationRef} from '../engine.ts';
import {isBusy, isPassing, numberOf} from './mysql-errors.ts';
import {attemptRow} from './mysql-fence-schema.ts';
import {
  closedAttempt,
  closedRow,
  FENCE_ROWS,
  fencedRow,
  fenceTurn,
  lockFenceRow,
  lockWait,
  openFence,
  READ_LATEST,
  ROW_WAIT_S,
  setAttempt,
  setFenceState,
  tombstone,
  TURN_S_MAX,
  WRITERS_WAIT_S,
} from './mysql-fence-statements.ts';
import {dropIdleTriggers, dropTriggers, makeHeldTriggers, makeTriggers} from './mysql-fence-standing.ts';
import {armMs} from './mysql-fence-triggers.ts';
import {tryLock} from './mysql-lock.ts';
import {executedPosition, markStatement} from './mysql-mark.ts';
import {lockEpoch, requireEpoch} from './mysql-require-epoch.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

/** Between the commit decision and the deadline: covers a clock step of the server (hazards §3.3). */
const COMMIT_GUARD_MS = 2000;
const RELEASE_TRIES_MAX = 20;

const DUPLICATE = 1062;

/** Row triggers that are made beforehand, and a row that tells them the attempt (decision 0021): refuses everybody but our own writers. */
export class MysqlFence implements Fence {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  get #short(): string {
    return this.#migration.short;
  }

  /** The rows before the triggers, which would refuse everybody for good without them. */
  closeFromStart(tables: readonly Table[]): Promise<void> {
    return this.#inTurn(async (session) => {
      await session.transaction('START TRANSACTION', async () => {
        await session.query(closedRow(this.#short));
        await session.query(attemptRow(this.#short));
        await session.query(closedAttempt(this.#short));
      });
      if ((await this.#read(session, 0))?.state === 'closed') await makeTriggers(session, this.#short, tables);
    });
  }

  /** What takes the tables' locks, for many of them before clients are held. Everybody passes until the fence is raised. */
  async arm(tables: readonly Table[], holdMs: number): Promise<void> {
    if (armMs(this.#short, tables) <= holdMs) return;
    await this.#inTurn(async (session) => {
      await session.query(attemptRow(this.#short));
      await makeTriggers(session, this.#short, tables);
    });
  }

  /** Triggers cannot be dropped meanwhile: that has its turn, and whoever drops some looks at the rows first. */
  raise(request: Parameters<Fence['raise']>[0]): ReturnType<Fence['raise']> {
    const {tables, attempt, epoch, budgetMs, marker} = request;
    return this.#inTurn(async (session) => {
      await session.query(attemptRow(this.#short));
      await makeHeldTriggers(session, this.#short, tables);
      await session.query(lockWait(WRITERS_WAIT_S));
      try {
        await session.transaction('START TRANSACTION', async () => {
          await requireEpoch(session, this.#short, epoch);
          await session.query(fencedRow(this.#short, attempt, budgetMs));
          await session.query(setAttempt(this.#short, attempt));
          await session.query(markStatement(this.#migration, marker));
        });
      } catch (error) {
        throw notRaised(error);
      }
      return {position: await executedPosition(session)};
    });
  }

  async rows(): Promise<FenceRow[]> {
    return this.#sessions.use(async (session) =>
      (await session.query(`${FENCE_ROWS} WHERE migration = ? ORDER BY epoch`, [this.#short])).rows.map(toRow),
    );
  }

  /** With the row locked, the newest of it whatever the snapshot. */
  async #read(session: MySession, attempt: number): Promise<FenceRow | undefined> {
    const {rows} = await session.query(lockFenceRow(this.#short, attempt));
    return rows.map(toRow)[0];
  }

  /** The commit point. The deadline is read while the row is locked, never before: the wait is over with the first read. */
  commit(attempt: number, epoch: number): Promise<'committed' | {readonly refused: string}> {
    return this.#decide(async (session) => {
      await this.#read(session, attempt);
      const row = await this.#read(session, attempt);
      const {rows} = await session.query(lockEpoch(this.#short));
      const decision = decideCommit({row, epochOnServer: Number(rows[0]?.['epoch']), myEpoch: epoch, guardMs: COMMIT_GUARD_MS});
      if (decision === 'commit') await this.#setState(session, attempt, 'committed');
      return decision === 'commit' ? 'committed' : decision;
    });
  }

  async release(attempt: number): Promise<'released' | 'committed'> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#decide((session) => this.#releaseOnce(session, attempt));
      } catch (error) {
        // Somebody is at the row, or has made it since we looked. A way that is broken is no row that is held: whoever called has others.
        const mayFollow = isBusy(error) || numberOf(error) === DUPLICATE;
        if (!mayFollow || tries >= RELEASE_TRIES_MAX) throw error;
      }
    }
  }

  async #releaseOnce(session: MySession, attempt: number): Promise<'released' | 'committed'> {
    const decision = decideRelease(await this.#read(session, attempt));
    if (decision === 'release') await this.#setState(session, attempt, 'released');
    if (decision === 'insert-tombstone') await session.query(tombstone(this.#short, attempt));
    return decision === 'committed' ? 'committed' : 'released';
  }

  async #setState(session: MySession, attempt: number, state: FenceState): Promise<void> {
    await session.query(setFenceState(this.#short, attempt, state));
  }

  /** Only the runner, or the watchdog, whose epoch is current here may open (K3). */
  open(epoch: number): Promise<void> {
    return this.#decide(async (session) => {
      await requireEpoch(session, this.#short, epoch);
      await session.query(openFence(this.#short));
    });
  }

  /** Triggers of an open side cost a little per row. */
  clean(tables: readonly Table[]): Promise<readonly TableName[]> {
    return this.#inTurn(async (session) => {
      const {rows} = await session.query(`${FENCE_ROWS} WHERE migration = ? AND state <> 'released'`, [this.#short]);
      return rows.length === 0 ? dropIdleTriggers(session, this.#short, tables) : [];
    });
  }

  remove(tables: readonly Table[]): Promise<void> {
    return this.#inTurn((session) => dropTriggers(session, this.#short, tables));
  }

  /** A session of its own, gone afterwards with what was set in it. */
  async #own<T>(label: string, act: (session: MySession) => Promise<T>): Promise<T> {
    const session = await this.#sessions.open(label);
    try {
      await session.query(READ_LATEST);
      return await act(session);
    } finally {
      await session.close();
    }
  }

  #decide<T>(act: (session: MySession) => Promise<T>): Promise<T> {
    return this.#own('decision', async (session) => {
      await session.query(lockWait(ROW_WAIT_S));
      return session.transaction('START TRANSACTION', () => act(session));
    });
  }

  /** One at a time makes, drops and counts on triggers: a clean-up of a runner that was replaced, too. The turn ends with the session. */
  #inTurn<T>(act: (session: MySession) => Promise<T>): Promise<T> {
    return this.#own('fence', async (session) => {
      if (await tryLock(session, fenceTurn(this.#short), TURN_S_MAX)) return act(session);
      throw new TransientError('another runner is at the triggers of the fence', {code: 'CF-CUT-001', next: 'nothing; it is tried again'});
    });
  }
}

const toRow = (row: Readonly<Record<string, string | null>>): FenceRow => ({
  epoch: Number(row['epoch']),
  state: row['state'] as FenceState,
  remainingMs: Number(row['remaining']),
});

const notRaised = (error: unknown): unknown => {
  if (numberOf(error) === DUPLICATE)
    return new AttemptOver('the watchdog ended this attempt before the fence stood', {
      code: 'CF-CUT-001',
      cause: error,
      next: 'nothing; the cutover tries again',
    });
  if (!isPassing(error)) return error;
  return new TransientError(`the fence could not be raised within ${WRITERS_WAIT_S} s: ${errorText(error)}`, {
    code: 'CF-CUT-001',
    cause: error,
    next: 'look for long transactions on the mapped tables',
  });
};
