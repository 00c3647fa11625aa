import type {ServerAnswer} from './server-answer.ts';

/** Of statements that can have ended in their commit: told to be killed, timed out, or not able to write the log. */
const UNKNOWN = new Set([1026, 1180, 1598, 1969, 3169, 4031]);
/** Grants taken away; a server that is read only. */
const CLOSED = new Set([1044, 1142, 1143, 1290, 1370, 1836]);
const FENCE = {errno: 1290, sqlState: '25006'} as const;
/**
 * MariaDB from 11.6 on answers so to a snapshot that is older than the attempt whose row the fence reads. Of another
 * table it is the application's own conflict.
 */
const OLD_SNAPSHOT = {errno: 1020, table: `'fence_attempt'`} as const;

/** Errors of MySQL and MariaDB have a number of the server and a state; those of the driver and of sockets do not have both. */
export function mysqlAnswer(error: Error): ServerAnswer | undefined {
  const errno: unknown = Reflect.get(error, 'errno');
  const sqlState: unknown = Reflect.get(error, 'sqlState');
  if (typeof errno !== 'number' || errno <= 0 || typeof sqlState !== 'string') return undefined;
  const isFence = errno === FENCE.errno && sqlState === FENCE.sqlState && error.message.startsWith('crossfade: ');
  return {
    // 08: the server ends the session; 70100: it was told to end the statement, which can be the wait of a commit.
    outcome: /^(?:08|70)/.test(sqlState) || UNKNOWN.has(errno) ? 'unknown' : 'failed',
    isFenceRefusal: isFence || (errno === OLD_SNAPSHOT.errno && error.message.includes(OLD_SNAPSHOT.table)),
    mayBeClosed: CLOSED.has(errno) && !isFence,
  };
}
