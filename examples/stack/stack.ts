/**
 * `npm run stack`: PostgreSQL 17 and 18, Kafka, and Kafka Connect with Debezium, to play with. Prints their addresses and
 * ends with Ctrl-C; nothing of it is kept. `npm run servers:fetch` brings what it needs.
 */
import {once} from 'node:events';
import {startEmbeddedServer} from '../demo/embedded-servers.ts';
import {findKafka} from './kafka-programs.ts';
import {startBroker, startConnect} from './kafka-server.ts';

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopped.abort());

try {
  await runStack();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : String(error));
}

async function runStack(): Promise<void> {
  await using servers = new AsyncDisposableStack();
  const kept = <T extends {stop(): Promise<void>}>(server: T): T => servers.adopt(server, (one) => one.stop());
  const programs = findKafka();
  const source = kept(await startEmbeddedServer({version: 17}));
  const target = kept(await startEmbeddedServer({version: 18}));
  const broker = kept(await startBroker(programs));
  const connect = kept(await startConnect(programs, broker.address));
  const lines = {source: source.url, target: target.url, Kafka: broker.address, 'Kafka Connect': connect.url};
  for (const [name, address] of Object.entries(lines)) console.log(`${name.padEnd(15)}${address}`);
  console.log('Ctrl-C ends them.');
  if (!stopped.signal.aborted) await once(stopped.signal, 'abort');
}
