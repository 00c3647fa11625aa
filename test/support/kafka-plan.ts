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

/** On this machine without encryption, and the workers look the password up. */
export function writeKafkaPlan(story: Story, {broker, worker}: OwnKafkaStack, {client = 'kafkajs', relay, sections}: Wishes = {}): string {
  const {tls: _, sasl: __, ...rest} = worked;
  const secrets = join(worker.folder, 'source.properties');
  writeFileSync(secrets, `password=${decodeURIComponent(new URL(story.source.url).password)}\n`);
  const places = {client, brokers: [broker.address], connect: worker.url, replicas: 1, password: `\${file:${secrets}:password}`};
  return story.writePlan('through-kafka.yaml', {relay: {...rest, ...places, ...relay}, ...sections});
}
