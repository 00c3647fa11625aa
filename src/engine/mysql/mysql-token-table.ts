import type {CanaryToken} from '../../model/canary-token.ts';
import {TerminalError} from '../../model/errors.ts';
import type {Grant, MigrationRef} from '../engine.ts';
import type {TokenTable} from '../token-table.ts';
import {accountFor} from './mysql-client-rights.ts';
import {numberOf} from './mysql-errors.ts';
import {CONTROL_SCHEMA_NAME, ROUTE_TABLE, TOKEN_TABLE} from './mysql-names.ts';
import {type Account, accountName, readAccount} from './mysql-privileges.ts';
import {grantRoute} from './mysql-route.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteName} from './mysql-sql.ts';

const TOKENS = `${CONTROL_SCHEMA_NAME}.${TOKEN_TABLE}`;
const WANTED = ['INSERT', 'SELECT'];
/** No such account: nothing in it was changed. MySQL says that a GRANT makes none. */
const NO_SUCH_ACCOUNT = new Set([1133, 1141, 1410]);

/** `crossfade.canary` on one side. A role is an account, `user@host`. */
export class MysqlTokenTable implements TokenTable {
  readonly #sessions: MySessions;
  readonly #short: string;

  constructor(sessions: MySessions, migration: MigrationRef) {
    this.#sessions = sessions;
    this.#short = migration.short;
  }

  grants(role: string): Promise<readonly Grant[] | undefined> {
    return this.#sessions.use((session) => mysqlTokenGrants(session, role));
  }

  async allow(role: string): Promise<void> {
    await this.#sessions.use(async (session) => {
      const grants = await mysqlTokenGrants(session, role);
      if (!grants) throw this.#refused(role, NOBODY, otherSide(role));
      const missing = grants.filter(({isHeld}) => !isHeld);
      const [foreign] = missing.filter(({isOptional}) => !isOptional);
      if (foreign) throw this.#refused(role, 'it may not write tokens', `an administrator runs: ${foreign.statement}`);
      for (const {statement} of missing) {
        await session.query(statement).catch((error: unknown) => {
          if (!NO_SUCH_ACCOUNT.has(numberOf(error) ?? 0)) throw error;
          throw this.#refused(role, NOBODY, otherSide(role));
        });
      }
    });
  }

  async tokens(attempt: number): Promise<readonly CanaryToken[]> {
    const {rows} = await this.#sessions.use((session) =>
      session.query(`SELECT token, client, seq FROM ${TOKENS} WHERE migration = ? AND attempt = ? ORDER BY client, seq`, [
        this.#short,
        attempt,
      ]),
    );
    return rows.map((row) => ({token: row['token'] ?? '', client: Number(row['client']), seq: Number(row['seq'])}));
  }

  #refused(role: string, why: string, next: string): TerminalError {
    return new TerminalError(`the canary cannot be ${role} on the ${this.#sessions.options.side}: ${why}`, {code: 'CF-CANARY-003', next});
  }
}

const NOBODY = 'there is no such account';
const otherSide = (role: string): string => `create the account ${role} there, as it is on the other side`;

/**
 * There are no owners: who gives a right needs it with the right to give it. What others hold is shown only to those who may
 * read the server's own tables; anybody else gives it without asking, which changes nothing where it is held. The route is
 * read by a router of the application, and nobody here is PUBLIC.
 */
export const mysqlTokenGrants = async (session: MySession, role: string): Promise<readonly Grant[] | undefined> => {
  const own = await readAccount(session);
  const account = accountName(role);
  const asked = account === own.name ? own : await accountFor(session, own, role);
  if (asked === undefined) return undefined;
  const given = (table: string, wanted: readonly string[], statement: string, why: string): Grant => {
    const isHeld = asked !== 'not shown' && asked.holdsOnTable(CONTROL_SCHEMA_NAME, table, wanted);
    return {phase: 'cutover', statement, why: `${why}; the run gives it by itself`, isHeld, isOptional: true};
  };
  const grants = [
    given(TOKEN_TABLE, WANTED, grantTokens(account), 'for the tokens of the canary'),
    given(ROUTE_TABLE, ['SELECT'], grantRoute(account), 'to read where a router leads to'),
  ];
  return grants.every(({isHeld}) => isHeld) || own.mayGiveOn(CONTROL_SCHEMA_NAME) ? grants : [toGive(own, role), ...grants];
};

/** The tables may not be there yet, and then nobody can give a right to them. */
const toGive = ({name}: Account, role: string): Grant => ({
  phase: 'cutover',
  statement: `GRANT GRANT OPTION ON ${quoteName(CONTROL_SCHEMA_NAME)}.* TO ${name};`,
  why: `so that the run may let ${role} write the tokens of the canary, and read the route`,
  isHeld: false,
  isOptional: false,
});

/** `account` as SQL has it. */
export const grantTokens = (account: string): string => `GRANT ${WANTED.join(', ')} ON ${TOKENS} TO ${account};`;
