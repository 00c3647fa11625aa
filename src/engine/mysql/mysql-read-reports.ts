import {TerminalError} from '../../model/errors.ts';
import {type ReadTally, tallyOf} from '../../model/read-tally.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import type {ReadReports} from '../read-reports.ts';
import {accountFor, namedAccounts} from './mysql-client-rights.ts';
import {numberOf} from './mysql-errors.ts';
import {CONTROL_SCHEMA_NAME, REPORT_TABLE} from './mysql-names.ts';
import {readAccount} from './mysql-privileges.ts';
import {grantRoute} from './mysql-route.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';

const REPORTS = `${CONTROL_SCHEMA_NAME}.${REPORT_TABLE}`;
/** As `docs/dual-write.md` makes it; other columns may stand beside these when they have defaults. */
const COLUMNS = `
  SELECT t.engine AS engine, c.column_name AS name, c.data_type AS type, c.character_maximum_length AS length
  FROM information_schema.tables t LEFT JOIN information_schema.columns c
    ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.column_name IN ('router', 'connection', 'n', 'epoch')
  WHERE t.table_schema = ? AND t.table_name = ? AND t.table_type = 'BASE TABLE' ORDER BY c.column_name`;
const WANTED = 'connection int, epoch bigint, n bigint, router char(36)';
const KEY = `
  SELECT column_name AS name FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? AND index_name = 'PRIMARY'
  ORDER BY seq_in_index`;
/** Nothing of that name is there, and GRANT makes no account. */
const NO_ACCOUNT = new Set([1133, 1410]);
/** No right to give one. */
const NOT_GIVEN = new Set([1044, 1045, 1141, 1142]);

/** Whoever reports follows the route, which nobody here may read by itself. */
export class MysqlReadReports implements ReadReports {
  readonly #sessions: MySessions;
  readonly #short: string;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#short = migration.short;
  }

  outboxFault(outbox: TableName, role: string): Promise<string | undefined> {
    return this.#sessions.use(
      async (session) => (await shapeFault(session, outbox)) ?? ((await mayWrite(session, outbox, role)) ? undefined : notAllowed(role)),
    );
  }

  async allow(role: string): Promise<void> {
    await this.#sessions.use(async (session) => {
      const accounts = await namedAccounts(session, role);
      if (!accounts.length) throw this.#notThere(role, 'there is no such account');
      for (const account of accounts)
        for (const statement of [grantRoute(account), `GRANT SELECT, INSERT, UPDATE ON ${REPORTS} TO ${account}`])
          await session.query(statement).catch((error: unknown) => this.#notGiven(role, error));
    });
  }

  #notGiven(role: string, error: unknown): never {
    const number = numberOf(error) ?? 0;
    if (NO_ACCOUNT.has(number)) throw this.#notThere(role, String(error));
    if (!NOT_GIVEN.has(number)) throw error;
    const {side} = this.#sessions.options;
    throw notAllowedTo(
      role,
      String(error),
      `an administrator runs: GRANT GRANT OPTION ON ${CONTROL_SCHEMA_NAME}.* to the account of ${side}.url`,
    );
  }

  #notThere(role: string, reason: string): TerminalError {
    return notAllowedTo(role, reason, `create the account ${role} on the ${this.#sessions.options.side}, or correct the role in the plan`);
  }

  async reports(version: number): Promise<readonly ReadTally[]> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT tally FROM ${REPORTS} WHERE migration = ? AND version = ?`, [this.#short, version]),
    );
    return rows.map((row) => tallyOf(row['tally'] ?? '{}'));
  }
}

/** A token that another engine keeps is not taken back with its write. */
async function shapeFault(session: MySession, {schema, name}: TableName): Promise<string | undefined> {
  const {rows} = await session.query(COLUMNS, [schema, name]);
  if (!rows[0]) return 'is not there';
  if (rows[0]['engine'] !== 'InnoDB') return 'is not a table of InnoDB';
  const columns = rows.map((row) => `${row['name']} ${row['type']}${row['type'] === 'char' ? `(${row['length']})` : ''}`).join(', ');
  if (columns !== WANTED && columns !== WANTED.replace('char(36)', 'uuid')) return `has not the columns ${WANTED}`;
  const key = await session.query(KEY, [schema, name]);
  return key.rows.map((row) => row['name']).join(', ') === 'router, connection'
    ? undefined
    : 'has not the primary key (router, connection)';
}

/** Where nobody shows what others may, a router says what it lacks. */
async function mayWrite(session: MySession, {schema, name}: TableName, role: string): Promise<boolean> {
  const account = await accountFor(session, await readAccount(session), role);
  return account === 'not shown' || account?.holdsOnTable(schema, name, ['SELECT', 'INSERT', 'UPDATE']) === true;
}

const notAllowedTo = (role: string, reason: string, next: string): TerminalError =>
  new TerminalError(`${role} cannot be allowed to report its reads: ${reason}`, {
    code: 'CF-READ-003',
    next: `${next}; then crossfade resume`,
  });

const notAllowed = (role: string): string => `may not be read and written by ${role}`;
