import type {FenceRow, FenceState} from '../../model/fence-row.ts';
import {errorText, TransientError} from '../../model/errors.ts';
import {distinctTables, type Table, type TableName} from '../../model/table.ts';
import {decideCommit, decideRelease} from '../../model/cutover-decision.ts';
import {AttemptOver, type Fence, type MigrationRef} from '../engine.ts';
import {codeOf, isPassing} from './postgres-errors.ts';
import {
  BEGIN_LOCALLY,
  beginDecision,
  CLEAN_LOCK_TIMEOUT,
  closedRow,
  dropFenceTriggers,
  endDecisionWait,
  FENCE_LOCK_TIMEOUT,
  fencedRow,
  fenceMarker,
  fenceTriggers,
  lockFenceRow,
  lockTimeout,
  openFence,
  RELEASE_LOCK_TIMEOUT,
  setFenceState,
  standingTriggers,
} from './postgres-fence-statements.ts';
import {toPosition} from './postgres-position.ts';
import {requireEpoch} from './postgres-require-epoch.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {tableOf} from './postgres-windows.ts';

/** Between the commit decision and the deadline: covers a clock step of the server (hazards §3.3). */
export const COMMIT_GUARD_MS = 2000;
/** The row is in use: by a decision, or by a fence that is being raised. */
const LOCK_NOT_AVAILABLE = '55P03';
/** Far more than any wait for the row takes once nobody waits for a standby; whoever asked asks again. */
const RELEASE_TRIES_MAX = 20;

