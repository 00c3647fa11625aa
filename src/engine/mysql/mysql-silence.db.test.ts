/** A server that says nothing any more while the connections stand: TCP tells nobody, so each kind of session has to notice. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {fakeClock} from '../../../test/support/clock.ts';
import {type RecordedEffects, recordingEffects} from '../../../test/support/effects.ts';
import {type FaultProxy, openFaultProxy} from '../../../test/support/fault-proxy.ts';
import {hadServers, type MysqlDatabase, mysqlDatabase, optionsFor} from '../../../test/support/mysql-databases.ts';
import {someMigration} from '../../../test/support/mysql-receiver.ts';
import {until, untilTrue} from '../../../test/support/until.ts';
import type {StreamEvent} from '../../model/change.ts';
import type {OpenOptions} from '../engine.ts';
import {mariadbEngine, mysqlEngine} from './mysql-engine.ts';
import {serverSessions} from './mysql-lock.ts';
import {sentRows} from './mysql-row-stream.ts';
import {MySession} from './mysql-session.ts';
import {MySessions} from './mysql-sessions.ts';

const LOOK_MS = 5000;
const LOOKS_MAX = 8;
/** More than any buffer takes: 40 MB. */
const MANY_ROWS = `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT repeat('x', 100000) FROM n`;
const MANY_BYTES = 400 * 100_000;
/** Of a stream: a minute, and then some. */
const HEARTBEATS = 14;
const never = new AbortController().signal;

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

