/**
 * What stands in the way of a change in place: what is in the catalogue, and what the server itself says when the change is
 * tried on an empty table of the same shape, in a database that is made for that and dropped.
 */
import {createHash} from 'node:crypto';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, MigrationRef} from '../engine.ts';
import type {Change} from './mysql-change.ts';
import {columnUsers} from './mysql-old-shape.ts';
import {dropTrial, makeTrial, trialDatabase} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import {quoteTable} from './mysql-sql.ts';

export const changeFindings = async (
  session: MySession,
  migration: MigrationRef,
  table: Table,
  change: Change,
  earlier: readonly Change[],
): Promise<Finding[]> => {
  const found = await objections(session, change);
  if (found.length) return found;
  return [...(await tryOnShape(session, migration, change, earlier)), ...(await usersOf(session, change)), ...inParts(table, change)];
};

/** The statements of the trial; the last one takes everything away again. */
export const trialOf = (migration: MigrationRef, change: Change, earlier: readonly Change[]): string[] => {
  const database = trialDatabase(migration, placeOf(change));
  const shape = `${database}.shape`;
  const before = earlier.filter(({table}) => nameOf(table) === nameOf(change.table)).flatMap(({start}) => start);
  return [
    dropTrial(database),
    makeTrial(database),
    `CREATE TABLE ${shape} LIKE ${quoteTable(change.table)}`,
    ...[...before, ...change.start, ...change.complete].map(({sql}) => sql(shape)),
    dropTrial(database),
  ];
};

/** Changes are tried beside one another. */
const placeOf = ({name}: Change): number => Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 6), 16);

const objections = async (session: MySession, change: Change): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const {ask, reason, next} of change.objections)
    for (const row of (await session.query(ask)).rows) found.push(refuse(change, reason.replace('{}', row['what'] ?? ''), next));
  return found;
};

const tryOnShape = async (session: MySession, migration: MigrationRef, change: Change, earlier: readonly Change[]): Promise<Finding[]> => {
  const trial = trialOf(migration, change, earlier);
  try {
    for (const statement of trial) await session.query(statement);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [refuse(change, `the database does not accept it: ${why}`, 'correct the operation in the plan, or grant what is missing')];
  } finally {
    for (const statement of trial.slice(-1)) await session.query(statement);
  }
};

/** Told early: contract will refuse while they are there. */
const usersOf = async (session: MySession, change: Change): Promise<Finding[]> => {
  const users = (await Promise.all(change.old.map((old) => columnUsers(session, old)))).flat();
  if (!users.length) return [];
  const next = 'move them before contract, or name indexes in goesWith that may go with the column';
  return [{severity: 'warn', code: 'CF-DDL-003', object: change.subject, reason: `is used by ${users.join(', ')}`, next}];
};

const inParts = ({partitions}: Table, change: Change): Finding[] =>
  partitions.length
    ? [refuse(change, 'is on a partitioned table, of which nothing is known here yet', 'change the table by other means')]
    : [];

const refuse = ({subject}: Change, reason: string, next: string): Finding => ({
  severity: 'refuse',
  code: 'CF-PLAN-001',
  object: subject,
  reason,
  next,
});
