/** What brokers and their clients say, in our words: what would be said again, and what may be better in a moment. */
import {TerminalError, TransientError} from '../model/errors.ts';
import type {OffsetRange, TopicPartition} from './broker-client.ts';

/** `word`: as the protocol calls it; empty of what no broker has said. */
export type Said = {readonly message: string; readonly word: string};

/** Whoever says so will say it again. */
const FINAL =
  /^(?:TOPIC_AUTHORIZATION_FAILED|GROUP_AUTHORIZATION_FAILED|CLUSTER_AUTHORIZATION_FAILED|INVALID_\w+|MESSAGE_TOO_LARGE|POLICY_VIOLATION|UNSUPPORTED_\w+|SASL_AUTHENTICATION_FAILED)$/;

/** `saying`: how a library's error is read. */
export function brokerError(what: string, error: unknown, saying: (error: unknown) => readonly Said[]): Error {
  if (error instanceof TransientError || error instanceof TerminalError) return error;
  const said = saying(error);
  const message = `Kafka, ${what}: ${said.map((one) => one.message).join('; ')}`;
  if (said.some(({word}) => FINAL.test(word)))
    return new TerminalError(message, {code: 'CF-RELAY-002', cause: error, next: 'see what the brokers say'});
  return new TransientError(message, {code: 'CF-RELAY-001', cause: error, next: 'nothing; it is tried again'});
}

/** A stream that is being left may still ask; a connection made now would be nobody's, and keep the process alive. */
export const clientClosed = (): TransientError =>
  new TransientError('Kafka: the client was closed', {code: 'CF-RELAY-001', next: 'nothing; whoever asked is at its end'});

/** Of a topic that was there before. */
export function requirePartitions(topic: string, had: number | undefined, wanted: number): void {
  if (had === wanted) return;
  throw new TerminalError(`the topic ${topic} is there with ${had} partitions, and ${wanted} are wanted`, {
    code: 'CF-RELAY-002',
    next: 'use another prefix, or remove the topic',
  });
}

/** `range`: what there is of the partition, if anything. It is never gone on somewhere else (H-81). */
export function requireOffset(
  {topic, partition, offset}: TopicPartition & {readonly offset: bigint},
  range: OffsetRange | undefined,
): void {
  if (!range) throw messagesGone(`${topic} has no partition ${partition}`);
  if (offset < range.first || offset > range.end)
    throw messagesGone(`${topic} ${partition} has ${range.first} to ${range.end}, and ${offset} is where to go on`);
}

/** The library waits, and does not say for what. */
export const brokersSilent = (topic: string): TransientError => new BrokersSilent(topic);

export const isSilence = (error: unknown): boolean => error instanceof BrokersSilent;

class BrokersSilent extends TransientError {
  constructor(topic: string) {
    super(`Kafka: ${topic} has messages, and none of them comes`, {
      code: 'CF-RELAY-001',
      next: 'nothing; it is read from a new connection',
    });
  }
}

export const messagesGone = (message: string): TerminalError =>
  new TerminalError(`messages are gone: ${message}`, {
    code: 'CF-RELAY-003',
    next: 'crossfade abort, then start again with a longer relay.retention; crossfade explain CF-RELAY-003',
  });
