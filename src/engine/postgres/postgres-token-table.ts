import type {CanaryToken} from '../../model/canary-token.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Grant, MigrationRef} from '../engine.ts';
import type {TokenTable} from '../token-table.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteName} from './postgres-sql.ts';

/** No row where there is no such role. The schema and the table may not be there yet; rights through memberships count. */
const HELD = `
  SELECT coalesce(has_schema_privilege(r.oid, n.oid, 'USAGE'), false)::text AS usage,
    coalesce(has_table_privilege(r.oid, c.oid, 'INSERT') AND has_table_privilege(r.oid, c.oid, 'SELECT'), false)::text AS access,
    coalesce(NOT pg_has_role(c.relowner, 'USAGE'), false)::text AS is_foreign
  FROM pg_roles r LEFT JOIN pg_namespace n ON n.nspname = 'crossfade' LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'canary'
  WHERE r.rolname = $1`;

/** `crossfade.canary` on one side. */
export class PostgresTokenTable implements TokenTable {
  readonly #sessions: PgSessions;
  readonly #short: string;

  constructor(sessions: PgSessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#short = migration.short;
  }

  grants(role: string): Promise<readonly Grant[] | undefined> {
    return this.#sessions.use((session) => grantsOf(session, role));
  }

  /** Two migrations that grant at the same moment take turns. */
  async allow(role: string): Promise<void> {
    await this.#sessions.use((session) =>
      session.transaction('BEGIN', async () => {
        const grants = await grantsOf(session, role);
        if (!grants) throw this.#refused(role, 'there is no such role', `create the role ${role} there, as it is on the other side`);
        const missing = grants.filter(({isHeld}) => !isHeld);
        const [foreign] = missing.filter(({isOptional}) => !isOptional);
        if (foreign) throw this.#refused(role, 'it may not write tokens', `an administrator runs: ${foreign.statement}`);
        if (missing.length === 0) return;
        await session.query(`SELECT pg_advisory_xact_lock(hashtextextended('crossfade install', 0))`);
        for (const {statement} of missing) await session.query(statement);
      }),
    );
  }

  async tokens(attempt: number): Promise<readonly CanaryToken[]> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(
        'SELECT token::text, client::text, seq::text FROM crossfade.canary WHERE migration = $1 AND attempt = $2 ORDER BY client, crossfade.canary.seq',
        [this.#short, attempt],
      ),
    );
    return rows.map((row) => ({token: row['token'] ?? '', client: Number(row['client']), seq: Number(row['seq'])}));
  }

  #refused(role: string, why: string, next: string): TerminalError {
    return new TerminalError(`the canary cannot be ${role} on the ${this.#sessions.options.side}: ${why}`, {code: 'CF-CANARY-003', next});
  }
}

/** The table is the run's own, so the run gives the rights by itself; unless another role has made the table. */
async function grantsOf(session: PgSession, role: string): Promise<readonly Grant[] | undefined> {
  const {
    rows: [row],
  } = await session.query(HELD, [role]);
  if (!row) return undefined;
  const [quoted, isOptional] = [quoteName(role), row['is_foreign'] !== 'true'];
  const why = isOptional ? 'for the tokens of the canary; the run gives it by itself' : 'for the tokens of the canary';
  const grant = (statement: string, isHeld: boolean): Grant => ({phase: 'cutover', statement, why, isHeld, isOptional});
  const [usage, access] = tokenGrants(quoted);
  return [grant(usage, row['usage'] === 'true'), grant(access, row['access'] === 'true')];
}

/** `role` as SQL has it. */
export const tokenGrants = (role: string): readonly [string, string] => [
  `GRANT USAGE ON SCHEMA crossfade TO ${role};`,
  `GRANT INSERT, SELECT ON crossfade.canary TO ${role};`,
];
