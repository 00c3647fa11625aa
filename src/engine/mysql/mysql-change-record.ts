/** What of a change in place is ours, and how far it has come: rows of our own tables, apart from what they are about. */
import type {MigrationRef} from '../engine.ts';
import type {Change} from './mysql-change.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import {requireEpoch} from './mysql-require-epoch.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

const RECORD = `${CONTROL_SCHEMA_NAME}.schema_statement`;

/** Beside the places of statements, which are above 0. Each is noted before anything of it is there. */
export const BEGUN = 0;
export const IN_STEP = -1;
export const CONTRACTING = -2;
export const UNDOING = -3;

export class ChangeRecord {
  readonly #sessions: MySessions;
  readonly #migration: MigrationRef;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#migration = migration;
  }

  note(epoch: number, change: Change, place: number): Promise<void> {
    return this.#write(
      epoch,
      `INSERT IGNORE INTO ${RECORD} (migration, file, place, digest, done) VALUES (?, ?, ${place}, '', FALSE)`,
      change,
    );
  }

  /** All of it, or one place. */
  forget(epoch: number, change: Change, place?: number): Promise<void> {
    const one = place === undefined ? '' : ` AND place = ${place}`;
    return this.#write(epoch, `DELETE FROM ${RECORD} WHERE migration = ? AND file = ?${one}`, change);
  }

  #write(epoch: number, sql: string, {name}: Change): Promise<void> {
    const {short} = this.#migration;
    return this.#sessions.use((session) =>
      ownTransaction(session, async () => {
        await requireEpoch(session, short, epoch);
        await session.query(sql, [short, name]);
      }),
    );
  }

  async has(session: MySession, {name}: Change, place: number): Promise<boolean> {
    const {rows} = await session.query(`SELECT place FROM ${RECORD} WHERE migration = ? AND file = ? AND place = ${place}`, [
      this.#migration.short,
      name,
    ]);
    return rows.length > 0;
  }

  /** Contract has taken the old shape away, and died before it could say so. */
  async isPast(session: MySession, change: Change): Promise<boolean> {
    if (change.isPast === undefined || !(await this.has(session, change, CONTRACTING))) return false;
    return (await session.query(change.isPast)).rows.length > 0;
  }
}
