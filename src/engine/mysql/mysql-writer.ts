/**
 * The one way in which Crossfade writes rows to a MySQL or MariaDB side: a session that the fence lets pass and that a
 * newer runner can find, and transactions whose first act touches the tag table, so that the other direction's stream knows
 * them as ours from their first row (H-59).
 */
import type {Direction} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';
import {tryLock, writerLock} from './mysql-lock.ts';
import {CONTROL_SCHEMA_NAME, TAG_TABLE} from './mysql-names.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteValue} from './mysql-sql.ts';

/**
 * Foreign keys rest: what they did on the sending side is in the stream already (H-18, H-19). No gap between rows is
 * locked, for which somebody else would wait. `@crossfade_writer` is the secret that only the owner of the
 * lease can read; it never leaves the server.
 */
export const writerSettings = ({short}: MigrationRef): readonly string[] => [
  'SET SESSION foreign_key_checks = 0',
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET @crossfade_writer = (SELECT secret FROM ${CONTROL_SCHEMA_NAME}.lease WHERE migration = ${quoteValue(short)})`,
];

export const openWriter = async (sessions: MySessions, migration: MigrationRef, label: string): Promise<MySession> => {
  const session = await sessions.open(label);
  for (const statement of writerSettings(migration)) await session.query(statement);
  // The watchdog ends by itself.
  if (sessions.options.actor !== 'watchdog') await tryLock(session, writerLock(migration, session.serverPid));
  return session;
};

/** Opens a transaction of ours; on one that is open it would end it. */
export const beginTagged = async (session: MySession, {short}: MigrationRef, lane: string): Promise<void> => {
  await session.query('START TRANSACTION');
  await session.query(tagStatement(short, lane));
};

/** Each time is a change, which the log has. */
export const tagStatement = (short: string, lane: string): string =>
  `INSERT INTO ${CONTROL_SCHEMA_NAME}.${TAG_TABLE} (migration, lane, n) VALUES (${quoteValue(short)}, ${quoteValue(lane)}, 1) ON DUPLICATE KEY UPDATE n = n + 1`;

export const applyLane = (direction: Direction): string => `apply-${direction}`;

/** One transaction of ours, whole or not at all. */
export const tagged = <T>(session: MySession, {short}: MigrationRef, lane: string, act: () => Promise<T>): Promise<T> =>
  session.transaction('START TRANSACTION', async () => {
    await session.query(tagStatement(short, lane));
    return act();
  });

/** The same on a session of its own, which is gone afterwards. */
export const asWriter = async <T>(
  sessions: MySessions,
  migration: MigrationRef,
  {label, lane}: {readonly label: string; readonly lane: string},
  act: (session: MySession) => Promise<T>,
): Promise<T> => {
  const session = await openWriter(sessions, migration, label);
  try {
    return await tagged(session, migration, lane, () => act(session));
  } finally {
    await session.close();
  }
};
