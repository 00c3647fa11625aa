/** A server that lets everybody in and never answers a question, as a pooler does that has lost its own. */
import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';

export type MuteServer = AsyncDisposable & {
  readonly port: number;
  /** The first client that asked something after its login. */
  readonly asked: Promise<Socket>;
};

export type Protocol = 'postgres' | 'mysql';

export async function openMuteServer(protocol: Protocol): Promise<MuteServer> {
  const {greeting, welcome} = WORDS[protocol];
  const {promise: asked, resolve} = Promise.withResolvers<Socket>();
  const server = createServer((client) => {
    client.on('error', () => undefined); // cut off
    client.write(greeting);
    client.once('data', () => {
      client.write(welcome);
      client.once('data', () => resolve(client));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    [Symbol.asyncDispose]: async () => void (await new Promise((done) => server.close(done))),
  };
}

const packet = (sequence: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([body.length, 0, 0, sequence]), body]);

/** Capabilities: protocol of 4.1, hashed passwords, and a name for how they are. */
const HANDSHAKE = Buffer.concat([
  Buffer.from('\x0a8.4.0\0\x01\0\0\0saltsalt\0', 'latin1'),
  Buffer.from([0x00, 0x82, 0x2d, 0x02, 0x00, 0x08, 0x00, 21]),
  Buffer.alloc(10),
  Buffer.from('saltsaltsalt\0mysql_native_password\0', 'latin1'),
]);

const WORDS: Readonly<Record<Protocol, {readonly greeting: Buffer; readonly welcome: Buffer}>> = {
  // Authenticated, ready.
  postgres: {greeting: Buffer.alloc(0), welcome: Buffer.from([...[0x52, 0, 0, 0, 8, 0, 0, 0, 0], ...[0x5a, 0, 0, 0, 5, 0x49]])},
  mysql: {greeting: packet(0, HANDSHAKE), welcome: packet(2, Buffer.from([0, 0, 0, 2, 0, 0, 0]))},
};
