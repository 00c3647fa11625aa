/**
 * What stands in the way of a change in place: what is in the catalogue, and what the server itself says when the change is
 * tried on an empty table of the same shape, in a database that is made for that and dropped.
 */
import {createHash} from 'node:crypto';
import {nameOf, type Table, type TableName} from '../../model/table.ts';
import type {Finding, MigrationRef} from '../engine.ts';
import {type Change, type TrialStep, tried} from './mysql-change.ts';
import {numberOf} from './mysql-errors.ts';
import {isNamed} from './mysql-following.ts';
import {changeGrants, grantFindings} from './mysql-grants.ts';
import {columnUsers} from './mysql-old-shape.ts';
import {dropTrial, makeTrial, trialDatabaseName} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';
import {errorText} from '../../model/errors.ts';

export const changeFindings = async (
  session: MySession,
  migration: MigrationRef,
  table: Table,
  change: Change,
  earlier: readonly Change[],
): Promise<Finding[]> => {
  const found = [...(await objections(session, change)), ...grantFindings('source', await changeGrants(session, table, change))];
  if (found.some(({severity}) => severity === 'refuse')) return found;
  return [
    ...found,
    ...(await tryOnShape(session, migration, change, earlier)),
    ...(await usersOf(session, change)),
    ...outlived(change, earlier),
    ...inParts(table, change),
  ];
};

/** The statements of the trial; the last one takes everything away again. */
export const trialOf = (migration: MigrationRef, change: Change, earlier: readonly Change[]): TrialStep[] => {
  const shape = shapeOf(migration, change);
  const database = quoteName(shape.schema);
  const text = (sql: string): TrialStep => ({sql: () => sql});
  const before = earlier.filter(({table}) => nameOf(table) === nameOf(change.table)).flatMap(({start}) => start);
  return [
    text(dropTrial(database)),
    text(makeTrial(database)),
    text(`CREATE TABLE ${quoteTable(shape)} LIKE ${quoteTable(change.table)}`),
    ...tried(before, shape),
    ...(change.trial?.(shape) ?? tried([...change.start, ...(change.sync ?? []), ...change.complete], shape)),
    text(dropTrial(database)),
  ];
};

const shapeOf = (migration: MigrationRef, change: Change): TableName => ({
  schema: trialDatabaseName(migration, placeOf(change)),
  name: 'shape',
});

/** Changes are tried beside one another. */
const placeOf = ({name}: Change): number => Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 6), 16);

const objections = async (session: MySession, change: Change): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const {ask, severity = 'refuse', reason, next} of change.objections)
    for (const row of (await session.query(ask)).rows)
      found.push({
        ...refuse(
          change,
          reason.replace('{}', () => row['what'] ?? ''),
          next,
        ),
        severity,
      });
  return found;
};

const tryOnShape = async (session: MySession, migration: MigrationRef, change: Change, earlier: readonly Change[]): Promise<Finding[]> => {
  const trial = trialOf(migration, change, earlier);
  const send = async ({sql, reads}: TrialStep): Promise<void> => {
    await session.query(sql((await reads?.(session, shapeOf(migration, change))) ?? ''));
  };
  try {
    for (const step of trial) await send(step);
    return [];
  } catch (error) {
    return [trialFailed(change, error)];
  } finally {
    for (const step of trial.slice(-1)) await send(step);
  }
};

/** The algorithm or the lock that is written with it is not had: without them the server would copy the table. */
const WOULD_COPY = [1845, 1846];

const trialFailed = (change: Change, error: unknown): Finding => {
  const why = errorText(error);
  if (!WOULD_COPY.includes(numberOf(error) ?? 0))
    return refuse(change, `the database does not accept it: ${why}`, 'correct the operation in the plan, or grant what is missing');
  const next = change.instead ?? 'make the change by other means, at a time when nobody writes';
  return refuse(change, `the database would copy the table and hold up who writes: ${why}`, next);
};

/** Told early: contract will refuse while they are there. */
const usersOf = async (session: MySession, change: Change): Promise<Finding[]> => {
  const users = (await Promise.all(change.old.map((old) => columnUsers(session, old)))).flat();
  if (!users.length) return [];
  const next = 'move them before contract, or name indexes in goesWith that may go with the column';
  return [{severity: 'warn', code: 'CF-DDL-003', object: change.subject, reason: `is used by ${users.join(', ')}`, next}];
};

/** Nobody could write the table any more, once a column is gone that a trigger or a default computes from. */
const outlived = (change: Change, earlier: readonly Change[]): Finding[] =>
  earlier.flatMap(({name, old}) =>
    old
      .filter(({table, column}) => nameOf(table) === nameOf(change.table) && isNamed(change.computes ?? '', column))
      .map(({column}) =>
        refuse(change, `is computed from ${column}, which ${name} takes away first`, 'put this operation before that one in the plan'),
      ),
  );

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
