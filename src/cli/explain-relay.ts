/** The pages about Kafka, Kafka Connect and Debezium. */
import {page} from './explain-page.ts';

export const relayPages = {
  'CF-RELAY-001': page(
    'Kafka or Kafka Connect could not be reached, or gave no answer',
    'A broker or a worker of Kafka Connect refused the connection, was silent for too long, or is rebalancing.',
    'For moments, while a broker or worker restarts; it is tried again.',
    'Look at the address in the message from this machine. Nothing is lost by it: the source keeps its log until Kafka has the messages, and Kafka keeps them until their retention.',
  ),
  'CF-RELAY-002': page(
    'the Kafka cluster does not fit',
    'The worker or its Debezium is missing or too old, two tables would share a topic, a key has a type that Debezium does not carry as it is, or a source of MySQL has transactions with tags. The message says which.',
    'Before the first migration through that cluster.',
    'Install what the message names on every worker and restart it. Tables that cannot go through Debezium can go without Kafka.',
  ),
  'CF-RELAY-003': page(
    'messages that are needed are gone',
    'The offset from which to go on is no longer in its topic, or the topic ends before it: retention was shorter than the pause, somebody deleted records, or the topic was made anew. Going on elsewhere would lose changes without a word, so the stream ends.',
    'After a pause longer than retention.ms, or when retention.bytes is set.',
    'crossfade abort before the cutover, then start again with retention.ms of at least twice the planned time and retention.bytes=-1.',
  ),
  'CF-RELAY-004': page(
    'a message cannot be understood',
    'A message of a table’s topic is not one that Debezium sends for that table: no JSON, no key, another table, or a column that nobody knows of. Or the key is a value that Debezium changes on its way. The message says where it stands.',
    'When something else writes to the topic, and when the table’s schema changed while the run was going on.',
    'Find out who wrote it. Skipping it could lose a change, so that is never done; crossfade abort, then start again.',
  ),
  'CF-RELAY-005': page(
    'the connector failed',
    'A task of the connector has ended with an error, whose last cause is in the message, or somebody has deleted the connector.',
    'When the source drops its slot, or refuses the connector’s user.',
    'Mend the cause. A run that goes on tells the connector to begin again by itself, and crossfade resume does when the run has ended. It goes on at the slot’s position, on MySQL behind the transactions that it had sent; what it had sent already comes a second time, which does no harm.',
  ),
  'CF-RELAY-006': page(
    'the connector’s settings hold a password',
    'Kafka Connect keeps the settings of a connector in a topic and shows them to whoever may ask its REST API. Without relay.password in the plan the password of the source stands there as it is.',
    'On a cluster of your own that nobody else can reach.',
    'Give the workers a ConfigProvider that reads the password from a file or a vault (config.providers in the worker’s settings), and write relay.password: ${file:/path/on/the/workers:key} into the plan.',
  ),
  'CF-RELAY-007': page(
    'a row does not fit into a message',
    'A row with all its values, written as JSON, is larger than relay.messageMax, or than what the brokers or the worker take. Debezium stops before it and skips nothing; the source keeps its log from there on.',
    'With large texts or bytes: bytes travel as base64, a third longer than they are. A row that nobody changes does not travel at all.',
    'crossfade abort before the cutover, then start again with relay.messageMax above the size in the message, where the brokers allow as much (socket.request.max.bytes), or without Kafka. After the cutover the way back brings such a row to the source, and Debezium stops before it there as well, so the run ends: the target serves on, and messageMax has to be large enough from the start.',
  ),
};
