/**
 * How connections are made. What a caller says counts, but for two things: a connection that leaves the machine is
 * encrypted and verified unless it is told otherwise on purpose, and one text is one statement.
 */
import type {ConnectionOptions, PoolOptions} from 'mysql2';
import {DatabaseUrl} from '../model/database-url.ts';

const WATCH_CONNECT_MS_MAX = 3000;
/** A server that vanished without a word is asked after this silence; by default it is two hours. */
const KEEP_ALIVE_MS = 10_000;

/** A URL, or what `mysql.createPool` takes. */
export function sideOptions(address: string | PoolOptions): PoolOptions {
  const given: PoolOptions = typeof address === 'string' ? {uri: address} : {...address};
  const url = given.uri === undefined ? undefined : new URL(given.uri);
  const mode = url?.searchParams.get('ssl-mode')?.toUpperCase();
  url?.searchParams.delete('ssl-mode'); // a word of other clients, which the driver would complain about
  if (hasSeveralStatements(given, url)) throw new TypeError(SEVERAL);
  const ssl = url?.searchParams.has('ssl') || mode === 'DISABLED' ? given.ssl : encryption(given, url);
  return {...given, ...(url ? {uri: url.href} : {}), ...(ssl === undefined ? {} : {ssl})};
}

/** Each would commit by itself, so a refused one would not prove that nothing was done. */
const SEVERAL = 'a router sends one statement at a time: leave out multipleStatements';

const hasSeveralStatements = ({multipleStatements, flags}: PoolOptions, url: URL | undefined): boolean =>
  multipleStatements === true || /(?<!-)\bMULTI_STATEMENTS|multipleStatements=(?!false)/i.test(`${String(flags)} ${url?.search ?? ''}`);

function encryption({ssl, host, socketPath}: PoolOptions, url: URL | undefined): PoolOptions['ssl'] {
  if (typeof ssl === 'string') return ssl;
  if (ssl) return {verifyIdentity: true, ...ssl};
  const address = host === undefined ? url : new URL(`mysql://${host.includes(':') ? `[${host}]` : host}`);
  if (!address || socketPath !== undefined || url?.searchParams.has('socketPath')) return undefined;
  const where = new DatabaseUrl(address.href);
  if (where.isLocal) return undefined;
  // The driver would compare the certificate with `localhost` instead.
  if (/^[\d.]+$|:/.test(where.host))
    throw new TypeError(
      `${where.host} is a number, with which no certificate can be compared: give the server's name, or ssl-mode=DISABLED in its URL`,
    );
  return {rejectUnauthorized: true, verifyIdentity: true};
}

export const poolOptions = (side: PoolOptions, connectionsMax: number | undefined): PoolOptions => ({
  ...side,
  ...(connectionsMax === undefined ? {} : {connectionLimit: connectionsMax}),
  waitForConnections: true,
  connectAttributes: {program_name: 'crossfade-router', ...side.connectAttributes},
});

/** How values are read is said with each statement of the watch, so the caller's wishes about that change nothing. */
export const watchOptions = (side: PoolOptions): ConnectionOptions => ({
  ...side,
  connectTimeout: WATCH_CONNECT_MS_MAX,
  enableKeepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
  connectAttributes: {...side.connectAttributes, program_name: 'crossfade-router-watch'},
});
