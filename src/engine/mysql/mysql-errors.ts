/** What MySQL, MariaDB and the network say, as errors that tell what happens next. */
import {errorText, isCoded, TerminalError, TransientError} from '../../model/errors.ts';
import type {Side} from '../../model/side.ts';
import type {OpenOptions} from '../engine.ts';
import {
  CERTIFICATE,
  connectionLost,
  diskFull,
  lacksGrant,
  NETWORK,
  offersNoTls,
  refusedLogin,
  unreachable,
  unverified,
  whereOf,
} from '../server-errors.ts';

/** Numbers from 3000 on are of MySQL up to 3999, of MariaDB from 4000 on; 4031 is of MySQL. */
const REFUSED_LOGIN = new Set([1044, 1045, 1049, 1129, 1130, 1251, 1698, 1820, 1862, 3118, 3955, 4151]);
/** The session is gone, because the server stopped, somebody ended it, or the way there broke. */
const LOST = new Set([1053, 1077, 1080, 1152, 1158, 1159, 1160, 1161, 1927, 3032, 3168, 4031]);
/**
 * The session stays: a lock or a place is in use for the moment, or a transaction gave way to another. 1020 is how MariaDB
 * from 11.6 on says that a row is newer than the transaction's snapshot.
 */
const BUSY = new Set([1020, 1040, 1203, 1205, 1213, 1226, 1317, 1613, 1614, 1969, 3024, 3058, 3101, 3572]);
/** The driver's own codes beside those of Node. */
const BROKEN = new Set(['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT']);
const HANDSHAKE = 'HANDSHAKE_SSL_ERROR';
const LACKS_GRANT = new Set([1044, 1142, 1143, 1227, 1345, 1370, 3530]);
const DISK_FULL = new Set([1021, 1114]);
const OF_A_ROW = new Set([
  ...[1022, 1048, 1062, 1118, 1264, 1265, 1292, 1364, 1366, 1406, 1416, 1526, 1586, 1690, 1748, 3140, 3141, 3156, 3157, 3158],
  ...[3819, 4025, 4038],
]);
/** The longest that could be one, because nothing in it is escaped. */
const QUOTED_VALUE = /\b(entry|value:?) '[^]*'(?= for (?:column|key|function)\b)|\b(entry|value:?) '[^]*'/i;
const SCHEMA_CHANGED = 1412;
const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT';
const TLS_ASKED_FOR = 3159;

/** The server's number of an error; Node's own numbers are negative. */
export const numberOf = (error: unknown): number | undefined => {
  const number = typeof error === 'object' && error !== null && 'errno' in error ? error.errno : undefined;
  return typeof number === 'number' && number > 0 ? number : undefined;
};

/** Node's or the driver's code of an error that no server sent. */
const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
};

/** A grant that nobody found missing beforehand, a disk that is full, a session that is gone; everything else goes up as it is. */
export const statementError = (error: unknown, label: string, side: Side): unknown => {
  if (isCoded(error)) return error;
  if (isDiskFull(error)) return diskFull(error, label, side);
  if (isLost(error)) return connectionLost(error, label, side);
  if (numberOf(error) === SCHEMA_CHANGED) return schemaChanged(error, label, side);
  if (!LACKS_GRANT.has(numberOf(error) ?? 0)) return error;
  return lacksGrant(error, label);
};

/** Also said as an error of the storage engine, with the system's number. */
const isDiskFull = (error: unknown): boolean =>
  DISK_FULL.has(numberOf(error) ?? 0) ||
  ([1026, 1030, 3, 1022].includes(numberOf(error) ?? 0) && /\b28\b.*No space left/i.test(errorText(error)));

/** A transaction's snapshot is older than its table: never tried again, because the next one would read other columns. */
const schemaChanged = (error: unknown, label: string, side: Side): TerminalError =>
  new TerminalError(`a table of the ${side} was altered while it was read (${label}: ${errorText(error)})`, {
    code: 'CF-DDL-001',
    cause: error,
    next: 'hold back schema changes until the run is complete; then: crossfade abort, and begin again',
  });

/**
 * A row that cannot stand here as it is: a value out of range, too long or of another kind, a constraint, no partition.
 * Why, without its values; undefined for any other error.
 */
export const refusedValues = (error: unknown): string | undefined => {
  if (error instanceof RangeError) return 'a value that this type has no text for';
  const number = numberOf(error) ?? 0;
  return OF_A_ROW.has(number) ? `${number}: ${withoutValue(error)}` : undefined;
};

/** What the server says, without the value that it quotes. */
export const withoutValue = (error: unknown): string => errorText(error).replace(QUOTED_VALUE, "$1$2 '...'");

/** A connection that could not be made. */
export const connectionError = (error: unknown, options: OpenOptions): Error => {
  if (isCoded(error)) return error;
  if (REFUSED_LOGIN.has(numberOf(error) ?? 0)) return refusedLogin(error, options);
  if (CERTIFICATE.has(codeOf(error)) || codeOf(error) === HANDSHAKE) return unverified(error, options);
  if (codeOf(error) === NO_TLS) return offersNoTls(error, options);
  if (numberOf(error) === TLS_ASKED_FOR)
    return new TerminalError(`${whereOf(options)} takes encrypted connections only`, {
      code: 'CF-CONN-003',
      cause: error,
      next: `write ${options.side}.tls: {mode: verify-full, ca: …} into the plan`,
    });
  return unreachable(error, options);
};

/** Whether doing the same again, in a new transaction, may succeed. */
export const isPassing = (error: unknown): boolean => error instanceof TransientError || isBusy(error) || isLost(error);

/** Somebody else holds what was wanted; the connection stands. */
export const isBusy = (error: unknown): boolean => BUSY.has(numberOf(error) ?? 0);

const isLost = (error: unknown): boolean =>
  LOST.has(numberOf(error) ?? 0) ||
  NETWORK.has(codeOf(error)) ||
  BROKEN.has(codeOf(error)) ||
  /in closed state|connection ended/i.test(errorText(error));
