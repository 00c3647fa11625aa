/** Debezium's stream of PostgreSQL: rows that its messages do not carry are read from a held state (docs/decisions/0031). */
import type {HeldState} from '../engine/engine.ts';
import {assert} from '../model/assert.ts';
import type {StreamEvent} from '../model/change.ts';
import {TerminalError} from '../model/errors.ts';
import type {Position} from '../model/position.ts';
import {Backlog} from './backlog.ts';
import type {DebeziumEngine, ReadTopic} from './debezium-engine.ts';
import {debeziumFindings} from './debezium-postgres-findings.ts';
import {DebeziumTransactions} from './debezium-transactions.ts';
import {lsnOf, lsnText} from './lsn-text.ts';
import {POSTGRES_CONNECTOR, postgresSettings, postgresSettingsFor, publishedTable} from './postgres-connector.ts';
import {endOf, isMark} from './topic-landmarks.ts';
import {logOf, offsetOf} from './topic-position.ts';
import {WholeRows} from './whole-rows.ts';

/** Written behind a state of the rows that is held. */
const HELD = 'relay held';

export const debeziumPostgres: DebeziumEngine = {
  plugin: POSTGRES_CONNECTOR,
  published: publishedTable,
  settings: postgresSettings,
  announced: postgresSettingsFor,
  announcedPlace: (name) =>
    `; beside the source's slot a second one, ${name}_kept, is copied from it (pg_copy_logical_replication_slot), and moved to what is on the target (pg_replication_slot_advance)`,
  findings: debeziumFindings,
  isWithin: (position, limit) => lsnOf(logOf(position)) <= lsnOf(logOf(limit)),
  endOf(message) {
    const end = endOf(message);
    return end === undefined ? undefined : lsnText(end);
  },
  // Messages name the commit before theirs, and the source's log goes on without one.
  knownAt: (end) => end,
  isMark,
  read(topic) {
    const {own, tables, start, mayReread} = topic;
    const backlog = new Backlog(topic.end, offsetOf(start) ?? 0n);
    const rows = new WholeRows({
      tables,
      hold: (delivered) => hold(own, delivered),
      mark: () => own.source.mark(HELD),
      mayReread,
      isFarBehind: () => backlog.isFar(),
    });
    return {events: rows.of(transactions(topic, backlog)), isHolding: () => rows.isHolding};
  },
};

function hold({source}: ReadTopic['own'], delivered: ReadonlySet<string>): Promise<HeldState> {
  const {holdRows} = source;
  assert(holdRows, 'a source whose messages may be incomplete can hold a state of its rows');
  return holdRows.call(source, delivered);
}

/**
 * Of a torn transaction: what is missing may stand further on, sent after an earlier crash of ours. At the end of all that was there
 * when it was seen it is asked for, once; what comes of that comes by the same stream. `readTo`: until then.
 */
type Asked = {readonly tear: string; readonly readTo: bigint | undefined};

async function* transactions(topic: ReadTopic, backlog: Backlog): AsyncGenerator<readonly StreamEvent[]> {
  const {migration, tables, placeholder, start} = topic;
  const read = new DebeziumTransactions({short: migration.short, tables, placeholder, from: start});
  let asked: Asked | undefined;
  for await (const batch of topic.messages) {
    const events: StreamEvent[] = [];
    for (const message of batch) {
      events.push(...read.take(message));
      if (read.isAsking) read.goesOnAt(await goesOnAt(topic));
    }
    backlog.readTo(batch.at(-1)?.offset);
    if (events.length) yield events;
    if (read.tear !== asked?.tear) asked = read.tear === undefined ? undefined : {tear: read.tear, readTo: await topic.end()};
    if (asked?.readTo !== undefined && (batch.at(-1)?.offset ?? 0n) + 1n >= asked.readTo) {
      read.sentAgain(await topic.sendAgain());
      asked = {tear: asked.tear, readTo: undefined};
    }
  }
}

async function goesOnAt({own: {source}}: ReadTopic): Promise<Position> {
  const position = await source.goesOnAt?.('forward');
  if (position !== undefined) return position;
  throw new TerminalError('the slot of the stream does not exist any more', {
    code: 'CF-SRC-004',
    next: 'crossfade abort, then start the migration again; a stream with a gap cannot be mended',
  });
}
