/** A topic that keeps every message until it is old enough (H-80, H-81): nothing is compacted, and no size is a limit. */
import type {KafkaSettings} from './kafka.ts';

type Kept = Pick<KafkaSettings, 'retentionMs' | 'messageBytesMax' | 'replicas'>;

/** What a broker has acknowledged stays when one of them is lost: the slot has left it by then. */
export const topicSettings = ({retentionMs, messageBytesMax, replicas}: Kept): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
  'max.message.bytes': String(messageBytesMax),
  'min.insync.replicas': String(Math.max(1, replicas - 1)),
  'unclean.leader.election.enable': 'false',
});

/** What of a topic's settings would lose messages, in words; undefined where nothing would. */
export function topicFault(found: Readonly<Record<string, string>>, {retentionMs}: Pick<Kept, 'retentionMs'>): string | undefined {
  const [policy, ms, bytes] = [found['cleanup.policy'], Number(found['retention.ms']), found['retention.bytes']];
  if (policy !== 'delete') return `cleanup.policy is ${policy}, which takes away messages that are needed`;
  if (!(ms === -1 || ms >= retentionMs)) return `retention.ms is ${found['retention.ms']}, and the plan wants ${retentionMs}`;
  return bytes === '-1' ? undefined : `retention.bytes is ${bytes}, so messages may go before their time`;
}
