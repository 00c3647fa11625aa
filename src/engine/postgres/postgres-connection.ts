/**
 * How a connection is made. Every part of the url that counts is read here and nothing else of it reaches the driver,
 * which would let the url change our session's settings, its name, or whether the server is verified (H-94).
 */
import {readFileSync} from 'node:fs';
import type pg from 'pg';
import {TerminalError} from '../../model/errors.ts';
import type {DatabaseUrl} from '../../model/database-url.ts';
import type {OpenOptions} from '../engine.ts';

/** A pooler that takes longer keeps the cutover waiting before anything is held. */
const APPLICATION_CONNECT_MS_MAX = 5_000;

/** A server that vanished without a word is noticed after this and ten probes, a second apart; by default it is two hours. */
const KEEP_ALIVE = {keepAlive: true, keepAliveInitialDelayMillis: 10_000} as const;

/** The same value has the same text on every server (hazards §2c), and no timeout of a role ends our work. */
const PINS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '3',
  bytea_output: 'hex',
  // Off, a NULL among the values that we send as an array would be the text NULL; and xml that is no document would be refused.
  array_nulls: 'on',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  quote_all_identifiers: 'off',
  client_encoding: 'UTF8',
  lc_monetary: 'C',
  row_security: 'off',
  search_path: 'pg_catalog',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  // Each of our transactions says so where it wants more; a stricter one would fail where ours are meant to wait.
  default_transaction_isolation: 'read\\ committed',
  synchronous_commit: 'on',
  // A session of ours that vanished without a word holds its locks, the migration's too, for twenty seconds and not for two hours.
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '1',
  tcp_keepalives_count: '10',
} as const;

const pinOptions = Object.entries(PINS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** `unpinned` is for looking at what others meet: nothing but that may be asked there. */
export type Pinning = 'pinned' | 'unpinned';

/** Values are text both ways. `label` names the purpose of the session in `pg_stat_activity`. */
export const clientConfig = (options: OpenOptions, label: string, pinning: Pinning = 'pinned'): pg.ClientConfig => {
  const {url} = options;
  const address = addressOf(url);
  return {
    ...address,
    application_name: `crossfade ${options.migration.short} ${options.actor === 'watchdog' ? 'watchdog ' : ''}${label}`,
    // The last one counts.
    options: pinning === 'unpinned' ? '-c search_path=pg_catalog' : `${url.parameter('options') ?? ''} ${pinOptions}`.trim(),
    ...KEEP_ALIVE,
    connectionTimeoutMillis: 10_000,
    types: AS_TEXT,
    ssl: encryption(options, address.host),
  };
};

const AS_TEXT = {getTypeParser: () => (value: string) => value} as unknown as pg.CustomTypesConfig;

const addressOf = (url: DatabaseUrl) => {
  const {username, password} = new URL(url.reveal());
  return {
    // Never the driver's own choice, which is PGHOST: nobody would know whether that leaves the machine.
    host: url.host.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    // What is absent stays absent, and the driver takes it from PGUSER, PGPASSWORD and their like.
    ...given('port', url.port && Number(url.port)),
    ...given('user', url.parameter('user') ?? decodeURIComponent(username)),
    ...given('password', url.parameter('password') ?? decodeURIComponent(password)),
    ...given('database', url.database),
  };
};

type Where = Omit<OpenOptions, 'side' | 'migration' | 'effects' | 'actor'>;

/**
 * As an application connects, so without our settings: they are not its own, and not every pooler takes them. `what`
 * names the address in the plan. Where nothing but the url can say so, `sslmode=disable` in it is on purpose.
 */
export const applicationConfig = ({url, tls}: Where, what: string): pg.ClientConfig => {
  const options = tls ?? (url.parameter('sslmode') === 'disable' ? {mode: 'disable' as const} : undefined);
  const address = addressOf(url);
  return {
    ...address,
    ...given('options', url.parameter('options') ?? ''),
    application_name: 'crossfade-canary',
    ...KEEP_ALIVE,
    connectionTimeoutMillis: APPLICATION_CONNECT_MS_MAX,
    types: AS_TEXT,
    ssl: encryption({url, side: what, ...(options ? {tls: options} : {})}, address.host),
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

/** `side`, or whatever names the address to the person who wrote it. */
type Secured = Where & {readonly side: string};

const encryption = ({url, tls, side}: Secured, host: string): pg.ClientConfig['ssl'] => {
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
