/** What the relay `kafka` would make, for people to read before it is made. Nothing is asked, and no secret is in it. */
import type {Table} from '../model/table.ts';
import {connectorTopics} from './connector-settings.ts';
import {debeziumEngine} from './debezium-engines.ts';
import type {KafkaSettings} from './kafka.ts';
import {retentionWords} from './retention-forecast.ts';
import {topicSettings} from './topic-settings.ts';

export type AnnouncedRelay = {
  /** As the source has to publish them. */
  readonly published: readonly Table[];
  readonly start: AnnouncedAct;
  readonly read: AnnouncedAct;
  readonly drop: AnnouncedAct;
};
/** What is done, and the settings that go with it. */
export type AnnouncedAct = {readonly what: string; readonly settings: Readonly<Record<string, string>>};

type Planned = Pick<KafkaSettings, 'brokers' | 'retentionMs' | 'replicas' | 'messageBytesMax' | 'password' | 'sourceTls'>;

/** `short`: of the migration; `engine`: of the source. */
export function announceKafka(planned: Planned, short: string, tables: readonly Table[], engine: string): AnnouncedRelay {
  const debezium = debeziumEngine(engine);
  const name = `crossfade_${short}`;
  const request = {
    ...planned,
    prefix: name,
    placeholder: '<of the run>',
    tables,
    isEncrypted: true,
  };
  const topics = connectorTopics(name);
  return {
    published: tables.map(debezium.published),
    start: {
      what: `make the topics ${topics.join(' and ')} on ${planned.brokers.join(', ')}, then the connector ${name}, and wait for a mark that was written before it${debezium.announcedPlace?.(name) ?? ''}`,
      settings: {
        ...named('topics', {partitions: '1', replicas: String(planned.replicas), ...topicSettings(planned)}),
        ...named('connector', debezium.announced(request, addressOf(planned))),
      },
    },
    read: {
      what: `read the topic ${name}, which ${retentionWords(planned.retentionMs, tables)}; rows that its messages do not carry whole come from a state of the source that is held meanwhile`,
      settings: {},
    },
    drop: {what: `stop the connector ${name}, delete it with its offsets, and then the topics ${topics.join(' and ')}`, settings: {}},
  };
}

const addressOf = ({password, sourceTls}: Planned): Readonly<Record<string, string>> => ({
  'database.hostname': '<of the source>',
  'database.port': '<of the source>',
  'database.user': '<of the source>',
  'database.password': password ?? '<of the source>',
  'database.dbname': '<of the source>',
  'database.sslmode': sourceTls?.mode === 'disable' ? 'prefer' : '<verify-full where the source is on another machine>',
});

const named = (what: string, settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${what}: ${name}`, value]));
