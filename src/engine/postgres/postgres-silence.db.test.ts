/** A server that says nothing any more while the connections stand: TCP tells nobody, so each kind of session has to notice. */
import {Readable, Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {fakeClock} from '../../../test/support/clock.ts';
import {type RecordedEffects, recordingEffects} from '../../../test/support/effects.ts';
import {type FaultProxy, openFaultProxy} from '../../../test/support/fault-proxy.ts';
import {ownMigration} from '../../../test/support/own-migration.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {type StoryDatabase, storyDatabase} from '../../../test/support/story-database.ts';
import {until, untilTrue} from '../../../test/support/until.ts';
import type {StreamEvent} from '../../model/change.ts';
import {DatabaseUrl} from '../../model/database-url.ts';
import type {OpenOptions, Source} from '../engine.ts';
import {postgresEngine} from './postgres-engine.ts';
import {PgSession} from './postgres-session.ts';
import {PgSessions} from './postgres-sessions.ts';

const LOOK_MS = 5000;
const LOOKS_MAX = 8;
/** Between two looks of a stream that is made. */
const BARRIER_POLL_MS = 50;
/** More than any buffer takes. */
const MANY_ROWS = `COPY (SELECT repeat('x', 1000) FROM generate_series(1, 100000)) TO STDOUT`;
/** Of a stream: a minute, and then some. */
const STATUSES = 14;
const never = new AbortController().signal;

let direct: StoryDatabase;
let proxy: FaultProxy;
let clock: ReturnType<typeof fakeClock>;
let effects: RecordedEffects;
let options: OpenOptions;

beforeEach(async () => {
  direct = await storyDatabase(await (await postgresServer({version: 18})).createDatabase());
  proxy = await openFaultProxy({port: direct.port, strikes: (first) => !first.includes('pulse')});
  clock = fakeClock();
  effects = recordingEffects({clock});
  options = {url: new DatabaseUrl(proxy.through(direct.url)), side: 'source', migration: ownMigration(), effects};
});
afterEach(async () => {
  proxy.set(undefined);
  await proxy[Symbol.asyncDispose]();
  await direct.close();
});

const pulses = (): number => effects.points.filter(({kind, label}) => kind === 'sql.reply' && label.startsWith('pulse')).length;
const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

/** Looks until `work` has come to its end. */
async function lookUntilEnded(work: Promise<unknown>): Promise<unknown> {
  const outcome: unknown[] = [];
  void settled(work).then((end) => outcome.push(end));
  for (let looks = 0; looks < LOOKS_MAX && !outcome.length; looks++) {
    await clock.advance(LOOK_MS);
    await direct.value('SELECT 1'); // what the server has said by now is here
  }
  return until('its end', () => outcome[0]);
}

/** Once may be chance. */
async function endAfterTwoLooks(work: Promise<unknown>): Promise<unknown> {
  const end = settled(work);
  await lookOnce();
  await lookOnce();
  return end;
}

/** One look that the server answers. */
async function lookOnce(): Promise<void> {
  const before = pulses();
  await untilTrue('the pulse sleeps', () => clock.sleepers() > 0);
  await clock.advance(LOOK_MS);
  await untilTrue('the server has answered', () => pulses() > before);
}

test('a goodbye that nobody answers ends all the same', async () => {
  const session = await PgSession.open(options, 'work');
  proxy.set({kind: 'silent'});
  const closed = session.close();
  await clock.advance(LOOK_MS);
  await closed;
});

test('a lock that is held at a server which has become silent is lost, and so is every statement there', async () => {
  await using everywhere = await openFaultProxy({port: direct.port});
  const side = postgresEngine.open({...options, url: new DatabaseUrl(everywhere.through(direct.url))});
  await side.control.install();
  await side.control.lock('test');
  await lookOnce();
  const lost = side.control.lost();
  everywhere.set({kind: 'silent'});
  const statement = settled(side.control.epoch());
  expect(await lookUntilEnded(lost)).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('said nothing for 20 s')});
  expect(await statement).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('source')});
  everywhere.set(undefined);
  expect(await side.control.isInstalled()).toBe(true); // on another connection
  await side.close();
});

test('a statement that takes long is let be for as long as the server is at it', async () => {
  const sessions = new PgSessions(options);
  await direct.run('SELECT pg_advisory_lock(7)');
  const statement = sessions.use((session) => session.one(`SELECT 'done' AS word FROM pg_advisory_lock(7)`));
  await untilTrue('the pulse sleeps', () => clock.sleepers() > 0);
  for (let looks = 0; looks < LOOKS_MAX; looks++) await lookOnce();
  await direct.run('SELECT pg_advisory_unlock(7)');
  expect(await statement).toEqual({word: 'done'});
  await sessions.close();
});

test('rows that are taken slowly are let be, also when the server has said its last word on them', async () => {
  const sessions = new PgSessions(options);
  await direct.run('SELECT pg_advisory_lock(7)');
  const waiting = sessions.use((session) => session.query('SELECT pg_advisory_lock(7)')); // so that the server is asked
  const session = await sessions.open('copy');
  const {stream, done} = await session.copyOut('COPY (SELECT generate_series(1, 3)) TO STDOUT');
  const slow = slowWriter();
  stream.pipe(slow.writer);
  await untilTrue('the rows are here', () => slow.isAsked());
  await untilTrue('the pulse sleeps', () => clock.sleepers() > 0);
  for (let looks = 0; looks < LOOKS_MAX; looks++) await lookOnce();
  slow.letGo();
  await done();
  await direct.run('SELECT pg_advisory_unlock(7)');
  await waiting;
  await sessions.close();
});

