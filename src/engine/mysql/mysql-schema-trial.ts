/**
 * A script tried out: DDL commits by itself, so it is carried out in databases made for that, and dropped. The script names
 * its database by USE, and its tables without one.
 */
import type {MigrationRef} from '../engine.ts';
import type {Schema, SchemaScript, SchemaStatement} from '../schema.ts';
import {isPassing, numberOf} from './mysql-errors.ts';
import {createdBy, isThere} from './mysql-schema-objects.ts';
import {placed, PLACE} from './mysql-table-place.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName} from './mysql-sql.ts';
import {errorText} from '../../model/errors.ts';

/** `crossfade_trial_…`: what `doctor` asks a grant for. */
export const TRIAL_PREFIX = 'crossfade_trial_';
/** As writers have it. */
export const TRIAL_SETTINGS = 'SET SESSION foreign_key_checks = 0';

export const trialDatabaseName = ({short}: MigrationRef, place: number): string => `${TRIAL_PREFIX}${short}_${place}`;
export const trialDatabase = (migration: MigrationRef, place: number): string => quoteName(trialDatabaseName(migration, place));
export const makeTrial = (database: string): string => `CREATE DATABASE ${database}`;
export const dropTrial = (database: string): string => `DROP DATABASE IF EXISTS ${database}`;

type Failures = Awaited<ReturnType<Schema['tryOut']>>;

export const tryStatements = async (
  session: MySession,
  migration: MigrationRef,
  {preData, postData}: SchemaScript,
  signal: AbortSignal,
): Promise<Failures> => {
  const trials = new Map<string, string>();
  const failed: Failures[number][] = [];
  await session.query(TRIAL_SETTINGS);
  try {
    let schema = '';
    for (const statement of [...preData, ...postData]) {
      signal.throwIfAborted();
      const step = trialOf(statement.sql);
      if (step.kind === 'use') await enter(session, migration, trials, (schema = step.schema));
      if (step.kind !== 'table') continue;
      const reason = await refusalOf(session, statement, schema);
      if (reason !== undefined) failed.push({statement, reason});
    }
  } finally {
    for (const database of trials.values()) await session.query(dropTrial(database));
  }
  return failed;
};

const USE = new RegExp(`^USE\\s+${PLACE}$`, 'iu');

/** `database`: its place is taken by one of ours. */
type Step = {readonly kind: 'use'; readonly schema: string} | {readonly kind: 'database' | 'table'};

export const trialOf = (sql: string): Step => {
  const match = USE.exec(sql);
  if (match) return {kind: 'use', schema: placed(match.slice(1), '').name};
  return {kind: createdBy(sql, '')?.kind === 'DATABASE' ? 'database' : 'table'};
};

/** What a run that was killed has left is dropped first. */
const enter = async (session: MySession, migration: MigrationRef, trials: Map<string, string>, schema: string): Promise<void> => {
  const database = trials.get(schema) ?? trialDatabase(migration, trials.size);
  if (!trials.has(schema)) {
    await session.query(dropTrial(database));
    trials.set(schema, database);
    await session.query(makeTrial(database));
  }
  await session.query(`USE ${database}`);
};

const refusalOf = async (session: MySession, {sql}: SchemaStatement, schema: string): Promise<string | undefined> => {
  const object = createdBy(sql, schema);
  if (object && (await isThere(session, object))) return `${object.kind.toLowerCase()} ${object.schema}.${object.name} already exists`;
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (numberOf(error) === undefined || isPassing(error)) throw error;
    return errorText(error);
  }
};
