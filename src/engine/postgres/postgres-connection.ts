/**
 * How a connection is made. Every part of the url that counts is read here and nothing else of it reaches the driver,
 * which would let the url change our session's settings, its name, or whether the server is verified (H-94).
 */
import {readFileSync} from 'node:fs';
import type pg from 'pg';
import {TerminalError} from '../../model/errors.ts';
import type {OpenOptions} from '../engine.ts';

/** The same value has the same text on every server (hazards §2c), and no timeout of a role ends our work. */
const PINS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '3',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  lc_monetary: 'C',
  row_security: 'off',
  search_path: 'pg_catalog',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  synchronous_commit: 'on',
} as const;

const pinOptions = Object.entries(PINS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** Values are text both ways. `label` names the purpose of the session in `pg_stat_activity`. */
export const clientConfig = (options: OpenOptions, label: string): pg.ClientConfig => {
  const {url} = options;
  const {username, password} = new URL(url.reveal());
  // Never the driver's own choice, which is PGHOST: nobody would know whether that leaves the machine.
  const host = url.host.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  return {
    host,
    // What is absent stays absent, and the driver takes it from PGUSER, PGPASSWORD and their like.
    ...given('port', url.port && Number(url.port)),
    ...given('user', url.parameter('user') ?? decodeURIComponent(username)),
    ...given('password', url.parameter('password') ?? decodeURIComponent(password)),
    ...given('database', url.database),
    application_name: `crossfade ${options.migration.short} ${options.actor === 'watchdog' ? 'watchdog ' : ''}${label}`,
    // The last one counts.
    options: `${url.parameter('options') ?? ''} ${pinOptions}`.trim(),
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    types: {getTypeParser: () => (value: string) => value} as unknown as pg.CustomTypesConfig,
    ssl: encryption(options, host),
  };
};

/** The same for PostgreSQL's own programs. */
export const clientEnvironment = (options: OpenOptions, label: string): Readonly<Record<string, string>> => {
  const {host, port, user, password, database, application_name: name, ssl} = clientConfig(options, label);
  const {url, tls} = options;
  const files = {
    PGSSLROOTCERT: tls?.ca ?? url.parameter('sslrootcert') ?? 'system',
    PGSSLCERT: url.parameter('sslcert'),
    PGSSLKEY: url.parameter('sslkey'),
  };
  const all = {
    PGHOST: host,
    PGPORT: port,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGAPPNAME: name,
    PGSSLMODE: ssl ? 'verify-full' : 'disable',
    ...(ssl ? files : {}),
  };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])));
};

const given = <T extends string | number>(name: string, value: T | ''): Record<string, T> => (value === '' ? {} : {[name]: value});

/** These would let somebody in the middle read or answer: only the plan may say so, where it is recorded. */
const WEAK = new Set(['disable', 'allow', 'no-verify']);

const encryption = ({url, tls, side}: OpenOptions, host: string): pg.ClientConfig['ssl'] => {
  const asked = url.parameter('sslmode');
  if (tls?.mode === 'disable' || host.startsWith('/')) return false;
  if (!tls && url.isLocal && (!asked || WEAK.has(asked))) return false;
  if (asked && WEAK.has(asked)) {
    throw new TerminalError(`the ${side}'s url says sslmode=${asked}, and a connection that leaves the machine is encrypted and verified`, {
      code: 'CF-CONN-003',
      next: `take sslmode out of the url, or write ${side}.tls: {mode: disable} into the plan on purpose`,
    });
  }
  return {
    rejectUnauthorized: true,
    // The name to verify; the driver passes it on for names only, not for addresses.
    host,
    ...file('ca', tls?.ca ?? url.parameter('sslrootcert'), side),
    ...file('cert', url.parameter('sslcert'), side),
    ...file('key', url.parameter('sslkey'), side),
  } as pg.ClientConfig['ssl'];
};

/** Read at every connection, so that a certificate that was renewed is picked up. `system` means Node's own list. */
const file = (part: 'ca' | 'cert' | 'key', path: string | undefined, side: string): Record<string, string> => {
  if (path === undefined || path === 'system') return {};
  try {
    return {[part]: readFileSync(path, 'utf8')};
  } catch (cause) {
    throw new TerminalError(`the file ${path} for the TLS connection to the ${side} could not be read`, {
      code: 'CF-CONN-003',
      next: `check the path of ${part === 'ca' ? `${side}.tls.ca` : `ssl${part} in the url`}, which is relative to the plan`,
      cause,
    });
  }
};
