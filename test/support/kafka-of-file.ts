/** A broker and a worker for the tests of one file, which may kill either; they end with the file. */
import {afterAll, test} from 'vitest';
import {type OwnKafkaStack, ownKafkaStack} from './kafka-servers.ts';
import {optional} from './servers.ts';

const had = await optional(ownKafkaStack);
afterAll(() => had?.[Symbol.asyncDispose]());

/** Skipped where no Kafka can be had. */
export const kafkaTest: ReturnType<typeof test.skipIf> = test.skipIf(!had);

/** Only inside a `kafkaTest`. */
export const stack = (): OwnKafkaStack => {
  if (!had) throw new Error('there is no Kafka');
  return had;
};
