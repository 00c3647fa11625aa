/**
 * Real Kafka for tests, as `servers.ts` has it of PostgreSQL: one broker and one worker of Kafka Connect, shared by the run;
 * a prefix of its own for each test. Members are asked in order; each miss keeps its reason.
 */
import {connect} from 'node:net';
import {findKafka} from '../../examples/stack/kafka-programs.ts';
import {type KafkaBroker, type KafkaConnect, type Running, startBroker, startConnect} from '../../examples/stack/kafka-server.ts';
import {addCleanUp, addMiss, ServerMissing, shared} from './server-folder.ts';

export type KafkaStack = {
  /** `host:port`. */
  readonly broker: string;
  /** Of Kafka Connect's REST API, with Debezium. */
  readonly connect: string;
};

const COMMAND = 'npm run servers:fetch (needs Java 17 and Maven), or set TEST_KAFKA and TEST_CONNECT_URL';
/** `host:port` of a broker, and the address of a worker that uses it. */
const {TEST_KAFKA: foreignBroker, TEST_CONNECT_URL: foreignConnect} = process.env;

export const kafkaStack = (): Promise<KafkaStack> =>
  shared('kafka-stack', () => firstMember('Kafka Connect', [environment, async () => startedStack()]));

/** Started for the caller alone, which may kill it. */
export const ownBroker = (settings: Readonly<Record<string, string>> = {}): Promise<KafkaBroker> =>
  firstMember('Kafka', [async () => registered(await startBroker(findKafka(), settings))]);

/** A broker and a worker for the caller alone, which may kill either; each begins again at the same address. */
export type OwnKafkaStack = {readonly broker: KafkaBroker; readonly worker: KafkaConnect};

export const ownKafkaStack = (): Promise<AsyncDisposable & OwnKafkaStack> =>
  firstMember('Kafka Connect', [
    async () => {
      const programs = findKafka();
      const broker = registered(await startBroker(programs));
      const worker = registered(await startConnect(programs, broker.address));
      const stop = async (): Promise<void> => {
        await worker.stop();
        await broker.stop();
      };
      return {broker, worker, [Symbol.asyncDispose]: stop};
    },
  ]);

async function environment(): Promise<KafkaStack> {
  if (!foreignBroker || !foreignConnect) throw new Error('environment: TEST_KAFKA and TEST_CONNECT_URL not set');
  const [host, port] = foreignBroker.split(':');
  if (!(await listens(host ?? '', Number(port)))) throw new Error(`environment: nobody listens at ${foreignBroker}`);
  if (!(await fetch(`${foreignConnect}/connectors`)).ok) throw new Error(`environment: ${foreignConnect} is no Kafka Connect`);
  return {broker: foreignBroker, connect: foreignConnect};
}

async function startedStack(): Promise<KafkaStack> {
  const programs = findKafka();
  const broker = registered(await startBroker(programs));
  const worker = registered(await startConnect(programs, broker.address));
  return {broker: broker.address, connect: worker.url};
}

async function firstMember<T>(server: string, members: readonly (() => Promise<T>)[]): Promise<T> {
  const reasons: string[] = [];
  for (const provide of members) {
    try {
      return await provide();
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  addMiss({server, command: COMMAND, reasons});
  throw new ServerMissing(`${server} could not be had (${reasons.join('; ')}). Provide it: ${COMMAND}`);
}

/** It is killed at the end of the run, and its folder goes with it. */
function registered<T extends Running>(server: T): T {
  addCleanUp({kind: 'process', pid: server.pid, folder: server.folder});
  return server;
}

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
