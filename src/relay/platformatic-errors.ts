/** What `@platformatic/kafka` throws, in our words. */
import {TerminalError, TransientError} from '../model/errors.ts';

/** Whoever says so will say it again; anything else may be better in a moment. */
const FINAL =
  /^(?:TOPIC_AUTHORIZATION_FAILED|GROUP_AUTHORIZATION_FAILED|CLUSTER_AUTHORIZATION_FAILED|INVALID_\w+|MESSAGE_TOO_LARGE|POLICY_VIOLATION|UNSUPPORTED_\w+|SASL_AUTHENTICATION_FAILED)$/;

export function brokerError(what: string, error: unknown): Error {
  if (error instanceof TransientError || error instanceof TerminalError) return error;
  const roots = rootsOf(error);
  const message = `Kafka, ${what}: ${roots.map((root) => root.message).join('; ')}`;
  if (roots.some((root) => FINAL.test(wordOf(root))))
    return new TerminalError(message, {code: 'CF-RELAY-002', cause: error, next: 'see what the brokers say'});
  return new TransientError(message, {code: 'CF-RELAY-001', cause: error, next: 'nothing; it is tried again'});
}

/** The library gathers what happened at each level and each try. */
function rootsOf(error: unknown): readonly Error[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(rootsOf);
  if (!(error instanceof Error)) return [new Error(String(error))];
  return error.cause instanceof Error ? rootsOf(error.cause) : [error];
}

/** As the protocol calls it; empty of what no broker has said. */
const wordOf = (error: Error): string => ('apiId' in error && typeof error.apiId === 'string' ? error.apiId : '');

export const says = (error: unknown, word: string): boolean => rootsOf(error).some((root) => wordOf(root) === word);
