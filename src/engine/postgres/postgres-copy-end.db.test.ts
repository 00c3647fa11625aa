/** The end of a COPY as a slow network shows it: the rows are through, and the server's last word on them is not yet. */
import {once} from 'node:events';
import {createServer, connect, type AddressInfo, type Socket} from 'node:net';
import {Writable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

/** Passes everything on, but keeps back what a server says after the end of a COPY until it is let go. */
async function slowRoad(server: URL) {
  const roads: {readonly said: Buffer[]; held: Buffer | undefined; readonly client: Socket; isOver: boolean}[] = [];
  let isSlow = false;
  const proxy = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    const road = {said: [] as Buffer[], held: undefined as Buffer | undefined, client, isOver: false};
    roads.push(road);
    client.on('data', (bytes) => void (road.said.push(bytes), upstream.write(bytes)));
    client.on('end', () => upstream.end()).on('error', () => upstream.destroy());
    client.on('close', () => void (road.isOver = true));
    upstream.on('end', () => client.end()).on('error', () => client.destroy());
    upstream.on('data', (bytes) => {
      if (road.held) return void (road.held = Buffer.concat([road.held, bytes]));
      const end = isSlow ? bytes.indexOf(COPY_DONE) : -1;
      if (end < 0) return void client.write(bytes);
      client.write(bytes.subarray(0, end + COPY_DONE.length));
      road.held = bytes.subarray(end + COPY_DONE.length);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const url = Object.assign(new URL(server.href), {hostname: '127.0.0.1', port: String((proxy.address() as AddressInfo).port)});
  return {
    url: url.href,
    slow: (slow: boolean) => void (isSlow = slow),
    held: () => roads.find(({held}) => held !== undefined),
    letGo() {
      for (const road of roads) {
        if (road.held) road.client.write(road.held);
        road.held = undefined;
      }
    },
    /** As a server that is killed. */
    cut: () => roads.forEach(({client}) => client.resetAndDestroy()),
    close: () => void proxy.close(),
  };
}

let road: Awaited<ReturnType<typeof slowRoad>>;
let side: TestSide;

beforeAll(async () => {
  road = await slowRoad(new URL(await (await postgresServer({version: 17})).createDatabase()));
  side = await openSide('source', road.url);
  await side.run(
    'CREATE TABLE people (id int PRIMARY KEY, name text)',
    `INSERT INTO people SELECT i, 'Person ' || i FROM generate_series(1, 1000) i`,
  );
});
afterAll(async () => {
  await side.close();
  road.close();
});

test('the session of a COPY ends after the last word of the server, and in good order', async () => {
  const table = await side.table('people');
  road.slow(true);
  const {stream, done} = await side.database.source.copyOut(table, {after: undefined, to: undefined}, 'text');
  let isDone = false;
  const ended = done().then(() => (isDone = true));
  let lines = 0;
  stream.on('data', (bytes: Buffer) => (lines += bytes.toString().split('\n').length - 1));
  await once(stream, 'close');
  expect(lines).toBe(1000);
  await untilTrue('the last word is held', () => road.held() !== undefined);
  road.slow(false);
  expect(await side.value('SELECT count(*)::text FROM people'), 'a whole round by the same road').toBe('1000');
  const slow = road.held();
  expect(Buffer.concat(slow?.said ?? []).includes(TERMINATE), 'it said goodbye too early').toBe(false);
  expect(isDone, 'it took the rows for complete').toBe(false);
  road.letGo();
  await ended;
  await untilTrue('the session has ended', () => slow?.isOver === true);
  expect(Buffer.concat(slow?.said ?? []).subarray(-TERMINATE.length)).toEqual(TERMINATE);
});

test('a COPY whose server is killed before its rows are asked for fails whoever asks then', async () => {
  const {stream, done} = await side.database.source.copyOut(await side.table('people'), {after: undefined, to: undefined}, 'text');
  road.cut();
  await expect(done()).rejects.toMatchObject({code: 'CF-CONN-004'});
  await expect(pipeline(stream, new Writable({write: (_bytes, _encoding, next) => next()}))).rejects.toThrow('CONN');
});
