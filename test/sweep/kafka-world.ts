/** A sweep over the relay `kafka`: the servers of the usual one, with a broker and a worker of Kafka Connect between them. */
import kafkajs, {type Admin} from 'kafkajs';
import {startBroker, startConnect} from '../../examples/stack/kafka-server.ts';
import {findKafka} from '../../examples/stack/kafka-programs.ts';
import {withClient} from '../../examples/demo/shop-database.ts';
import {relayAt} from '../support/kafka-plan.ts';
import type {OwnKafkaStack} from '../support/kafka-servers.ts';
import {openWorld, type RunDatabases, type World} from './world.ts';

/** `durable`: what was acknowledged survives a kill of a database's server. */
export async function openKafkaWorld(durable: boolean, seed: number): Promise<World> {
  const programs = findKafka();
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld(durable, seed));
  const broker = await startBroker(programs);
  stack.defer(() => broker.stop());
  const worker = await startConnect(programs, broker.address);
  stack.defer(() => worker.stop());
  const all = stack.move();
  return {...overKafka(world, {broker, worker}), [Symbol.asyncDispose]: () => all.disposeAsync()};
}

/** The same servers, with these between them. */
export const overKafka = (world: World, between: OwnKafkaStack): World => ({
  ...world,
  databases: async (name) => through(await world.databases(name), between, name),
});

const through = (databases: RunDatabases, stack: OwnKafkaStack, name: string): RunDatabases => ({
  ...databases,
  plan: {...databases.plan, relay: relayAt(databases.source, stack, name)},
  leftovers: async () => [...(await databases.leftovers()), ...(await leftBetween(databases.target, stack))],
});

/** Connectors and topics of the run, without what differs from run to run. */
async function leftBetween(target: string, {broker, worker}: OwnKafkaStack): Promise<readonly string[]> {
  const {rows: migrations} = await withClient(target, (client) =>
    client.query<{migration: string}>('SELECT migration FROM crossfade.lease'),
  );
  const isOfRun = (name: string): boolean => migrations.some(({migration}) => name.includes(migration));
  const connectors = (await (await fetch(`${worker.url}/connectors`)).json()) as readonly string[];
  const topics = await withAdmin(broker.address, (admin) => admin.listTopics());
  return [...connectors.filter(isOfRun).map(() => 'between: a connector'), ...topics.filter(isOfRun).map(() => 'between: a topic')];
}

async function withAdmin<T>(broker: string, act: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({clientId: 'sweep', brokers: [broker], logLevel: kafkajs.logLevel.NOTHING}).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}
