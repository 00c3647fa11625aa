import {once} from 'node:events';
import {createServer, type AddressInfo} from 'node:net';
import {expect, test} from 'vitest';
import {NotConnected} from './outcome.ts';
import {PgPool} from './pg-pool.ts';
import {takeConnection} from './pool-lease.ts';

/** A message of PostgreSQL's protocol: its letter, its length, its content. */
const message = (letter: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
};
const LOGGED_IN = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));
const GOING_DOWN = message('E', Buffer.from('SFATAL\0C57P01\0Mgoing down\0\0'));

test('a server that logs in a connection and ends it in one breath is no connection, and does not end the process', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([LOGGED_IN, READY, GOING_DOWN])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  const pool = new PgPool({host: '127.0.0.1', port, user: 'app', password: 'x', database: 'd'});
  await expect(takeConnection(pool, 'target')).rejects.toThrow(NotConnected);
  await expect(takeConnection(pool, 'target')).rejects.toThrow('going down');
  await pool.end();
  server.close();
});
