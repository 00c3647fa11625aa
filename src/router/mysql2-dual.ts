/** Tokens of MySQL and MariaDB. */
import {type DualSide, quotedTable, type Token} from './dual-side.ts';
import type {Mysql2Statements} from './mysql2-connection.ts';

/**
 * Nothing that an application may ask tells whether a transaction has written, so each that is not said to be read only raises
 * its token. A statement that fails takes back nothing but itself, so no savepoint is needed.
 */
export function mysql2Dual(outbox: string): DualSide<Mysql2Statements> {
  const table = quotedTable(outbox, '`');
  const raise = async ({query}: Mysql2Statements, token: Token): Promise<bigint> => {
    await query(raiseText(table, token));
    return token.n;
  };
  return {
    raise,
    raiseInside: raise,
    report: ({query}, {migration, router, version, tally}) => query(REPORT, [router, version, tally, migration, tally]),
  };
}

/**
 * The number is the router's own: what LAST_INSERT_ID would answer is lost where the table has triggers, as the fence's. It never
 * falls, whatever becomes of a statement that was lost on the way. Only what a router has made itself stands in the text.
 */
const raiseText = (table: string, {router, place, epoch, n}: Token): string =>
  `INSERT INTO ${table} (router, connection, n, epoch) VALUES ('${router}', ${place}, ${n}, ${epoch})
   ON DUPLICATE KEY UPDATE n = GREATEST(n, ${n}), epoch = ${epoch}`;

/** Nothing is said of a migration that is over. */
const REPORT = `
  INSERT INTO crossfade.read_report (migration, router, version, tally) SELECT migration, ?, ?, ? FROM crossfade.route WHERE migration = ?
  ON DUPLICATE KEY UPDATE tally = ?`;
