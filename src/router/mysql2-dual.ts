/** Tokens of MySQL and MariaDB. */
import type {ResultSetHeader} from 'mysql2';
import {type DualSide, quotedTable, type Token} from './dual-side.ts';
import type {Mysql2Statements} from './mysql2-connection.ts';

/**
 * Nothing that an application may ask tells whether a transaction has written, so each that is not said to be read only raises
 * its token. A statement that fails takes back nothing but itself, so no savepoint is needed.
 */
export function mysql2Dual(outbox: string): DualSide<Mysql2Statements> {
  const table = quotedTable(outbox, '`');
  const raise = async ({query}: Mysql2Statements, token: Token): Promise<bigint> => {
    const [{insertId}] = await query<ResultSetHeader>(raiseText(table, token));
    return BigInt(insertId);
  };
  return {
    raise,
    raiseInside: raise,
    report: ({query}, {migration, router, version, tally}) => query(REPORT, [router, version, tally, migration, tally]),
  };
}

/** The number comes back as the one that the statement has made; only what a router has made itself stands in the text. */
const raiseText = (table: string, {router, place, epoch}: Token): string =>
  `INSERT INTO ${table} (router, connection, n, epoch) VALUES ('${router}', ${place}, LAST_INSERT_ID(1), ${epoch})
   ON DUPLICATE KEY UPDATE n = LAST_INSERT_ID(n + 1), epoch = ${epoch}`;

/** Nothing is said of a migration that is over. */
const REPORT = `
  INSERT INTO crossfade.read_report (migration, router, version, tally) SELECT migration, ?, ?, ? FROM crossfade.route WHERE migration = ?
  ON DUPLICATE KEY UPDATE tally = ?`;
