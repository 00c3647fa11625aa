/** Where changes wait on the way, as a plan says it. */
import * as z from 'zod';
import type {KafkaRelayPlan} from './plan.ts';
import {tls} from './plan-parts.ts';
import {duration, nonEmpty, secret, size, wholeNumber} from './plan-words.ts';
import {carriesPassword, parseSecret} from './secret.ts';

const HOUR = 3_600_000;

/** An address that holds no secret may stand in the plan as it is. */
const webAddress = z.string().transform((text, context) => {
  if (/^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text) && !carriesPassword(text)) return {kind: 'literal' as const, value: text};
  const parsed = parseSecret(text);
  if (!('refused' in parsed)) return parsed;
  context.addIssue(`must be http://HOST:PORT or https://HOST:PORT without a password, or a reference: env:NAME, file:/path, exec:command`);
  return z.NEVER;
});

const sasl = z.strictObject({
  mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
  username: nonEmpty,
  password: secret.describe('A reference: env:NAME, file:/absolute/path or exec:command.'),
});

const kafka = z
  .strictObject({
    kind: z.literal('kafka').describe('Debezium in Kafka Connect reads the source, and a topic of Kafka keeps what it sends.'),
    brokers: z.array(z.string().regex(/^[^\s:,]+:\d+$/, 'must be host:port')).min(1, 'must name at least one broker'),
    client: z
      .enum(['kafkajs', 'platformatic'])
      .default('kafkajs')
      .describe('Which library speaks to the brokers; both passed the same tests.'),
    tls: z.exactOptional(
      tls.describe('Connections to brokers that are not on this machine are encrypted and verified unless this says otherwise.'),
    ),
    sasl: z.exactOptional(sasl.describe('As whom the brokers know Crossfade.')),
    connect: webAddress.describe("Kafka Connect's REST API: http://HOST:8083, or a reference where the address holds a password."),
    source: z.exactOptional(secret.describe("The source as the workers of Kafka Connect reach it; the plan's own address when absent.")),
    password: z.exactOptional(
      z
        .string()
        .regex(/^\$\{[^\s}]+\}$/, 'must be ${provider:path:key} of the workers, never the password itself')
        .describe("What stands in the connector instead of the source's password, for the workers to look up."),
    ),
    retention: duration({min: HOUR})
      .prefault('7d')
      .describe('How long the topic keeps messages: longer than the load and every pause. What is gone makes the run end.'),
    replicas: wholeNumber(1, 9).default(3).describe('How many brokers keep each message.'),
    messageMax: size(64 * 1024, 512 * 1024 ** 2)
      .prefault('16MiB')
      .describe('The largest message: one row with all its values. Brokers and workers have to allow as much.'),
  })
  .transform(({retention, messageMax, ...same}): KafkaRelayPlan => ({...same, retentionMs: retention, messageBytesMax: messageMax}));

const inProcess = z.strictObject({
  kind: z.literal('in-process').describe('Nothing lies between: the runner reads the source, which keeps its log until the target has it.'),
});

export const relay = z
  .discriminatedUnion('kind', [inProcess, kafka])
  .prefault({kind: 'in-process'})
  .describe('Where changes wait between the sides.');

type File = {readonly source: {readonly engine: string}; readonly relay: {readonly kind: string}};

/** By the connectors that there are (src/relay/debezium-engines.ts). */
const READ = ['postgres', 'mysql'];

export function checkRelay({source, relay: {kind}}: File, context: z.core.$RefinementCtx<unknown>): void {
  if (kind !== 'kafka' || READ.includes(source.engine)) return;
  context.addIssue({
    code: 'custom',
    path: ['relay', 'kind'],
    message: `changes of ${source.engine} cannot go through Kafka, those of ${READ.join(' and ')} can; write in-process, or leave relay out`,
  });
}
