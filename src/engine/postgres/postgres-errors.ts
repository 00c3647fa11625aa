/** What PostgreSQL and the network say, as errors that tell what happens next. */
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

const REFUSED_LOGIN = new Set(['28P01', '28000', '3D000', '42501']);
/** The session is gone, because the server stopped, somebody ended it, or the way there broke. */
const LOST = new Set(['57P01', '57P02', '57P03', '08000', '08001', '08003', '08004', '08006']);
/** The session stays: a lock, a slot or a place is in use for the moment, or a transaction gave way to another. */
const BUSY = new Set(['53300', '40001', '40P01', '55P03', '55006', '57014']);
/** Data exceptions; not that of a setting, 22023. */
const DATA = /^22(?!023)/;
/** Those, NOT NULL, unique, CHECK (which a row without a partition breaks too), exclusion, and what is too long for an index. */
const OF_A_ROW = /^(22(?!023)|23502|23505|23514|23P01|54000)/;
/** A label that one side has and the other has not is nobody's data, and has to be known to be made. */
const OF_SCHEMA = /^invalid input value for enum /;

/** SQLSTATE of a server's error, Node's code of a network one. */
export const codeOf = (error: unknown): string | undefined => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

/**
 * A grant that nobody found missing beforehand, a disk that is full, a session that is gone, a value that is refused (which
 * stays unsaid); everything else goes up as it is.
 */
export const statementError = (error: unknown, label: string, side: Side): unknown => {
  if (isCoded(error)) return error;
  if (codeOf(error) === '53100') return diskFull(error, label, side);
  if (isLost(error)) return connectionLost(error, label, side);
  if (DATA.test(codeOf(error) ?? '') && !OF_SCHEMA.test(errorText(error))) return withoutValues(error);
  if (codeOf(error) !== '42501') return error;
  return lacksGrant(error, label);
};

/**
 * A data exception quotes the value that it is about, which may be anybody's (H-93). The server's context says table, line
 * and column, and is kept without it.
 */
const withoutValues = (error: unknown): Error => {
  const where = typeof error === 'object' && error !== null && 'where' in error ? error.where : undefined;
  const context = typeof where === 'string' ? where.split('\n', 1) : [];
  const words = [errorText(error), ...context].map((text) => text.replaceAll(/"[^]*"/g, '"..."'));
  return Object.assign(new Error(words.join('; ')), {code: codeOf(error)});
};

/** A row that cannot stand here as it is: a data exception, a constraint, a limit of an index. Why, without its values; undefined for any other error. */
export const refusedValues = (error: unknown): string | undefined => {
  const code = codeOf(error) ?? '';
  if (!OF_A_ROW.test(code)) return undefined;
  const {message} = code.startsWith('22') ? withoutValues(error) : {message: errorText(error)};
  return `${code}: ${message}`;
};

/** A connection that could not be made. */
export const connectionError = (error: unknown, options: OpenOptions): Error => {
  const code = codeOf(error) ?? '';
  if (REFUSED_LOGIN.has(code)) return refusedLogin(error, options);
  // The driver's own words: the server asked, and there was nothing to answer with.
  if (/client password must be a (non-empty )?string/.test(errorText(error)))
    return new TerminalError(`${whereOf(options)} asks for a password, and none was given`, {
      code: 'CF-CONN-002',
      cause: error,
      next: `put it into what the ${options.side}'s url refers to, or into the file that PGPASSFILE names`,
    });
  if (CERTIFICATE.has(code)) return unverified(error, options);
  if (/does not support SSL/.test(errorText(error))) return offersNoTls(error, options);
  return unreachable(error, options);
};

/** Whether doing the same again, in a new transaction, may succeed. */
export const isPassing = (error: unknown): boolean => error instanceof TransientError || BUSY.has(codeOf(error) ?? '') || isLost(error);

const isLost = (error: unknown): boolean => {
  const code = codeOf(error) ?? '';
  return (
    LOST.has(code) ||
    NETWORK.has(code) ||
    /Connection terminated|connection ended|Client has encountered a connection error/i.test(errorText(error))
  );
};
