import {TerminalError, TransientError} from '../../model/errors.ts';
import type {RouteRow} from '../../model/route.ts';
import type {LeaseHolder, MirroredEntry} from '../control.ts';
import type {Control, MigrationRef} from '../engine.ts';
import {CONTROL_SCHEMA, CONTROL_TABLES, SHADOW_PERCENT} from './mysql-control-schema.ts';
import {DROP_SCHEMA, TAKEOVER_LOCK_WAIT, takeOver} from './mysql-control-statements.ts';
import {endHolder, endOldWriters} from './mysql-end-session.ts';
import {isPassing, numberOf} from './mysql-errors.ts';
import {attemptRow} from './mysql-fence-schema.ts';
import {TABLE_LOCK_WAIT} from './mysql-fence-statements.ts';
import {inTurn, leaseLock, lockHolder, serverSessions, tryLock} from './mysql-lock.ts';
import {addMirrored, readMirrored, replaceMirrored} from './mysql-mirror.ts';
import {CONTROL_SCHEMA_NAME, ROUTE_TABLE} from './mysql-names.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {readRoute, routeColumns, writeRoute} from './mysql-route.ts';
import type {MySession, TextRow} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';

const TAKEOVER_ATTEMPTS_MAX = 10;
const LOCK_TIMEOUT = 1205;

const LEASE = `${CONTROL_SCHEMA_NAME}.lease`;
/** Without the host: one runner may reach the server from several addresses. */
const ROLE = `LEFT(USER(), CHAR_LENGTH(USER()) - LOCATE('@', REVERSE(USER())))`;
const MOMENT = (column: string): string => `DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%sZ')`;

