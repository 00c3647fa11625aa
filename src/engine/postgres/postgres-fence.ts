import type {FenceRow, FenceState} from '../../model/fence-row.ts';
import {TransientError} from '../../model/errors.ts';
import type {Table, TableName} from '../../model/table.ts';
import {decideCommit, decideRelease} from '../../model/cutover-decision.ts';
import type {Fence, MigrationRef} from '../engine.ts';
import {codeOf, isPassing} from './postgres-errors.ts';
import {toPosition} from './postgres-position.ts';
import {requireEpoch} from './postgres-require-epoch.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';

/** Between the commit decision and the deadline: covers a clock step of the server (hazards §3.3). */
export const COMMIT_GUARD_MS = 2000;
/** One attempt to take all tables' locks; a longer wait would queue the application behind us. */
const FENCE_LOCK_TIMEOUT = '500ms';
const CLEAN_LOCK_TIMEOUT = '200ms';

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
        const {rowCount} = await session.query(
          `INSERT INTO crossfade.fence (migration, epoch, state) VALUES ($1, 0, 'closed') ON CONFLICT DO NOTHING`,
          [this.#short],
        );
        if (rowCount) await this.#createTriggers(session, tables, 0);
      }),
    );
  }

  async raise(request: Parameters<Fence['raise']>[0]): ReturnType<Fence['raise']> {
    const session = await this.#sessions.open('fence');
    try {
      await session.transaction('BEGIN', async () => {
        await session.query(`SET LOCAL lock_timeout = '${FENCE_LOCK_TIMEOUT}'`);
        await requireEpoch(session, this.#short, request.epoch);
        await session.query(
          `INSERT INTO crossfade.fence (migration, epoch, state, deadline) VALUES ($1, $2, 'fenced', clock_timestamp() + $3 * interval '1 ms')`,
          [this.#short, request.attempt, request.budgetMs],
        );
        await this.#createTriggers(session, request.tables, request.attempt);
        await session.query(`SELECT pg_logical_emit_message(true, 'crossfade', $1)`, [`${this.#short} ${request.marker}`]);
      });
      const row = await session.one(`SELECT pg_current_wal_flush_lsn()::text AS lsn`);
      return {position: toPosition(row['lsn'] ?? '')};
    } catch (error) {
      if (codeOf(error) === '23505')
        throw new TransientError('the watchdog ended this attempt before the fence stood', {
          code: 'CF-CUT-001',
          cause: error,
          next: 'nothing; the cutover tries again',
        });
      if (isPassing(error))
        throw new TransientError(
          `the fence could not be raised within ${FENCE_LOCK_TIMEOUT}: ${error instanceof Error ? error.message : ''}`,
          {code: 'CF-CUT-001', cause: error, next: 'look for long transactions on the mapped tables'},
        );
      throw error;
    } finally {
      await session.close();
    }
  }

  async #createTriggers(session: PgSession, tables: readonly Table[], epoch: number): Promise<void> {
    const names = tables.flatMap((table) => [table.name, ...table.partitions]).sort((a, b) => (quoteTable(a) < quoteTable(b) ? -1 : 1));
    const statements = names.flatMap((name) => this.#triggerStatements(name, epoch));
    if (statements.length) await session.query(statements.join(';\n'));
  }

  #triggerStatements(table: TableName, epoch: number): string[] {
    const trigger = quoteName(this.#trigger(epoch));
    const call = `FOR EACH STATEMENT EXECUTE FUNCTION crossfade.fence_guard(${quoteValue(this.#short)}, '${epoch}')`;
    return [
      `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${quoteTable(table)} ${call}`,
      `ALTER TABLE ${quoteTable(table)} ENABLE ALWAYS TRIGGER ${trigger}`,
    ];
  }

  #trigger(epoch: number): string {
    return `crossfade_${this.#short}_fence_${epoch}`;
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
      session.transaction('BEGIN', async () => {
        await session.query('SET LOCAL synchronous_commit = on');
        await session.query(`SELECT FROM crossfade.fence WHERE migration = $1 AND epoch = $2 FOR UPDATE`, [this.#short, attempt]);
        const [row] = await this.#read(session, '', attempt);
        const {rows} = await session.query(`SELECT epoch::text FROM crossfade.lease WHERE migration = $1 FOR SHARE`, [this.#short]);
        const decision = decideCommit({row, epochOnServer: Number(rows[0]?.['epoch']), myEpoch: epoch, guardMs: COMMIT_GUARD_MS});
        if (decision === 'commit') await this.#setState(session, attempt, 'committed');
        return decision === 'commit' ? 'committed' : decision;
      }),
    );
  }

  async release(attempt: number): Promise<'released' | 'committed'> {
    return this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        await session.query('SET LOCAL synchronous_commit = on');
        await session.query(`SELECT FROM crossfade.fence WHERE migration = $1 AND epoch = $2 FOR UPDATE`, [this.#short, attempt]);
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
    await session.query(`UPDATE crossfade.fence SET state = $3 WHERE migration = $1 AND epoch = $2`, [this.#short, epoch, state]);
  }

  /** Only the runner, or the watchdog, whose epoch is current here may open (K3). */
  async open(epoch: number): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        await requireEpoch(session, this.#short, epoch);
        await session.query(`UPDATE crossfade.fence SET state = 'released' WHERE migration = $1 AND state <> 'released'`, [this.#short]);
      }),
    );
  }

  /** Triggers whose row is released cost a little per statement; dropping one needs a lock that readers hold up. */
  async clean(tables: readonly Table[]): Promise<void> {
    const released = (await this.rows()).filter((row) => row.state === 'released');
    for (const {epoch} of released) {
      for (const table of tables.flatMap((one) => [one.name, ...one.partitions])) await this.#dropTrigger(table, epoch);
    }
  }

  async remove(tables: readonly Table[]): Promise<void> {
    const rows = await this.rows();
    for (const {epoch} of rows) {
      for (const {name, partitions} of tables) {
        for (const table of [name, ...partitions]) await this.#sessions.use((session) => session.query(this.#dropStatement(table, epoch)));
      }
    }
  }

  #dropStatement(table: TableName, epoch: number): string {
    return `DROP TRIGGER IF EXISTS ${quoteName(this.#trigger(epoch))} ON ${quoteTable(table)}`;
  }

  async #dropTrigger(table: TableName, epoch: number): Promise<void> {
    await this.#sessions
      .use((session) =>
        session.transaction('BEGIN', async () => {
          await session.query(`SET LOCAL lock_timeout = '${CLEAN_LOCK_TIMEOUT}'`);
          await session.query(this.#dropStatement(table, epoch));
        }),
      )
      .catch((error: unknown) => {
        if (!isPassing(error)) throw error; // busy: the next clean-up finds it
      });
  }
}
