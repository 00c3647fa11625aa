/**
 * How a connection is made. Every part of the url that counts is read here and nothing else of it reaches the driver,
 * which would let the url change how values are read, or whether the server is verified (H-94).
 */
import {readFileSync} from 'node:fs';
import type {ConnectionOptions, PoolOptions} from 'mysql2';
import type {DatabaseUrl} from '../../model/database-url.ts';
import {TerminalError} from '../../model/errors.ts';
import type {OpenOptions} from '../engine.ts';
import type {Flavour} from './mysql-flavour.ts';

const CONNECT_MS_MAX = 10_000;
/** Of an application; a canary has little time before the hold. */
const APPLICATION_CONNECT_MS_MAX = 5_000;

/** A server that vanished without a word is noticed sooner than by the system's own probes. */
const KEEP_ALIVE = {enableKeepAlive: true, keepAliveInitialDelay: 10_000} as const;

/** Seconds; a year, the most that the server takes. What waits for us, or for us to read on, is not to be ended by it. */
const NEVER = 31_536_000;

/** The same value has the same text on every server (hazards §2c), and no timeout of a server ends our work. */
const PINS: readonly string[] = [
  `time_zone = '+00:00'`,
  'sql_auto_is_null = 0',
  'sql_safe_updates = 0',
  'sql_quote_show_create = 1',
  'sql_select_limit = 18446744073709551615',
  'group_concat_max_len = 1073741824',
  `lc_time_names = 'en_US'`,
  'autocommit = 1',
  `completion_type = 'NO_CHAIN'`,
  `wait_timeout = ${NEVER}`,
  `interactive_timeout = ${NEVER}`,
  `net_read_timeout = ${NEVER}`,
  `net_write_timeout = ${NEVER}`,
  `lock_wait_timeout = ${NEVER}`,
  'innodb_lock_wait_timeout = 1073741824',
];

/** Strict, so that a value that does not fit is refused and not cut; invalid dates as they are, because the other side may have them. */
const MODES = ['STRICT_ALL_TABLES', 'NO_AUTO_VALUE_ON_ZERO', 'NO_ENGINE_SUBSTITUTION', 'ALLOW_INVALID_DATES'];

/** What a new session sends before anything else. */
export const pinStatements = (flavour: Flavour): readonly string[] => [
  'SET NAMES utf8mb4 COLLATE utf8mb4_bin',
  `SET SESSION ${[`sql_mode = '${[...MODES, ...flavour.modes].join(',')}'`, ...PINS, ...flavour.pins].join(', ')}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE',
];

/** Values are text both ways: see `MySession`. `label` names the purpose of the session in `performance_schema`. */
export const connectionOptions = (options: OpenOptions, label: string): ConnectionOptions => {
  const {url, migration, actor} = options;
  const host = hostOf(url);
  const ssl = encryption(options, host);
  return {
    ...addressOf(url, host),
    charset: 'UTF8MB4_BIN',
    connectAttributes: {program_name: `crossfade ${migration.short} ${actor === 'watchdog' ? 'watchdog ' : ''}${label}`},
    // A server must not be able to ask this process for a file, and a text is one statement.
    flags: ['-LOCAL_FILES', '-IGNORE_SPACE', '-ODBC'],
    multipleStatements: false,
    ...KEEP_ALIVE,
    connectTimeout: CONNECT_MS_MAX,
    ...(ssl ? {ssl} : {}),
  };
};

type Where = Omit<OpenOptions, 'side' | 'migration' | 'effects' | 'actor'>;

/**
 * As an application connects, so without our settings: they are not its own. `what` names the address in the plan. Where
 * nothing but the url can say so, `ssl-mode=DISABLED` in it is on purpose.
 */
export const applicationOptions = ({url, tls}: Where, what: string): PoolOptions => {
  const host = hostOf(url);
  const isAsked = url.parameter('ssl-mode')?.toUpperCase() === 'DISABLED';
  const options = tls ?? (isAsked ? {mode: 'disable' as const} : undefined);
  const ssl = encryption({url, side: what, ...(options ? {tls: options} : {})}, host);
  return {
    ...addressOf(url, host),
    connectAttributes: {program_name: 'crossfade-canary'},
    ...KEEP_ALIVE,
    connectTimeout: APPLICATION_CONNECT_MS_MAX,
    ...(ssl ? {ssl} : {}),
  };
};

const hostOf = (url: DatabaseUrl): string => url.host.replace(/^\[(.*)\]$/, '$1') || 'localhost';

const addressOf = (url: DatabaseUrl, host: string) => {
  const {username, password} = new URL(url.reveal());
  return {
    ...(host.startsWith('/') ? {socketPath: host} : {host, port: Number(url.port || 3306)}),
    user: url.parameter('user') ?? decodeURIComponent(username),
    password: url.parameter('password') ?? decodeURIComponent(password),
    ...(url.database ? {database: url.database} : {}),
  };
};

/** These would let somebody in the middle read or answer: only the plan may say so, where it is recorded. */
const WEAK = new Set(['DISABLED', 'PREFERRED', 'REQUIRED', 'VERIFY_CA']);

type Secured = Where & {readonly side: string};

const encryption = ({url, tls, side}: Secured, host: string): ConnectionOptions['ssl'] | undefined => {
  const asked = url.parameter('ssl-mode')?.toUpperCase();
  if (tls?.mode === 'disable' || host.startsWith('/')) return undefined;
  if (!tls && url.isLocal && (!asked || WEAK.has(asked))) return undefined;
  if (asked && WEAK.has(asked)) {
    throw insecure(
      `the ${side}'s url says ssl-mode=${asked}, and a connection that leaves the machine is encrypted and verified`,
      `take ssl-mode out of the url, or write ${side}.tls: {mode: disable} into the plan on purpose`,
    );
  }
  // The driver would compare the certificate with `localhost` instead.
  if (/^[\d.]+$|:/.test(host)) {
    throw insecure(
      `the ${side}'s url names its server by the number ${host}, with which no certificate can be compared`,
      `write the name into the url that the server's certificate has, or write ${side}.tls: {mode: disable} into the plan on purpose`,
    );
  }
  return {
    rejectUnauthorized: true,
    verifyIdentity: true,
    ...file('ca', tls?.ca ?? url.parameter('ssl-ca'), side),
    ...file('cert', url.parameter('ssl-cert'), side),
    ...file('key', url.parameter('ssl-key'), side),
  };
};

const insecure = (message: string, next: string): TerminalError => new TerminalError(message, {code: 'CF-CONN-003', next});

/** Read at every connection, so that a certificate that was renewed is picked up. `system` means Node's own list. */
const file = (part: 'ca' | 'cert' | 'key', path: string | undefined, side: string): Record<string, string> => {
  if (path === undefined || path === 'system') return {};
  try {
    return {[part]: readFileSync(path, 'utf8')};
  } catch (cause) {
    throw new TerminalError(`the file ${path} for the TLS connection to the ${side} could not be read`, {
      code: 'CF-CONN-003',
      next: `check the path of ${part === 'ca' ? `${side}.tls.ca` : `ssl-${part} in the url`}, which is relative to the plan`,
      cause,
    });
  }
};