/** Crossfade's own schema on one side. The lock's session is this object's own and lives until `close`. */
export class MysqlControl implements Control {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;
  #lease: MySession | undefined;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  isInstalled(): Promise<boolean> {
    return this.#sessions.use(async (session) => (await ownTables(session)).has('lease'));
  }

  /** Once per server and version; two runs that install at the same moment take turns. */
  async install(): Promise<void> {
    await this.#sessions.use((session) =>
      inTurn(session, async () => {
        const there = await ownTables(session);
        if (CONTROL_TABLES.every((name) => there.has(name))) return;
        if (there.has(ROUTE_TABLE) && !(await routeColumns(session)).includes('shadow_percent')) await extendRoute(this.#sessions);
        for (const statement of CONTROL_SCHEMA) await session.query(statement);
      }),
    );
  }

  async lock(holder: string): ReturnType<Control['lock']> {
    const session = (this.#lease ??= await this.#sessions.open('lease'));
    this.#sessions.keepListening(session);
    const isHeld = await tryLock(session, leaseLock(this.#migration));
    // Its own row also where that is finished: a runner may have died before it could write down that the run is over.
    const row = await this.#row(session, `OR migration = ${quoteValue(this.#migration.short)}`);
    if (!isHeld) return {ok: false, holder: row?.['holder'] ?? 'unknown', since: row?.['since'] ?? 'unknown'};
    await this.#register(session, holder);
    return {ok: true, epoch: Number(row?.['epoch'] ?? 0), migration: row?.['migration_id'] ?? undefined};
  }

  #unfinished(session: MySession): Promise<TextRow | undefined> {
    return this.#row(session, '');
  }

  async #row(session: MySession, orOther: string): Promise<TextRow | undefined> {
    const {rows} = await session.query(
      `SELECT migration_id, epoch, holder, ${MOMENT('since')} AS since FROM ${LEASE}
       WHERE name = ${quoteValue(this.#migration.name)} AND NOT finished ${orOther} ORDER BY finished LIMIT 1`,
    );
    return rows[0];
  }

  /** Who holds the lock is known from the moment it is held, for whoever asks next. */
  async #register(session: MySession, holder: string): Promise<void> {
    await session.query(`UPDATE ${LEASE} SET holder = ?, since = UTC_TIMESTAMP(6) WHERE migration = ?`, [holder, this.#migration.short]);
  }

  async holder(): Promise<LeaseHolder | undefined> {
    if (!(await this.isInstalled())) return undefined;
    return this.#sessions.use(async (session) => {
      const id = await lockHolder(session, leaseLock(this.#migration));
      if (id === undefined) return undefined;
      const row = await this.#unfinished(session);
      const seen = (await serverSessions(session)).find((one) => one.id === id);
      return {session: id, holder: row?.['holder'] ?? 'unknown', since: row?.['since'] ?? 'unknown', address: seen?.address ?? ''};
    });
  }

  endHolder(holder: LeaseHolder): Promise<boolean> {
    return this.#sessions.use((session) => endHolder(session, leaseLock(this.#migration), holder.session));
  }

  async raiseEpoch(epoch: number, holder: string): Promise<void> {
    const session = this.#lease;
    if (!session) throw new Error('the lock comes before the epoch');
    await ownTransaction(session, () => this.#takeLease(session, epoch, holder));
    await session.query(TAKEOVER_LOCK_WAIT);
    for (let attempt = 1; ; attempt++) {
      await endOldWriters(session, this.#migration, new Set(this.#sessions.pids));
      try {
        await ownTransaction(session, () => this.#takeOver(session, epoch));
        return;
      } catch (error) {
        if (!isPassing(error) || attempt >= TAKEOVER_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async #takeLease(session: MySession, epoch: number, holder: string): Promise<void> {
    const {id, short, name} = this.#migration;
    const {rows} = await session.query(`SELECT epoch FROM ${LEASE} WHERE migration = ? FOR UPDATE`, [short]);
    if (rows[0] && Number(rows[0]['epoch']) >= epoch)
      throw new TerminalError(`epoch ${epoch} is not newer than what ${this.#sessions.options.side} knows`, {
        code: 'CF-LEASE-002',
        next: 'crossfade status',
      });
    await session.query(
      rows[0]
        ? `UPDATE ${LEASE} SET epoch = ?, holder = ?, since = UTC_TIMESTAMP(6), role = ${ROLE} WHERE migration = ?`
        : `INSERT INTO ${LEASE} (epoch, holder, migration, migration_id, name, since, role, secret) VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6), ${ROLE}, HEX(RANDOM_BYTES(16)))`,
      rows[0] ? [epoch, holder, short] : [epoch, holder, short, id, name],
    );
    await session.query(attemptRow(short));
  }

  async #takeOver(session: MySession, epoch: number): Promise<void> {
    for (const statement of takeOver(this.#migration.short, epoch)) await session.query(statement);
  }

  async epoch(): Promise<number | undefined> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT epoch FROM ${LEASE} WHERE migration = ?`, [this.#migration.short]),
    );
    return rows[0] ? Number(rows[0]['epoch']) : undefined;
  }

  async lost(): Promise<never> {
    const reason = await this.#lease?.lost;
    throw new TransientError(
      `the ${this.#sessions.options.side}'s session that holds the migration's lock has ended: ${reason?.message ?? ''}`,
      {code: 'CF-CONN-004', next: 'crossfade resume'},
    );
  }

  mirror(entries: readonly MirroredEntry[], epoch: number): Promise<void> {
    return this.#sessions.use((session) => addMirrored(session, this.#migration, entries, epoch));
  }

  async mirrored(): Promise<readonly MirroredEntry[]> {
    return (await this.isInstalled()) ? this.#sessions.use((session) => readMirrored(session, this.#migration)) : [];
  }

  async replaceMirror(entries: readonly MirroredEntry[]): Promise<void> {
    await this.#sessions.use((session) => replaceMirrored(session, this.#migration, entries));
  }

  async history(): Promise<string> {
    const {history} = await this.#sessions.use((session) => session.one(`SELECT ${session.flavour.systemId} AS history`));
    return history ?? '';
  }

  async known(): Promise<{id: string; epoch: number} | undefined> {
    if (!(await this.isInstalled())) return undefined;
    const row = await this.#sessions.use((session) => this.#unfinished(session));
    return row && {id: row['migration_id'] ?? '', epoch: Number(row['epoch'])};
  }

  async readRoute(): Promise<RouteRow | undefined> {
    return (await this.isInstalled()) ? this.#sessions.use((session) => readRoute(session, this.#migration)) : undefined;
  }

  async writeRoute(route: Parameters<Control['writeRoute']>[0]): Promise<void> {
    await this.#sessions.use((session) => writeRoute(session, this.#migration, route));
  }

  async isFinished(): Promise<boolean> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT finished FROM ${LEASE} WHERE migration = ?`, [this.#migration.short]),
    );
    return rows[0]?.['finished'] === '1';
  }

  async finish(): Promise<void> {
    await this.#sessions.use((session) =>
      ownTransaction(session, async () => {
        for (const table of ['parked', 'reread'])
          await session.query(`DELETE FROM ${CONTROL_SCHEMA_NAME}.${table} WHERE migration = ?`, [this.#migration.short]);
        await session.query(`UPDATE ${LEASE} SET finished = true WHERE migration = ?`, [this.#migration.short]);
      }),
    );
  }

  async remove(): Promise<void> {
    await this.#sessions.use((session) =>
      inTurn(session, async () => {
        const there = await ownTables(session);
        if (!there.has('lease')) return; // removed already
        await ownTransaction(session, () => this.#removeRows(session, there));
        const {others} = await session.one(`SELECT count(*) AS others FROM ${LEASE}`);
        if (others === '0') await session.query(DROP_SCHEMA);
      }),
    );
  }

  /** The lease last: as long as it is there, all of it is found and removed again. */
  async #removeRows(session: MySession, there: ReadonlySet<string>): Promise<void> {
    const {short} = this.#migration;
    const tables = [...there].filter((name) => name !== 'lease');
    for (const name of [...tables, 'lease']) await session.query(`DELETE FROM ${CONTROL_SCHEMA_NAME}.${name} WHERE migration = ?`, [short]);
  }
}

/** Whoever reads the route waits behind us while we wait, so we do not wait for long. */
const extendRoute = async (sessions: MySessions): Promise<void> => {
  const session = await sessions.open('upgrade');
  try {
    await session.query(TABLE_LOCK_WAIT);
    await session.query(SHADOW_PERCENT);
  } catch (error) {
    if (numberOf(error) !== LOCK_TIMEOUT) throw error;
    throw new TransientError(`a transaction that stays open has read ${CONTROL_SCHEMA_NAME}.${ROUTE_TABLE}, which this version extends`, {
      code: 'CF-DDL-002',
      next: 'let it end (often a dump of the whole server), then start again',
    });
  } finally {
    await session.close();
  }
};

/** Every one of them has a column `migration`. */
const ownTables = async (session: MySession): Promise<ReadonlySet<string>> => {
  const {rows} = await session.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'`,
    [CONTROL_SCHEMA_NAME],
  );
  return new Set(rows.map(({name}) => name ?? ''));
};
