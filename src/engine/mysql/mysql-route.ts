/** The route row of a side: what applications that use the router follow. */
import {TerminalError} from '../../model/errors.ts';
import type {RouteRow} from '../../model/route.ts';
import type {Control, MigrationRef} from '../engine.ts';
import {CONTROL_SCHEMA_NAME, ROUTE_TABLE} from './mysql-names.ts';
import {ownTransaction} from './mysql-own-transaction.ts';
import type {MySession} from './mysql-session.ts';

/** By the clock of the server that keeps the row. */
const HOLD_UNTIL = 'UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND';
const ROUTE = `${CONTROL_SCHEMA_NAME}.${ROUTE_TABLE}`;

/** Nobody here is PUBLIC. `account` as SQL has it. */
export const grantRoute = (account: string): string => `GRANT SELECT ON ${ROUTE} TO ${account};`;

export const readRoute = async (session: MySession, {short}: MigrationRef): Promise<RouteRow | undefined> => {
  const {rows} = await session.query(
    `SELECT route.*, ROUND(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), hold_until) / 1000) AS hold_ms
     FROM ${ROUTE} WHERE migration = ?`,
    [short],
  );
  const [row] = rows;
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
};

export const routeColumns = async (session: MySession): Promise<readonly string[]> => {
  const {rows} = await session.query(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
    [CONTROL_SCHEMA_NAME, ROUTE_TABLE],
  );
  return rows.map(({name}) => name ?? '');
};

/** One above what stands here; a row of a newer epoch is left alone, and that is an error. */
export const writeRoute = (session: MySession, {short, name}: MigrationRef, route: Parameters<Control['writeRoute']>[0]): Promise<void> =>
  ownTransaction(session, async () => {
    const {rows} = await session.query(`SELECT epoch, version FROM ${ROUTE} WHERE migration = ? FOR UPDATE`, [short]);
    if (Number(rows[0]?.['epoch'] ?? 0) > route.epoch)
      throw new TerminalError('a newer runner has written the route', {code: 'CF-LEASE-002', next: 'crossfade status'});
    const version = Math.max(Number(rows[0]?.['version'] ?? 0) + 1, route.versionMin ?? 1);
    const holdUs = route.holdMs === undefined ? null : Math.round(route.holdMs * 1000);
    const state = [route.epoch, version, route.side, route.state, holdUs, route.readPercent, route.dual?.shadowPercent ?? null];
    await session.query(
      `INSERT INTO ${ROUTE} (migration, name, epoch, version, side, state, hold_until, read_percent, shadow_percent)
         VALUES (?, ?, ?, ?, ?, ?, ${HOLD_UNTIL}, ?, ?)
       ON DUPLICATE KEY UPDATE epoch = ?, version = ?, side = ?, state = ?, hold_until = ${HOLD_UNTIL}, read_percent = ?, shadow_percent = ?`,
      [short, name, ...state, ...state],
    );
  });
