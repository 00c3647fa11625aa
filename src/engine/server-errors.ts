/**
 * What every engine says of a server and of the way there in the same words. An engine knows what its driver calls them
 * (`<engine>-errors.ts`); what they mean and what is to be done next is said here.
 */
import {errorText, TerminalError, TransientError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import type {OpenOptions} from './engine.ts';

/** Node's codes: the network is not as it was. */
export const NETWORK: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EAI_AGAIN',
  'ENETUNREACH',
]);

/** OpenSSL's and Node's codes: whoever answered could not be shown to be the server. */
export const CERTIFICATE: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_GET_ISSUER_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
]);

export const lacksGrant = (error: unknown, label: string): TerminalError =>
  new TerminalError(`${label}: ${errorText(error)}`, {
    code: 'CF-GRANT-001',
    cause: error,
    next: 'crossfade doctor PLAN prints what to grant; then: crossfade resume',
  });

/** What was under way is rolled back by the server, so that nothing is half written. */
export const diskFull = (error: unknown, label: string, side: Side): TerminalError =>
  new TerminalError(`the disk of the ${side} is full (${label}: ${errorText(error)})`, {
    code: 'CF-DISK-002',
    cause: error,
    next: `make room on the ${side}, then: crossfade resume`,
  });

/** Whether what was under way has happened is not known: whoever sent it looks. */
export const connectionLost = (error: unknown, label: string, side: Side): TransientError =>
  new TransientError(`the connection to the ${side} was lost (${label}: ${errorText(error)})`, {
    code: 'CF-CONN-004',
    cause: error,
    next: 'crossfade resume',
  });

export const unreachable = (error: unknown, options: OpenOptions): TransientError =>
  new TransientError(`${whereOf(options)} could not be reached: ${errorText(error)}`, {
    code: 'CF-CONN-001',
    cause: error,
    next: `check host and port of the ${options.side}'s url, and that the server runs`,
  });

export const refusedLogin = (error: unknown, options: OpenOptions): TerminalError =>
  new TerminalError(`${whereOf(options)} refused the login: ${errorText(error)}`, {
    code: 'CF-CONN-002',
    cause: error,
    next: `check user, password and database of the ${options.side}'s url`,
  });

export const unverified = (error: unknown, options: OpenOptions): TerminalError =>
  new TerminalError(`${whereOf(options)}: the server's certificate could not be verified: ${errorText(error)}`, {
    code: 'CF-CONN-003',
    cause: error,
    next: `give the right CA under ${options.side}.tls.ca`,
  });

export const offersNoTls = (error: unknown, options: OpenOptions): TerminalError =>
  new TerminalError(`${whereOf(options)} does not offer TLS, which is required for a server that is not local`, {
    code: 'CF-CONN-003',
    cause: error,
    next: `enable TLS on the server, or set ${options.side}.tls to disable on purpose`,
  });

export const whereOf = ({side, url}: OpenOptions): string => `${side} ${url.toString()}`;
