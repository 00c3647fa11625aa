import type {RouteRow} from '../../model/route.ts';
import type {LeaseHolder, MirroredEntry} from '../control.ts';
import type {Control, MigrationRef} from '../engine.ts';
import {CONTROL_TABLES} from './postgres-control-schema.ts';
import {DROP_SCHEMA, endOldSessions, INSTALL, INSTALL_TURN, IS_WHOLE, takeOver, tryLock} from './postgres-control-statements.ts';
import {HISTORY, historyOf} from './postgres-history.ts';
import {BEGIN_LOCALLY} from './postgres-fence-statements.ts';
import {endLeaseHolder, leaseHolder} from './postgres-lease-holder.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {isPassing} from './postgres-errors.ts';
import {TerminalError, TransientError} from '../../model/errors.ts';

const TAKEOVER_ATTEMPTS_MAX = 10;

/** Crossfade's own schema on one side. The lock's session is this object's own and lives until `close`. */
export class PostgresControl implements Control {
  readonly #sessions: PgSessions;
  readonly #migration: MigrationRef;
  #lease: PgSession | undefined;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  async isInstalled(): Promise<boolean> {
    return this.#sessions.use(
      async (session) => (await session.one(`SELECT (to_regclass('crossfade.lease') IS NOT NULL)::text AS there`))['there'] === 'true',
    );
  }

  /** Once per server and version; two runs that install at the same moment take turns. */
  async install(): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        await session.query(INSTALL_TURN);
        const there = await session.one(IS_WHOLE);
        if (there['whole'] !== 'true') await session.query(INSTALL);
      }),
    );
  }

  async lock(holder: string): ReturnType<Control['lock']> {
    const session = (this.#lease ??= await this.#sessions.open('lease'));
    this.#sessions.keepListening(session);
    const {rows} = await session.send(tryLock(this.#migration));
    const known = await session.query(
      `SELECT migration_id, epoch::text, holder, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since FROM crossfade.lease
       WHERE name = $1 AND NOT finished OR migration = $2 ORDER BY finished LIMIT 1`,
      [this.#migration.name, this.#migration.short],
    );
    // Its own row also where that is finished: a runner may have died before it could write down that the run is over.
    const row = known.rows[0];
    if (rows[0]?.['got'] !== 'true') return {ok: false, holder: row?.['holder'] ?? 'unknown', since: row?.['since'] ?? 'unknown'};
    await this.#register(session, holder);
    return {ok: true, epoch: Number(row?.['epoch'] ?? 0), migration: row?.['migration_id'] ?? undefined};
  }

  async holder(): Promise<LeaseHolder | undefined> {
    return (await this.isInstalled()) ? this.#sessions.use((session) => leaseHolder(session, this.#migration)) : undefined;
  }

  endHolder(holder: LeaseHolder): Promise<boolean> {
    return this.#sessions.use((session) => endLeaseHolder(session, this.#migration, holder));
  }

  /** Who holds the lock is known from the moment it is held, for whoever asks next. */
  async #register(session: PgSession, holder: string): Promise<void> {
    await session.query(`UPDATE crossfade.lease SET holder = $2, since = now() WHERE migration = $1`, [this.#migration.short, holder]);
  }

  async raiseEpoch(epoch: number, holder: string): Promise<void> {
    const session = this.#lease;
    if (!session) throw new Error('the lock comes before the epoch');
    const {id, short, name} = this.#migration;
    const {rowCount} = await session.query(
      `INSERT INTO crossfade.lease (migration, migration_id, name, epoch, holder) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (migration) DO UPDATE SET epoch = excluded.epoch, holder = excluded.holder, since = now(), role = session_user WHERE crossfade.lease.epoch < excluded.epoch`,
      [short, id, name, epoch, holder],
    );
    if (!rowCount)
      throw new TerminalError(`epoch ${epoch} is not newer than what ${this.#sessions.options.side} knows`, {
        code: 'CF-LEASE-002',
        next: 'crossfade status',
      });
    for (let attempt = 1; ; attempt++) {
      await this.#endOldSessions(session);
      try {
        await session.transaction('BEGIN', async () => {
          for (const statement of takeOver(short, epoch)) await session.send(statement);
        });
        return;
      } catch (error) {
        if (!isPassing(error) || attempt >= TAKEOVER_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async #endOldSessions(session: PgSession): Promise<void> {
    await session.send(endOldSessions(this.#migration, `{${this.#sessions.pids.join(',')}}`));
  }

  async epoch(): Promise<number | undefined> {
    return this.#sessions.use(async (session) => {
      const {rows} = await session.query(`SELECT epoch::text FROM crossfade.lease WHERE migration = $1`, [this.#migration.short]);
      return rows[0] ? Number(rows[0]['epoch']) : undefined;
    });
  }

  async lost(): Promise<never> {
    const reason = await this.#lease?.lost;
    throw new TransientError(
      `the ${this.#sessions.options.side}'s session that holds the migration's lock has ended: ${reason?.message ?? ''}`,
      {code: 'CF-CONN-004', next: 'crossfade resume'},
    );
  }

  async mirror(entries: readonly MirroredEntry[], epoch: number): Promise<void> {
    const {rowCount} = await this.#sessions.use((session) => this.#insertMirrored(session, entries, epoch));
    if (rowCount < entries.length && (await this.epoch()) !== epoch)
      throw new TerminalError(`a newer runner keeps the journal on ${this.#sessions.options.side}`, {
        code: 'CF-LEASE-002',
        next: 'crossfade status',
      });
  }

  /** A runner that was replaced may have another journal by now, and its entries must not get into this one. */
  #insertMirrored(session: PgSession, entries: readonly MirroredEntry[], epoch: number) {
    return session.query(
      `INSERT INTO crossfade.journal (migration, seq, hash, body, history)
       SELECT $1, entry.seq, entry.hash, entry.body, ${HISTORY} FROM unnest($2::bigint[], $3::text[], $4::text[]) AS entry (seq, hash, body)
       WHERE EXISTS (SELECT FROM crossfade.lease l WHERE l.migration = $1 AND l.epoch = $5) ON CONFLICT DO NOTHING`,
      [this.#migration.short, entries.map(({seq}) => seq), entries.map(({hash}) => hash), entries.map(({body}) => body), epoch],
    );
  }

  history(): Promise<string> {
    return this.#sessions.use(historyOf);
  }

  async mirrored(): Promise<readonly MirroredEntry[]> {
    if (!(await this.isInstalled())) return [];
    const {rows} = await this.#sessions.use((session) =>
      session.query<{seq: string; hash: string; body: string; history: string | null}>(
        // Tables of an earlier version, of which a reader changes nothing, have no history.
        `SELECT seq::text, hash, body, to_jsonb(j) ->> 'history' AS history FROM crossfade.journal j WHERE migration = $1 ORDER BY j.seq`,
        [this.#migration.short],
      ),
    );
    return rows.map(({seq, hash, body, history}) => ({seq: Number(seq), hash, body, ...(history === null ? {} : {history})}));
  }

  async replaceMirror(entries: readonly MirroredEntry[]): Promise<void> {
    const epoch = await this.epoch();
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        await session.query(`DELETE FROM crossfade.journal WHERE migration = $1`, [this.#migration.short]);
        await this.#insertMirrored(session, entries, epoch ?? 0);
      }),
    );
  }

  async known(): Promise<{id: string; epoch: number} | undefined> {
    if (!(await this.isInstalled())) return undefined;
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT migration_id, epoch::text FROM crossfade.lease WHERE name = $1 AND NOT finished`, [this.#migration.name]),
    );
    return rows[0] ? {id: rows[0]['migration_id'] ?? '', epoch: Number(rows[0]['epoch'])} : undefined;
  }

  async readRoute(): Promise<RouteRow | undefined> {
    if (!(await this.isInstalled())) return undefined;
    const {rows} = await this.#sessions.use((session) =>
      session.query(
        `SELECT epoch::text, version::text, side, state, read_percent::text, shadow_percent::text,
                round(extract(epoch FROM hold_until - clock_timestamp()) * 1000)::text AS hold_ms
         FROM crossfade.route WHERE migration = $1`,
        [this.#migration.short],
      ),
    );
    const row = rows[0];
    if (!row) return undefined;
    return {
      epoch: Number(row['epoch']),
      version: Number(row['version']),
      side: row['side'] === 'target' ? 'target' : 'source',
      state: row['state'] === 'hold' ? 'hold' : 'open',
      holdMs: typeof row['hold_ms'] === 'string' ? Number(row['hold_ms']) : undefined,
      readPercent: Number(row['read_percent']),
      ...(typeof row['shadow_percent'] === 'string' ? {dual: {shadowPercent: Number(row['shadow_percent'])}} : {}),
    };
  }

  /** One above what stands here; a row of a newer epoch is left alone, and that is an error. */
  async writeRoute(route: Omit<RouteRow, 'version'> & {readonly versionMin?: number}): Promise<void> {
    const {short, name} = this.#migration;
    const {epoch, side, state, holdMs = null, readPercent, versionMin = 1, dual} = route;
    await this.#sessions.use((session) =>
      session.transaction(BEGIN_LOCALLY, async () => {
        const {rowCount} = await session.query(
          `INSERT INTO crossfade.route (migration, name, epoch, version, side, state, hold_until, read_percent, shadow_percent)
         VALUES ($1, $2, $3, $8, $4, $5, clock_timestamp() + $6 * interval '1 ms', $7, $9)
         ON CONFLICT (migration) DO UPDATE SET epoch = excluded.epoch, version = greatest(crossfade.route.version + 1, excluded.version), side = excluded.side, state = excluded.state,
           hold_until = excluded.hold_until, read_percent = excluded.read_percent, shadow_percent = excluded.shadow_percent WHERE crossfade.route.epoch <= excluded.epoch`,
          [short, name, epoch, side, state, holdMs, readPercent, versionMin, dual?.shadowPercent ?? null],
        );
        if (!rowCount) throw new TerminalError('a newer runner has written the route', {code: 'CF-LEASE-002', next: 'crossfade status'});
        await session.query(`SELECT pg_notify('crossfade_route', $1)`, [name]);
      }),
    );
  }

  async isFinished(): Promise<boolean> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT finished::text FROM crossfade.lease WHERE migration = $1`, [this.#migration.short]),
    );
    return rows[0]?.['finished'] === 'true';
  }

  async finish(): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        for (const table of ['parked', 'reread'])
          await session.query(`DELETE FROM crossfade.${table} WHERE migration = $1`, [this.#migration.short]);
        await session.query(`UPDATE crossfade.lease SET finished = true WHERE migration = $1`, [this.#migration.short]);
      }),
    );
  }

  async remove(): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        await session.query(INSTALL_TURN);
        const there = await session.one(`SELECT (to_regclass('crossfade.lease') IS NOT NULL)::text AS control`);
        if (there['control'] !== 'true') return; // removed already, or the sides are one database
        for (const table of CONTROL_TABLES)
          await session.query(`DELETE FROM crossfade.${table} WHERE migration = $1`, [this.#migration.short]);
        const {rows} = await session.query(`SELECT count(*)::text AS others FROM crossfade.lease`);
        if (rows[0]?.['others'] === '0') await session.query(DROP_SCHEMA);
      }),
    );
  }
}
