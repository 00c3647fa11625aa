/** A story's plan with the relay of the worked plan, at a broker and a worker of the test's own. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse} from 'yaml';
import type {OwnKafkaStack} from './kafka-servers.ts';
import type {Story} from './story.ts';

const {relay: worked} = parse(readFileSync('plans/through-kafka.yaml', 'utf8')) as {readonly relay: Readonly<Record<string, unknown>>};

type Wishes = {
  readonly client?: string;
  /** Of `relay`, besides the places. */
  readonly relay?: Readonly<Record<string, unknown>>;
  readonly sections?: Readonly<Record<string, unknown>>;
};

export function writeKafkaPlan(story: Story, stack: OwnKafkaStack, {client = 'kafkajs', relay, sections}: Wishes = {}): string {
  return story.writePlan('through-kafka.yaml', {relay: {...relayAt(story.source.url, stack, 'source'), client, ...relay}, ...sections});
}

/** On this machine without encryption. The workers look the password of the source up, in a file of that name. */
export function relayAt(source: string, {broker, worker}: OwnKafkaStack, name: string): Readonly<Record<string, unknown>> {
  const {tls: _, sasl: __, ...rest} = worked;
  const secrets = join(worker.folder, `${name}.properties`);
  writeFileSync(secrets, `password=${decodeURIComponent(new URL(source).password)}\n`);
  return {...rest, brokers: [broker.address], connect: worker.url, replicas: 1, password: `\${file:${secrets}:password}`};
}
