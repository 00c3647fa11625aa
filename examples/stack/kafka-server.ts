/** One Kafka broker (KRaft, a cluster of one) and one worker of Kafka Connect: loopback, free ports, folders of their own. */
import {randomBytes} from 'node:crypto';
import {connect} from 'node:net';
import {join} from 'node:path';
import {freePort} from '../demo/free-port.ts';
import {JavaProcess, type JavaProgram} from './java-process.ts';
import type {KafkaPrograms} from './kafka-programs.ts';

type Properties = Readonly<Record<string, string>>;

export type Running = {
  readonly pid: number;
  /** Stands in the command line of the process, and is removed by `stop`. */
  readonly folder: string;
  log(): string;
  /** As a power cut for the process. */
  kill9(): Promise<void>;
  /** On the same port and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
};
/** `host:port`. */
export type KafkaBroker = Running & {readonly address: string};
/** The address of its REST API. */
export type KafkaConnect = Running & {readonly url: string};

const BROKER_HEAP_MB = 256;
const CONNECT_HEAP_MB = 512;

/** `settings` on top: of topics that are made without any of their own, for instance. */
export async function startBroker(programs: KafkaPrograms, settings: Properties = {}): Promise<KafkaBroker> {
  const java = new JavaProcess(programs, 'kafka');
  const [port, controller] = [await freePort(), await freePort()];
  const properties = {...brokerProperties(port, controller), 'log.dirs': join(java.folder, 'data'), ...settings};
  const answers = () => answersTcp(port);
  const program = {name: 'Kafka', mainClass: 'kafka.Kafka', heapMb: BROKER_HEAP_MB, properties, answers};
  return startedOrGone(java, async () => {
    // Hexadecimal: an identifier that begins with a dash would be read as an option.
    const cluster = randomBytes(16).toString('hex');
    await java.run('kafka.tools.StorageTool', ['format', '--cluster-id', cluster, '--config', java.write(properties)]);
    await java.start(program);
    return Object.assign(running(java, program), {address: `127.0.0.1:${port}`});
  });
}

export async function startConnect(programs: KafkaPrograms, broker: string): Promise<KafkaConnect> {
  const java = new JavaProcess(programs, 'connect');
  const url = `http://127.0.0.1:${await freePort()}`;
  const properties = {...connectProperties(broker, url), 'plugin.path': programs.plugins};
  const mainClass = 'org.apache.kafka.connect.cli.ConnectDistributed';
  const program = {name: 'Kafka Connect', mainClass, heapMb: CONNECT_HEAP_MB, properties, answers: () => answersHttp(url)};
  return startedOrGone(java, async () => {
    await java.start(program);
    return Object.assign(running(java, program), {url});
  });
}

/** A cluster of one cannot have replicas; every topic is asked for by name. */
const brokerProperties = (port: number, controller: number): Properties => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'num.network.threads': '2',
  'num.io.threads': '4',
  'log.cleaner.dedupe.buffer.size': '16777216',
});

const connectProperties = (broker: string, url: string): Properties => ({
  'bootstrap.servers': broker,
  'group.id': 'connect',
  listeners: url,
  'rest.advertised.host.name': '127.0.0.1',
  ...Object.fromEntries(
    ['config', 'offset', 'status'].flatMap((kind) => [
      [`${kind}.storage.topic`, `connect-${kind}`],
      [`${kind}.storage.replication.factor`, '1'],
    ]),
  ),
  'offset.storage.partitions': '1',
  'status.storage.partitions': '1',
  // What a drain waits for is the offset that Connect has committed.
  'offset.flush.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'plugin.discovery': 'service_load',
  // Passwords as ${file:/path:key}, so that no connector holds one.
  'config.providers': 'file',
  'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
  'connector.client.config.override.policy': 'All',
});

/** Its `pid` is asked each time: it has another one after a start. */
const running = (java: JavaProcess, program: JavaProgram): Running => ({
  get pid() {
    return java.pid;
  },
  folder: java.folder,
  log: () => java.log(),
  kill9: () => java.end('SIGKILL'),
  start: () => java.start(program),
  stop: () => java.stop(),
});

async function startedOrGone<T>(java: JavaProcess, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    await java.stop();
    throw error;
  }
}

const answersTcp = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

/** It listens before it has read its own topics, and answers with an error until then. */
async function answersHttp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/connectors`, {signal: AbortSignal.timeout(2000)})).ok;
  } catch {
    return false;
  }
}
