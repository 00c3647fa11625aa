/** What Crossfade's own schema is installed, taken over and removed with, apart from who sends it: `plan` and `sql` show the same texts. */
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';
import {quoteValue} from './mysql-sql.ts';

/** A lock with a name; it lives as long as its session. */
export const getLock = (name: string, seconds: number): string => `SELECT GET_LOCK(${quoteValue(name)}, ${seconds}) AS got`;

export const releaseLock = (name: string): string => `DO RELEASE_LOCK(${quoteValue(name)})`;

/** How long a zombie's open transaction may hold up a takeover before its session is ended again: seconds. */
const TAKEOVER_LOCK_S_MAX = 2;

export const TAKEOVER_LOCK_WAIT = `SET SESSION innodb_lock_wait_timeout = ${TAKEOVER_LOCK_S_MAX}`;

/** In one transaction: from here on a replaced runner's commits fail. */
export const takeOver = (short: string, epoch: number | string): readonly string[] => [
  `UPDATE ${CONTROL_SCHEMA_NAME}.chunk SET epoch = ${epoch} WHERE migration = ${quoteValue(short)} AND state = 'open'`,
  `UPDATE ${CONTROL_SCHEMA_NAME}.progress SET epoch = ${epoch} WHERE migration = ${quoteValue(short)}`,
];

/** Of a runner that was replaced, or of a holder that hangs. */
export const endSession = (session: number | string): string => `KILL ${session}`;

/** Of a client; nothing of its connection stays. */
export const endClient = (session: number | string): string => `KILL CONNECTION ${session}`;

/** When no other migration is left. */
export const DROP_SCHEMA = `DROP DATABASE ${CONTROL_SCHEMA_NAME}`;
