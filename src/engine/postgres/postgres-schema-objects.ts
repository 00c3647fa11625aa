/**
 * What the schema files made, so that an abort can take it away again and nothing else: each object is recorded in the
 * transaction that creates it, and dropped without CASCADE, newest first. Roles, and changes to objects that were there
 * before, stay.
 */
import {TerminalError} from '../../model/errors.ts';
import type {MigrationRef} from '../engine.ts';
import {codeOf} from './postgres-errors.ts';
import type {PgSession} from './postgres-session.ts';
import type {PgSessions} from './postgres-sessions.ts';

const CATALOGS = [
  'pg_namespace',
  'pg_extension',
  'pg_collation',
  'pg_type',
  'pg_class',
  'pg_proc',
  'pg_constraint',
  'pg_trigger',
  'pg_policy',
];
/** Objects of the system have lower numbers. */
const FIRST_OBJECT = 16384;
const OBJECTS = CATALOGS.map(
  (catalog) => `SELECT '${catalog}'::regclass::oid AS class, oid AS object, xmin FROM ${catalog} WHERE oid >= ${FIRST_OBJECT}`,
).join(' UNION ALL ');

/** Runs one statement inside the open transaction, and records what it creates there. */
export const recordingObjects = async (session: PgSession, migration: MigrationRef, act: () => Promise<unknown>): Promise<void> => {
  const known = await session.one(`SELECT coalesce(array_agg(class || ' ' || object), '{}')::text AS objects FROM (${OBJECTS}) AS o`);
  await act();
  await session.query(
    `INSERT INTO crossfade.schema_object (migration, class, object) SELECT $1, class, object FROM (${OBJECTS}) AS o
     WHERE xmin = pg_current_xact_id()::xid AND class || ' ' || object <> ALL ($2::text[]) ORDER BY object`,
    [migration.short, known['objects']],
  );
};

/** Of those that are still there: not what belongs to another object and goes with it. */
const LEFT = `
  SELECT i.type, i.identity, c.conrelid::regclass::text AS constrained, quote_ident(c.conname) AS constraint
  FROM crossfade.schema_object s CROSS JOIN LATERAL pg_identify_object(s.class, s.object, 0) i
  LEFT JOIN pg_constraint c ON s.class = 'pg_constraint'::regclass AND c.oid = s.object
  WHERE s.migration = $1 AND i.identity IS NOT NULL AND i.schema IS DISTINCT FROM 'pg_toast' AND (c.oid IS NULL OR c.contype = 'f' AND c.conparentid = 0)
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = s.class AND d.objid = s.object AND d.objsubid = 0 AND d.deptype IN ('i', 'e', 'P'))
  ORDER BY s.n DESC`;

type Left = {readonly statement: string; readonly name: string};

/** All of it or nothing. What others have built upon it is never taken away: then this stops and names it. */
export const dropSchemaObjects = (sessions: PgSessions, migration: MigrationRef): Promise<void> =>
  sessions.use((session) =>
    session.transaction('BEGIN', async () => {
      for (let left = await leftObjects(session, migration); left.length; left = await leftObjects(session, migration)) {
        let dropped = 0;
        for (const one of left) if (await isDropped(session, one)) dropped++;
        if (!dropped) throw stuck(left);
      }
    }),
  );

const leftObjects = async (session: PgSession, migration: MigrationRef): Promise<Left[]> => {
  const {rows} = await session.query(LEFT, [migration.short]);
  return rows.map(({type, identity, constrained, constraint}) => ({
    statement: constraint ? dropConstraint(constrained ?? '', constraint) : dropObject(type ?? '', identity ?? ''),
    name: `${type} ${identity}`,
  }));
};

/** Names as SQL has them. */
export const dropConstraint = (table: string, constraint: string): string => `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${constraint}`;

export const dropObject = (type: string, identity: string): string =>
  `DROP ${type === 'composite type' ? 'type' : type} IF EXISTS ${identity}`;

/** False when something that is still there depends on it; that may go later in the same pass. */
const isDropped = async (session: PgSession, {statement}: Left): Promise<boolean> => {
  await session.query('SAVEPOINT object');
  try {
    await session.query(statement);
    return true;
  } catch (error) {
    if (codeOf(error) !== '2BP01') throw error;
    await session.query('ROLLBACK TO SAVEPOINT object');
    return false;
  }
};

const stuck = (left: readonly Left[]): TerminalError =>
  new TerminalError(`others on the target depend on what the schema files created: ${left.map(({name}) => name).join(', ')}`, {
    code: 'CF-TGT-004',
    next: 'drop what was built upon these (their owner knows), then: crossfade resume',
  });
