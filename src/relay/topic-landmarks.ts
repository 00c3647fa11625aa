/** What is looked for in a topic before anything of it is applied: where a transaction ends, and marks of ours. */
import type {BrokerMessage} from './broker-client.ts';
import {object, understood, valueOf} from './debezium-envelope.ts';
import {type JsonObject, word} from './exact-json.ts';
import {markEvent} from '../model/mark-text.ts';

/** Where a transaction ended in the log; undefined of messages that are about something else. */
export const endOf = (message: BrokerMessage): bigint | undefined =>
  understood(message, () => {
    const value = valueOf(message);
    return value?.['status'] === 'END' ? endLsn(value) : undefined;
  });

/** Of an END: its transaction is called `xid:lsn`, and the second half is where it ends. */
export function endLsn(value: JsonObject): bigint {
  const [, lsn = ''] = word(value['id']).split(':');
  if (!/^\d+$/.test(lsn)) throw new Error(`its transaction is ${word(value['id'])}`);
  return BigInt(lsn);
}

export const isMark = (message: BrokerMessage, short: string, content: string): boolean =>
  understood(message, () => {
    const value = valueOf(message);
    if (value?.['op'] !== 'm') return false;
    const event = markEvent(short, contentOf(value));
    return event?.type === 'mark' && event.content === content;
  });

/** Of a logical message. */
export const contentOf = (value: JsonObject): string =>
  Buffer.from(word(object(value['message'], 'message')['content']), 'base64').toString('utf8');