/** The trigger fence (hazards §3.2 P1): waits for open writers, then refuses everybody but our own writers. */
export class PostgresFence implements Fence {
  readonly #sessions: PgSessions;
  readonly #short: string;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#short = migration.short;
  }

  async closeFromStart(tables: readonly Table[]): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        const {rowCount} = await session.send(closedRow(this.#short));
        if (rowCount) await this.#createTriggers(session, tables, 0);
      }),
    );
  }

  async raise(request: Parameters<Fence['raise']>[0]): ReturnType<Fence['raise']> {
    const session = await this.#sessions.open('fence');
    try {
      await session.transaction(BEGIN_LOCALLY, async () => {
        await session.query(lockTimeout(FENCE_LOCK_TIMEOUT));
        await requireEpoch(session, this.#short, request.epoch);
        await session.send(fencedRow(this.#short, request.attempt, request.budgetMs));
        await this.#createTriggers(session, request.tables, request.attempt);
        await session.send(fenceMarker(this.#short, request.marker));
      });
      const row = await session.one(`SELECT pg_current_wal_flush_lsn()::text AS lsn`);
      return {position: toPosition(row['lsn'] ?? '')};
    } catch (error) {
      if (codeOf(error) === '23505')
        throw new AttemptOver('the watchdog ended this attempt before the fence stood', {
          code: 'CF-CUT-001',
          cause: error,
          next: 'nothing; the cutover tries again',
        });
      if (isPassing(error))
        throw new TransientError(`the fence could not be raised within ${FENCE_LOCK_TIMEOUT}: ${errorText(error)}`, {
          code: 'CF-CUT-001',
          cause: error,
          next: 'look for long transactions on the mapped tables',
        });
      throw error;
    } finally {
      await session.close();
    }
  }

  async #createTriggers(session: PgSession, tables: readonly Table[], epoch: number): Promise<void> {
    const statements = fenceTriggers(this.#short, tables, String(epoch));
    if (statements.length) await session.query(statements.map(({sql}) => sql).join(';\n'));
  }

  async rows(): Promise<FenceRow[]> {
    return this.#sessions.use((session) => this.#read(session, ''));
  }

  async #read(session: PgSession, suffix: string, epoch?: number): Promise<FenceRow[]> {
    const {rows} = await session.query(
      `SELECT epoch::text, state, coalesce(round(extract(epoch FROM deadline - clock_timestamp()) * 1000), 0)::bigint::text AS remaining
       FROM crossfade.fence WHERE migration = $1 AND ($2::bigint IS NULL OR epoch = $2::bigint) ORDER BY crossfade.fence.epoch ${suffix}`,
      [this.#short, epoch ?? null],
    );
    return rows.map((row) => ({epoch: Number(row['epoch']), state: row['state'] as FenceState, remainingMs: Number(row['remaining'])}));
  }

  /** The commit point. The deadline is read while the row is locked, never before. */
  async commit(attempt: number, epoch: number): Promise<'committed' | {readonly refused: string}> {
    return this.#sessions.use((session) =>
      session.transaction(beginDecision(this.#short), async () => {
        await session.send(lockFenceRow(this.#short, attempt));
        const [row] = await this.#read(session, '', attempt);
        const {rows} = await session.query(`SELECT epoch::text FROM crossfade.lease WHERE migration = $1 FOR SHARE`, [this.#short]);
        const decision = decideCommit({row, epochOnServer: Number(rows[0]?.['epoch']), myEpoch: epoch, guardMs: COMMIT_GUARD_MS});
        if (decision === 'commit') await this.#setState(session, attempt, 'committed');
        return decision === 'commit' ? 'committed' : decision;
      }),
    );
  }

  async release(attempt: number): Promise<'released' | 'committed'> {
    for (let tries = 1; ; tries++) {
      await this.#sessions.use((session) => session.send(endDecisionWait(this.#short)));
      try {
        return await this.#releaseOnce(attempt);
      } catch (error) {
        if (codeOf(error) !== LOCK_NOT_AVAILABLE || tries >= RELEASE_TRIES_MAX) throw error;
      }
    }
  }

  #releaseOnce(attempt: number): Promise<'released' | 'committed'> {
    return this.#sessions.use((session) =>
      session.transaction(BEGIN_LOCALLY, async () => {
        await session.query(lockTimeout(RELEASE_LOCK_TIMEOUT));
        await session.send(lockFenceRow(this.#short, attempt));
        const [row] = await this.#read(session, '', attempt);
        const decision = decideRelease(row);
        if (decision === 'release') await this.#setState(session, attempt, 'released');
        if (decision === 'insert-tombstone')
          await session.query(`INSERT INTO crossfade.fence (migration, epoch, state) VALUES ($1, $2, 'released')`, [this.#short, attempt]);
        return decision === 'committed' ? 'committed' : 'released';
      }),
    );
  }

  async #setState(session: PgSession, epoch: number, state: FenceState): Promise<void> {
    await session.send(setFenceState(this.#short, epoch, state));
  }

  /** Only the runner, or the watchdog, whose epoch is current here may open (K3). */
  async open(epoch: number): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction(BEGIN_LOCALLY, async () => {
        await requireEpoch(session, this.#short, epoch);
        await session.send(openFence(this.#short));
      }),
    );
  }

  /** Triggers whose row is released cost a little per statement; dropping one needs a lock that readers hold up. */
  async clean(tables: readonly Table[]): Promise<readonly TableName[]> {
    const isReleased = new Set((await this.rows()).flatMap(({epoch, state}) => (state === 'released' ? epoch : [])));
    const released = async () => (await this.#standing()).filter(({epoch}) => isReleased.has(epoch));
    let wasBusy = false;
    for (const epoch of new Set((await released()).map((one) => one.epoch))) {
      for (const statement of this.#drops(tables, epoch)) if (!(await this.#droppedUnlessBusy(statement))) wasBusy = true;
    }
    return wasBusy ? distinctTables((await released()).map(({table}) => table)) : [];
  }

  async remove(tables: readonly Table[]): Promise<void> {
    const rows = await this.rows();
    for (const {epoch} of rows) {
      for (const statement of this.#drops(tables, epoch)) await this.#sessions.use((session) => session.query(statement));
    }
  }

  /** Attempts of which a trigger is left: those of all earlier ones would be asked for under a lock each. */
  async #standing(): Promise<readonly {readonly epoch: number; readonly table: TableName}[]> {
    const {rows} = await this.#sessions.use((session) => session.send(standingTriggers(this.#short)));
    return rows.map((row) => ({epoch: Number(row['epoch']), table: tableOf(row)}));
  }

  #drops(tables: readonly Table[], epoch: number): string[] {
    return dropFenceTriggers(this.#short, tables, String(epoch));
  }

  async #droppedUnlessBusy(statement: string): Promise<boolean> {
    return this.#sessions
      .use((session) =>
        session.transaction('BEGIN', async () => {
          await session.query(lockTimeout(CLEAN_LOCK_TIMEOUT));
          await session.query(statement);
          return true;
        }),
      )
      .catch((error: unknown) => {
        if (isPassing(error)) return false;
        throw error;
      });
  }
}
