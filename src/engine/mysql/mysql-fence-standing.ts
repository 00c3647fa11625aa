/** Making and dropping the fence's triggers, one by one, because each commits by itself. */
import {TransientError} from '../../model/errors.ts';
import {ROUTE_REREAD_MS} from '../../model/route.ts';
import type {Table, TableName} from '../../model/table.ts';
import {isPassing} from './mysql-errors.ts';
import {dropTrigger, NO_TABLE_LOCK_WAIT, TABLE_LOCK_WAIT} from './mysql-fence-statements.ts';
import {fencedTables, type FenceTrigger, fenceTriggers, triggerPrefix} from './mysql-fence-triggers.ts';
import type {MySession} from './mysql-session.ts';
import {quoteTable} from './mysql-sql.ts';
import {tableUsers} from './mysql-table-users.ts';

/**
 * `looks` for a moment in which nobody has the table; then so many times it is waited for, for a second, which lets those
 * pass that have queued up meanwhile.
 */
type Patience = {readonly looks: number; readonly waits: number};
const UNHURRIED: Patience = {looks: 100, waits: 5};
const HELD: Patience = {looks: 10, waits: 1};
const IDLE: Patience = {looks: 10, waits: 0};

/** Those that are missing. Readers and writers of a table hold it up until their transactions end. */
export const makeTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<void> => {
  for (const {on, sql} of await missingTriggers(session, short, tables)) await changed(session, on, sql, UNHURRIED);
};

/** The same while clients are held, so that nobody is kept waiting for long; those that have not heard of it yet are let finish. */
export const makeHeldTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<void> => {
  const missing = await missingTriggers(session, short, tables);
  if (missing.length === 0) return;
  await untilHoldIsHeard(
    session,
    missing.map(({on}) => on),
  );
  for (const {on, sql} of missing) await changed(session, on, sql, HELD);
};

export const missingTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<readonly FenceTrigger[]> => {
  const standing = new Set((await standingTriggers(session, short, tables)).map(({name}) => name));
  return fenceTriggers(short, tables).filter(({name}) => !standing.has(quoteTable(name)));
};

export const dropTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<void> => {
  for (const {name, on} of await standingTriggers(session, short, tables)) await changed(session, on, dropTrigger(name), UNHURRIED);
};

/** The same, leaving out the tables that are busy, which it answers: the next clean-up finds them. */
export const dropIdleTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<readonly TableName[]> => {
  const busy = new Map<string, TableName>();
  for (const {name, on} of await standingTriggers(session, short, tables)) {
    if (busy.has(quoteTable(on))) continue;
    await changed(session, on, dropTrigger(name), IDLE).catch((error: unknown) => {
      if (!isPassing(error)) throw error;
      busy.set(quoteTable(on), on);
    });
  }
  return [...busy.values()];
};

/** `name` as SQL writes it. */
type Standing = {readonly name: string; readonly on: TableName};

/** Schema by schema, because MariaDB opens every table that it is not told to leave out. */
const standingTriggers = async (session: MySession, short: string, tables: readonly Table[]): Promise<readonly Standing[]> => {
  const prefix = triggerPrefix(short);
  const found: Standing[] = [];
  for (const schema of new Set(fencedTables(short, tables).map(({name}) => name.schema))) {
    const {rows} = await session.query(
      `SELECT trigger_name AS name, event_object_table AS \`table\` FROM information_schema.triggers
       WHERE event_object_schema = ? AND left(trigger_name, ${prefix.length}) = ? ORDER BY 2, 1`,
      [schema, prefix],
    );
    found.push(...rows.map(({name, table}) => ({name: quoteTable({schema, name: name ?? ''}), on: {schema, name: table ?? ''}})));
  }
  return found;
};

/**
 * Whoever waits for a table's strongest lock makes a deadlock's victim of each client that has read the table and then
 * writes: the server spares DDL. So nobody waits for it as long as there may be a moment in which nobody has the table.
 */
const changed = async (session: MySession, on: TableName, sql: string, {looks, waits}: Patience): Promise<void> => {
  let busy = await changedInAPause(session, on, sql, looks);
  if (busy === undefined) return;
  await session.query(TABLE_LOCK_WAIT);
  for (let tries = 1; tries <= waits; tries++) {
    busy = await attempted(session, sql);
    if (busy === undefined) return;
  }
  throw new TransientError(`the fence needs a moment without open transactions on its tables: ${sql.split('\n', 1)[0] ?? ''}`, {
    code: 'CF-CUT-001',
    cause: busy,
    next: 'look for long transactions on that table, readers too',
  });
};

/** Undefined when it is done; else what was in the way. Where nobody tells who has a table, asking for it without waiting does. */
const changedInAPause = async (session: MySession, on: TableName, sql: string, looks: number): Promise<unknown> => {
  await session.query(session.flavour.canAskForTable ? NO_TABLE_LOCK_WAIT : TABLE_LOCK_WAIT);
  let busy: unknown = new Error('other sessions have the table in use');
  for (let look = 1; look <= looks; look++) {
    if (session.flavour.canAskForTable || (await isUnused(session, [on]))) {
      busy = await attempted(session, sql);
      if (busy === undefined) return undefined;
    }
    await session.query(LOOK_PAUSE);
  }
  return busy;
};

/** Also where that is not told. */
const isUnused = async (session: MySession, on: readonly TableName[]): Promise<boolean> => {
  const users = await tableUsers(session, on);
  return users === 'not told' || users.length === 0;
};

/** What was in the way, where something was. */
const attempted = async (session: MySession, sql: string): Promise<unknown> => {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (!isPassing(error)) throw error;
    return error;
  }
};

/**
 * A router hears of a hold a moment later, and what it has begun until then is let finish. Where a table cannot be asked
 * for without waiting, a pause between two transactions is taken for the last one's end only when it is longer than that.
 */
const untilHoldIsHeard = async (session: MySession, on: readonly TableName[]): Promise<void> => {
  if (session.flavour.canAskForTable) return;
  for (let [looks, unused] = [1, 0]; looks <= HEARD_LOOKS_MAX && unused * LOOK_PAUSE_MS <= ROUTE_REREAD_MS; looks++) {
    unused = (await isUnused(session, on)) ? unused + 1 : 0;
    await session.query(LOOK_PAUSE);
  }
};

/** A second, beside what the looks take. */
const HEARD_LOOKS_MAX = 100;
const LOOK_PAUSE_MS = 10;
const LOOK_PAUSE = `DO SLEEP(${LOOK_PAUSE_MS / 1000})`;
