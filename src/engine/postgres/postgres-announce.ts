/** Makes what an act sends readable: values in place, with the locks that each statement takes and for how long. */
import type {Side} from '../../model/side.ts';
import type {Lock, Statement} from '../statements.ts';
import {type LockMode, tableLocks} from './postgres-locks.ts';
import {shown, type Sql} from './postgres-statement.ts';

/** One statement, or several in one text. `waits`: beside locks of tables. */
export type Line =
  | string
  | {readonly sql: string | Sql; readonly undo?: string | undefined; readonly when?: string | undefined; readonly waits?: Lock};

export type Announce = (lines: readonly Line[]) => Promise<readonly Statement[]>;

export const announcing =
  (side: Side): Announce =>
  async (lines) => {
    const statements: Statement[] = [];
    const transaction: Transaction = {isOpen: false, waitMsMax: undefined};
    for (const line of lines) statements.push(await announced(side, typeof line === 'string' ? {sql: line} : line, transaction));
    return statements;
  };

type Transaction = {isOpen: boolean; waitMsMax: number | undefined};

const announced = async (side: Side, line: Exclude<Line, string>, transaction: Transaction): Promise<Statement> => {
  const sql = (typeof line.sql === 'string' ? line.sql : shown(line.sql)).trim();
  follow(sql, transaction);
  const locks = [...(line.waits ? [line.waits] : []), ...(await locksOf(sql, transaction))];
  return {
    side,
    sql,
    locks,
    ...(line.undo === undefined ? {} : {undo: line.undo}),
    ...(line.when === undefined ? {} : {when: line.when}),
  };
};

/** A limit of a transaction counts until it ends. */
const follow = (sql: string, transaction: Transaction): void => {
  if (/^BEGIN\b/.test(sql)) transaction.isOpen = true;
  const [, limit, unit] = /SET (?:LOCAL )?lock_timeout = '(\d+)(ms|s)'/.exec(sql) ?? [];
  if (limit !== undefined) transaction.waitMsMax = Number(limit) * (unit === 's' ? 1000 : 1);
  if (/^(?:COMMIT|ROLLBACK)\b/.test(sql)) Object.assign(transaction, {isOpen: false, waitMsMax: undefined});
};

const locksOf = async (sql: string, {isOpen, waitMsMax}: Transaction): Promise<Lock[]> => {
  const byMode = new Map<LockMode, string[]>();
  for (const tree of await treesOf(sql))
    for (const {mode, on} of tableLocks(tree)) if (isOfOthers(on)) byMode.set(mode, [...new Set([...(byMode.get(mode) ?? []), on])]);
  return [...byMode].map(([mode, on]) => ({
    mode,
    on,
    waitsFor: WAITS_FOR[mode],
    ...(waitMsMax === undefined ? {} : {waitMsMax}),
    heldUntil: isOpen ? 'COMMIT' : 'the end of the statement',
  }));
};

/** Our own tables and the catalogue are nobody's obstacle. */
const isOfOthers = (table: string): boolean => !/^(?:crossfade|pg_catalog|pg_temp|information_schema)\.|^pg_/.test(table);

const ALTERING = 'whoever alters, vacuums or analyzes the table';

const WAITS_FOR: Readonly<Record<LockMode, string>> = {
  'ACCESS SHARE': 'nobody but ACCESS EXCLUSIVE',
  'ROW SHARE': 'whoever has changed the same rows',
  'ROW EXCLUSIVE': 'whoever alters the table or builds an index',
  'SHARE UPDATE EXCLUSIVE': ALTERING,
  SHARE: 'open transactions that have written to the table',
  'SHARE ROW EXCLUSIVE': 'open transactions that have written to the table',
  EXCLUSIVE: 'open transactions that have written to the table',
  'ACCESS EXCLUSIVE': 'open transactions that have used the table, also those that read',
};

/** Commands of the replication protocol are no SQL and lock nothing; what a run fills in outside of quotes cannot be read before it. */
const treesOf = async (sql: string): Promise<readonly unknown[]> => {
  if (/^START_REPLICATION\b/.test(sql) || /<\w+>/.test(sql.replaceAll(/'[^']*'|"[^"]*"/g, ''))) return [];
  const {parse} = await import('libpg-query');
  const {stmts = []} = (await parse(sql)) as {stmts?: readonly {readonly stmt?: unknown}[]};
  return stmts.map(({stmt}) => stmt);
};