for (const {title, request, server} of await hadServers()) {
  describe.skipIf(!server)(title, () => {
    let database: MysqlDatabase;
    let proxy: FaultProxy;
    let clock: ReturnType<typeof fakeClock>;
    let effects: RecordedEffects;
    let options: OpenOptions;
    /** Done once, where a test wants it. */
    let beforeSending: {readonly label: string; act(): void} | undefined;

    beforeEach(async () => {
      database = await mysqlDatabase(server);
      proxy = await openFaultProxy({port: Number(new URL(database.url).port), strikes: (first) => !first.includes('keeper')});
      clock = fakeClock();
      beforeSending = undefined;
      effects = recordingEffects({
        clock,
        point: ({label}) => {
          if (beforeSending && label.startsWith(beforeSending.label)) beforeSending.act();
        },
      });
      options = optionsFor(proxy.through(database.url), {migration: someMigration(), effects});
    });
    afterEach(async () => {
      proxy.set(undefined);
      await proxy[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    const pulses = (): number => effects.points.filter(({kind, label}) => kind === 'sql.reply' && label.startsWith('pulse')).length;

    /** One look that the server answers; `others` sleep beside the pulse. A look whose answer is late four times is a silence. */
    const lookOnce = async (others = 0): Promise<void> => {
      const before = pulses();
      await untilTrue('the pulse sleeps', () => clock.sleepers() > others);
      await clock.advance(LOOK_MS);
      await untilTrue('the server has answered', () => pulses() > before);
    };

    /** Looks until `work` has come to its end, which takes two at least: once may be chance. */
    const endAfterLooks = async (work: Promise<unknown>): Promise<unknown> => {
      const outcome: unknown[] = [];
      void settled(work).then((end) => outcome.push(end));
      await lookOnce();
      expect(outcome).toEqual([]);
      for (let looks = 1; looks < LOOKS_MAX && !outcome.length; looks++) await lookOnce();
      return until('its end', () => outcome[0]);
    };

    /** With a session beside them to which nothing happens. */
    const listening = async (): Promise<MySessions> => {
      const sessions = new MySessions(options, request.flavour);
      sessions.keepListening(await sessions.open('keeper'));
      return sessions;
    };

    /** What the server says of a session. */
    const stateOf = async ({serverPid}: MySession): Promise<string | undefined> =>
      (await serverSessions(database.session)).find(({id}) => id === serverPid)?.state;
    const waitsToSend = (session: MySession): Promise<true> =>
      untilTrue('the server waits to be rid of rows', async () =>
        /^(?:Sending to client|Writing to net)$/.test(String(await stateOf(session))),
      );

    test('a goodbye that nobody answers ends all the same', async () => {
      const session = await MySession.open(options, 'work');
      proxy.set({kind: 'silent'});
      const closed = session.close();
      await clock.advance(LOOK_MS);
      await closed;
      expect(session.connection).toMatchObject({stream: {destroyed: true}});
    });

    test('a server that falls silent behind the login is given up', async () => {
      beforeSending = {label: 'work: SELECT version()', act: () => proxy.set({kind: 'silent'})};
      const opened = settled(MySession.open(options, 'work'));
      await untilTrue('it waits', () => clock.sleepers() > 0);
      await clock.advance(4 * LOOK_MS);
      expect(await opened).toMatchObject({code: 'CF-CONN-001', message: expect.stringContaining('said nothing for 20 s')});
    });

    test('a lock that is held at a server which has become silent is lost, and so is every statement there', async () => {
      await using everywhere = await openFaultProxy({port: Number(new URL(database.url).port)});
      const engine = request.flavour === 'mysql' ? mysqlEngine : mariadbEngine;
      const side = engine.open({...options, url: optionsFor(everywhere.through(database.url)).url});
      await side.control.install();
      await side.control.lock('test');
      await lookOnce();
      const lost = settled(side.control.lost());
      everywhere.set({kind: 'silent'});
      const statement = settled(side.control.epoch());
      const outcome: unknown[] = [];
      void lost.then((end) => outcome.push(end));
      for (let looks = 0; looks < LOOKS_MAX && !outcome.length; looks++) {
        await untilTrue('the pulse sleeps, or is over', () => clock.sleepers() > 0 || outcome.length > 0);
        await clock.advance(LOOK_MS);
      }
      expect(await until('its end', () => outcome[0])).toMatchObject({
        code: 'CF-CONN-004',
        message: expect.stringContaining('said nothing for 20 s'),
      });
      expect(await statement).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('source')});
      everywhere.set(undefined);
      expect(await side.control.isInstalled()).toBe(true); // on another connection
      await side.close();
    });

    test('a statement that takes long is let be for as long as the server is at it', async () => {
      const sessions = await listening();
      await database.run(`DO GET_LOCK('${database.name}', 0)`);
      const statement = sessions.use((session) => session.one(`SELECT GET_LOCK('${database.name}', 600) AS got`));
      for (let looks = 0; looks < LOOKS_MAX; looks++) await lookOnce();
      await database.run(`DO RELEASE_LOCK('${database.name}')`);
      expect(await statement).toEqual({got: '1'});
      await sessions.close();
    });

    test('an answer that was lost on its way is not waited for', async () => {
      const sessions = await listening();
      await sessions.use((session) => session.query('SELECT 1'));
      proxy.set({kind: 'silent', ways: ['back']});
      const statement = settled(sessions.use((session) => session.query(`CREATE TABLE ${database.name}.done (id int)`)));
      await untilTrue('the server has done it', async () => (await database.rows(`SHOW TABLES LIKE 'done'`)).length === 1);
      expect(await endAfterLooks(statement)).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
      await sessions.close();
    });

    test.each([10, 2_000_000])('a question that does not arrive is not waited for: %i bytes', async (bytes) => {
      const sessions = await listening();
      await sessions.use((session) => session.query('SELECT 1'));
      proxy.set({kind: 'silent', ways: ['there']});
      const statement = settled(sessions.use((session) => session.query(`SELECT '${'x'.repeat(bytes)}'`)));
      const outcome: unknown[] = [];
      void statement.then((end) => outcome.push(end));
      // A long one may be on its way for as long as the slowest way takes.
      const looksMin = Math.floor(bytes / (64 * 1024) / 5);
      for (let looks = 0; looks < looksMin; looks++) {
        await lookOnce();
        expect(outcome).toEqual([]);
      }
      expect(await endAfterLooks(statement)).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
      await sessions.close();
    });

    test('rows that come no more, from a server that waits to be rid of them, are not waited for', async () => {
      const sessions = await listening();
      const session = await sessions.open('copy');
      const rows = sentRows(session, MANY_ROWS);
      await rows.next();
      proxy.set({kind: 'silent', ways: ['back']});
      const read = drained(rows);
      await waitsToSend(session);
      expect(await endAfterLooks(read)).toMatchObject({code: 'CF-CONN-004', message: expect.stringContaining('lost on its way')});
      await sessions.close();
    });

    test('rows that nobody takes for a while are let be, and so is the server that waits to be rid of them', async () => {
      const sessions = await listening();
      const session = await sessions.open('copy');
      const rows = sentRows(session, MANY_ROWS);
      const first = await rows.next();
      await waitsToSend(session);
      for (let looks = 0; looks < LOOKS_MAX; looks++) await lookOnce();
      expect(bytesOf(first.value) + (await drained(rows))).toBe(MANY_BYTES);
      await sessions.close();
    });

    test('rows that come slowly are waited for, for as long as they come', async () => {
      const sessions = await listening();
      const session = await sessions.open('copy');
      const rows = sentRows(session, MANY_ROWS);
      let bytes = bytesOf((await rows.next()).value);
      proxy.set({kind: 'slow', bytesPerSecond: 2_000_000});
      const read = drained(rows, (more) => (bytes += more));
      for (let looks = 0; looks < LOOKS_MAX; looks++) {
        const before = session.bytesRead;
        await untilTrue('more has come', () => session.bytesRead > before);
        await lookOnce();
      }
      proxy.set(undefined);
      await read;
      expect(bytes).toBe(MANY_BYTES);
      await sessions.close();
    });

    test('a change stream lives for as long as the server says something, and no longer', async () => {
      const engine = request.flavour === 'mysql' ? mysqlEngine : mariadbEngine;
      const side = engine.open(options);
      await side.control.install();
      await database.run('CREATE TABLE items (id int PRIMARY KEY)');
      const tables = await side.catalog.tables({tables: [`${database.name}.items`], exclude: []});
      await side.control.lock('keeper');
      await side.control.raiseEpoch(1, 'test');
      const from = await side.source.createStream('forward', tables, never);
      const marks: string[] = [];
      const end = settled(listenTo(side.source.changes('forward', from, tables, never), marks));
      const outcome: unknown[] = [];
      void end.then((error) => outcome.push(error));
      for (let beat = 0; beat < HEARTBEATS; beat++) {
        await side.source.mark(`beat ${beat}`);
        await untilTrue('the stream has it, or is over', () => marks.includes(`beat ${beat}`) || outcome.length > 0);
        expect(outcome).toEqual([]);
        await lookOnce(1);
      }
      proxy.set({kind: 'silent'});
      for (let beat = 0; beat < HEARTBEATS && !outcome.length; beat++) await clock.advance(LOOK_MS);
      expect(await end).toMatchObject({code: 'CF-CONN-004'});
      proxy.set(undefined);
      await side.close();
    });
  });
}

const bytesOf = (batch: unknown): number =>
  (batch as readonly (readonly Buffer[])[]).reduce((sum, [value]) => sum + (value?.length ?? 0), 0);

async function drained(rows: AsyncIterable<unknown>, onBytes: (bytes: number) => void = () => {}): Promise<number> {
  let bytes = 0;
  for await (const batch of rows) {
    const more = bytesOf(batch);
    bytes += more;
    onBytes(more);
  }
  return bytes;
}

async function listenTo(stream: AsyncIterable<readonly StreamEvent[]>, marks: string[]): Promise<void> {
  for await (const events of stream) for (const event of events) if (event.type === 'mark') marks.push(event.content);
}
