import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {type Certificates, makeCertificates} from '../../../test/support/certificates.ts';
import {realEffects} from '../../../test/support/effects.ts';
import {type OwnPostgresServer, ownPostgresServer} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import type {OpenOptions} from '../engine.ts';
import {PostgresChangeStream} from './postgres-change-stream.ts';
import {toPosition} from './postgres-position.ts';
import {PgSession} from './postgres-session.ts';
import {PgSessions} from './postgres-sessions.ts';

const MIGRATION = {id: 'i', short: 'tls', name: 'n'};
let certificates: Certificates;
let server: OwnPostgresServer;

beforeAll(async () => {
  certificates = makeCertificates(['localhost']);
  server = await ownPostgresServer({
    version: 17,
    settings: {ssl: 'on', ssl_cert_file: certificates.certificate, ssl_key_file: certificates.key, listen_addresses: 'localhost'},
  });
});

afterAll(async () => {
  await server.stop();
  certificates[Symbol.dispose]();
});

const address = (host: string, port?: number): OpenOptions['url'] => {
  const url = new URL(server.url);
  url.hostname = host;
  if (port) url.port = String(port);
  return new DatabaseUrl(url.href);
};
const options = (host: string, ca: string, port?: number): OpenOptions => ({
  url: address(host, port),
  side: 'source',
  migration: MIGRATION,
  effects: realEffects(),
  tls: {mode: 'verify-full', ca},
});

const startStream = (one: OpenOptions) => PostgresChangeStream.start(one, MIGRATION, 'forward', toPosition('0/0'), []);
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it connected',
    (error: unknown) => (error as {code: unknown}).code,
  );

test('a session that comes when its side was closed meanwhile is closed again: it would keep its process alive', async () => {
  const given = options('localhost', certificates.ca);
  const closing = realEffects(({label}) => (label === 'source late: connect' ? sessions.close() : undefined));
  const sessions: PgSessions = new PgSessions({...given, effects: closing});
  await expect(sessions.open('late')).rejects.toThrow('the database was closed');
  const look = await PgSession.open(given, 'look');
  const others = () => look.one(`SELECT count(*)::text AS n FROM pg_stat_activity WHERE application_name LIKE '%late%'`);
  await untilTrue('the late session is gone', async () => (await others())['n'] === '0');
  await look.close();
});

test.runIf(process.platform === 'linux')('whichever end vanishes without a word, the other asks after ten seconds of silence', async () => {
  const session = await PgSession.open(options('localhost', certificates.ca), 'work');
  const {from, to, idle} = await session.one(
    `SELECT inet_client_port()::text AS "from", inet_server_port()::text AS "to", current_setting('tcp_keepalives_idle') AS idle`,
  );
  expect(keepAliveSeconds(Number(from), Number(to))).toBeLessThanOrEqual(10);
  expect(idle).toBe('10');
  await session.close();
});

/** What the kernel says: the timer of the connection between two ports, `02` for keep-alive, and when it fires, in hundredths. */
function keepAliveSeconds(from: number, to: number): number {
  const [here, there] = [from, to].map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const table = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFileSync(path, 'utf8')).join('');
  const fields = table.split('\n').map((line) => line.trim().split(/\s+/));
  const ours = fields.find(([, local, remote]) => local?.endsWith(here ?? '') && remote?.endsWith(there ?? ''));
  const [timer, when] = ours?.[5]?.split(':') ?? [];
  expect(timer).toBe('02');
  return Number.parseInt(when ?? '', 16) / 100;
}

test('the right certificate encrypts the session', async () => {
  const session = await PgSession.open(options('localhost', certificates.ca), 'work');
  expect(await session.one('SELECT ssl::text, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual({
    ssl: 'true',
    version: 'TLSv1.3',
  });
  await session.close();
});

test.each([
  ['a certificate of another authority', 'localhost', () => certificates.otherCa],
  ['a certificate for another name', '127.0.0.1', () => certificates.ca],
])('%s is refused, for sessions and for the change stream (H-94)', async (_, host, ca) => {
  expect(await code(PgSession.open(options(host, ca()), 'work'))).toBe('CF-CONN-003');
  expect(await code(startStream(options(host, ca())))).toBe('CF-CONN-003');
});

test('somebody in the middle who says that there is no encryption learns nothing (H-94)', async () => {
  const heard: Buffer[] = [];
  const middle = createServer((socket) =>
    socket.on('data', (data) => void (heard.push(data), socket.write('N'))).on('error', () => undefined),
  );
  await once(middle.listen(0, 'localhost'), 'listening');
  const {port} = middle.address() as AddressInfo;
  expect(await code(PgSession.open(options('localhost', certificates.ca, port), 'work'))).toBe('CF-CONN-003');
  expect(await code(startStream(options('localhost', certificates.ca, port)))).toBe('CF-CONN-003');
  expect(Buffer.concat(heard)).toEqual(Buffer.from('0000000804d2162f0000000804d2162f', 'hex')); // twice the question, and nothing else
  middle.close();
});

/** Why there is no flag for it: the file that psql reads is read here too, and `file:` references hold whole addresses. */
test('an address without a password takes it from the file that PGPASSFILE names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-pgpass-'));
  const url = new URL(server.url);
  const file = join(folder, 'pgpass');
  writeFileSync(file, `*:*:*:${url.username}:${decodeURIComponent(url.password)}\n`, {mode: 0o600});
  url.hostname = 'localhost';
  url.password = '';
  const one = {...options('localhost', certificates.ca), url: new DatabaseUrl(url.href)};
  const before = process.env['PGPASSFILE'];
  try {
    process.env['PGPASSFILE'] = join(folder, 'none');
    expect(await code(PgSession.open(one, 'work'))).toBe('CF-CONN-002');
    process.env['PGPASSFILE'] = file;
    await (await PgSession.open(one, 'work')).close();
  } finally {
    if (before === undefined) delete process.env['PGPASSFILE'];
    else process.env['PGPASSFILE'] = before;
    rmSync(folder, {recursive: true});
  }
});
