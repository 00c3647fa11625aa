/**
 * Commits of our own in the log. Such a commit returns when all that stand before it in the log are visible to every read
 * that begins later, because the server commits in the order of its log (hazards §1.2, §1.3); no other answer of the server
 * says so much.
 */
import type {Position} from '../../model/position.ts';
import type {MigrationRef} from '../engine.ts';
import type {MySession} from './mysql-session.ts';
import type {MySessions} from './mysql-sessions.ts';
import {CONTROL_SCHEMA_NAME, MARK_TABLE} from './mysql-names.ts';
import {containsPosition, toPosition} from './mysql-position.ts';
import {textBytes} from './mysql-read-statements.ts';
import {streamDialect} from './mysql-stream-dialect.ts';

/** Sessions that mark at the same time have a row each, or nearly. */
const PLACES = 64;

/** Content undefined: only a barrier. */
export const markStatement = (migration: MigrationRef, content: string | undefined): string =>
  markOf(migration, content === undefined ? 'NULL' : `_utf8mb4 ${textBytes(content)}`);

/** `text` as SQL has it. */
export const markOf = ({short}: MigrationRef, text: string): string =>
  `INSERT INTO ${CONTROL_SCHEMA_NAME}.${MARK_TABLE} (migration, place, n, content) VALUES ('${short}', CONNECTION_ID() % ${PLACES}, 1, ${text})` +
  ` ON DUPLICATE KEY UPDATE n = n + 1, content = ${text}`;

/** At or after the mark's commit. */
export const mark = async (session: MySession, migration: MigrationRef, content: string): Promise<Position> => {
  await session.query(markStatement(migration, content));
  return executedPosition(session);
};

/** All transactions whose commit the server tells so far. */
export const executedPosition = async (session: MySession): Promise<Position> => {
  const {executed} = await session.one(`SELECT ${session.flavour.executed} AS executed`);
  return toPosition(executed ?? '');
};

/** Waits as long as an earlier commit does (for a replica that withholds its word); ends its session when it is called off. */
export const untilVisible = async (sessions: MySessions, migration: MigrationRef, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted();
  const session = await sessions.open('barrier');
  const end = (): void => session.destroy(signal.reason instanceof Error ? signal.reason : new Error('called off'));
  signal.addEventListener('abort', end, {once: true});
  try {
    await session.query(markStatement(migration, undefined));
  } finally {
    signal.removeEventListener('abort', end);
    await session.close();
  }
};

/** Which of these a read that begins now may not see. */
export const unseen = async (
  sessions: MySessions,
  migration: MigrationRef,
  delivered: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> => {
  if (delivered.size === 0) return new Set();
  const missing = await sessions.use(async (session) => {
    if (!streamDialect(session.flavour).executedIsVisible) return undefined;
    const executed = await executedPosition(session);
    return new Set([...delivered].filter((gtid) => !containsPosition(executed, gtid as Position)));
  });
  if (missing) return missing;
  await untilVisible(sessions, migration, signal);
  return new Set();
};