test('an answer that was lost on its way is not waited for', async () => {
  const sessions = new PgSessions(options);
  await sessions.use((session) => session.query('SELECT 1'));
  proxy.set({kind: 'silent', ways: ['back']});
  const statement = settled(sessions.use((session) => session.query('CREATE TABLE public.done (id int)')));
  await untilTrue('the server has done it', async () => (await direct.value(`SELECT to_regclass('done')::text`)) === 'done');
  await lookOnce();
  await lookOnce();
  expect(await statement).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
  await sessions.close();
});

test('rows of a COPY that come no more, from a server that waits to be rid of them, are not waited for', async () => {
  const sessions = new PgSessions(options);
  const session = await sessions.open('copy');
  const {stream, done} = await session.copyOut(MANY_ROWS);
  const read = settled(stream.on('data', () => proxy.set({kind: 'silent', ways: ['back']})).toArray());
  await untilTrue('the server waits', () => waitsFor('ClientWrite'));
  expect(await endAfterTwoLooks(done())).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
  expect(await read).toMatchObject({code: 'CF-CONN-004'});
  await sessions.close();
});

test.each([100_000, 10])('rows of a COPY that do not arrive are not waited for: %i of them', async (rows) => {
  const sessions = new PgSessions(options);
  await direct.run('CREATE TABLE public.lines (line text)');
  const session = await sessions.open('copy');
  const copy = await session.copyIn('COPY public.lines FROM STDIN');
  await untilTrue('the server waits', () => waitsFor('ClientRead'));
  await lookOnce();
  await lookOnce(); // for us, who have nothing to send yet
  proxy.set({kind: 'silent', ways: ['there']});
  const pieces = Array.from({length: rows / 10}, () => `${'x'.repeat(1000)}\n`.repeat(10));
  const written = pipeline(Readable.from(pieces), copy);
  await untilTrue('what can be sent is on its way', () => copy.writableNeedDrain || copy.writableEnded);
  expect(await endAfterTwoLooks(written)).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
  await sessions.close();
});

test('rows that nobody takes for a while are let be, and so is the server that waits to be rid of them', async () => {
  const sessions = new PgSessions(options);
  const session = await sessions.open('copy');
  let isLost = false;
  void session.lost.then(() => (isLost = true));
  const {stream} = await session.copyOut(MANY_ROWS);
  stream.pipe(slowWriter().writer);
  await untilTrue('the server waits', () => waitsFor('ClientWrite'));
  for (let looks = 0; looks < LOOKS_MAX; looks++) await lookOnce();
  expect(isLost).toBe(false);
  session.destroy();
  await sessions.close();
});

test('rows that come slowly are waited for, for as long as they come', async () => {
  const sessions = new PgSessions(options);
  const session = await sessions.open('copy');
  const {stream, done} = await session.copyOut(MANY_ROWS);
  let bytes = 0;
  stream.once('data', () => proxy.set({kind: 'slow', bytesPerSecond: 1_000_000}));
  stream.on('data', (piece: Buffer) => void (bytes += piece.length));
  await untilTrue('the server waits', () => waitsFor('ClientWrite'));
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const before = bytes;
    await untilTrue('more has come', () => bytes > before);
    await lookOnce();
  }
  proxy.set(undefined);
  await done();
  expect(bytes).toBe(100_000 * 1001);
  await sessions.close();
});

/** So says the server, of its one COPY. */
const waitsFor = async (event: string): Promise<boolean> =>
  (await direct.value(
    `SELECT count(*) FROM pg_stat_activity JOIN pg_stat_progress_copy USING (pid) WHERE wait_event = '${event}' AND pg_stat_activity.datname = current_database()`,
  )) === '1';

test('a change stream lives for as long as the server answers its messages, and no longer', async () => {
  const side = postgresEngine.open(options);
  await side.control.install();
  await direct.run('CREATE TABLE items (id int PRIMARY KEY)');
  const tables = await side.catalog.tables({tables: ['public.items'], exclude: []});
  await side.control.lock('test');
  await side.control.raiseEpoch(1, 'test');
  const from = await whileTimePasses(side.source.createStream('forward', tables, never));
  const heard = {words: 0};
  const end = settled(listenTo(side.source, side.source.changes('forward', from, tables, never), heard));
  await untilTrue('the stream has begun', () => effects.points.some(({label}) => label === 'stream forward: start'));
  for (let status = 0; status < STATUSES; status++) {
    const before = heard.words;
    await clock.advance(LOOK_MS);
    await untilTrue('the server has answered', () => heard.words > before);
  }
  proxy.set({kind: 'silent'});
  for (let status = 0; status < STATUSES; status++) await clock.advance(LOOK_MS);
  expect(await end).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('said nothing for 60 s')});
  proxy.set(undefined);
  await side.source.dropStream('forward');
  await side.close();
});

/** Takes one piece, and no more until it is let go. */
function slowWriter() {
  let go: (() => void) | undefined;
  const writer = new Writable({highWaterMark: 1, write: (_rows, _encoding, taken) => void (go = taken)});
  return {writer, isAsked: () => go !== undefined, letGo: () => go?.()};
}

/** It waits for the transactions of other tests on this server. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = (): void => void (isOver = true);
  work.then(end, end);
  await untilTrue('its end', async () => {
    await clock.advance(BARRIER_POLL_MS);
    return isOver;
  });
  return work;
}

/** A server whose every word was acknowledged says nothing more unless it is asked. */
async function listenTo(source: Source, stream: AsyncIterable<readonly StreamEvent[]>, heard: {words: number}): Promise<void> {
  for await (const events of stream) {
    heard.words += 1;
    for (const event of events) if (event.type === 'idle') source.acknowledge('forward', event.position);
  }
}
