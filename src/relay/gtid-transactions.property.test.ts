/**
 * Random histories of a server, and the messages that Debezium makes of them: it leaves statements out, sends values that say
 * too little, and begins again wherever it likes. What comes of the messages is what the log has, by name, place and content.
 */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Change, StreamEvent} from '../model/change.ts';
import {parseGtidSet, printGtidSet, unionOf} from '../model/gtid-set.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {GtidTransactions} from './gtid-transactions.ts';
import {sentTable} from './mysql-envelope.ts';
import {SourceLog} from './source-log.ts';
import {logOf, offsetOf} from './topic-position.ts';

const UUID = '4d8147ee-e695-11f1-b1cf-02fc00000001';
const name = {schema: 'shop', name: 'item'};
const column = {notNull: false, generated: false, identity: undefined, portableBinary: false};
const table: Table = {
  name,
  columns: [
    {...column, name: 'id', type: 'int', notNull: true},
    {...column, name: 'v', type: 'varchar(20)'},
  ],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};

type Made = {readonly gtid: string; readonly kind: 'rows' | 'statement'; readonly changes: readonly Change[]};

const row = (id: number, v: string) => ({id: String(id), v});
const change: fc.Arbitrary<Change> = fc
  .record({kind: fc.constantFrom('insert', 'update', 'delete', 'move'), id: fc.nat(9), v: fc.constantFrom('a', 'b', '\ufffd')})
  .map(({kind, id, v}): Change => {
    const key = [String(id)];
    if (kind === 'delete') return {kind, table: name, key};
    if (kind === 'move') return {kind: 'update', table: name, key, oldKey: [String(id + 100)], row: row(id, v)};
    return {kind: kind === 'insert' ? 'insert' : 'update', table: name, key, row: row(id, v)};
  });
const history: fc.Arbitrary<readonly Made[]> = fc
  .array(fc.record({isStatement: fc.integer({min: 0, max: 3}), changes: fc.array(change, {maxLength: 5})}), {minLength: 1, maxLength: 8})
  .map((all) =>
    all.map(({isStatement, changes}, i) => ({
      gtid: `${UUID}:${i + 4}`,
      kind: isStatement === 0 ? 'statement' : 'rows',
      changes: isStatement === 0 ? [] : changes,
    })),
  );

const FROM = parseGtidSet(`${UUID}:1-3`);
const positionAfter = (gtid: string): Position => printGtidSet(unionOf(FROM, parseGtidSet(`${UUID}:4-${gtid.split(':')[1]}`))) as Position;

/** As our own reading of the log gives it, from the place on that is asked for. */
const logged = (made: readonly Made[], from: Position): readonly StreamEvent[] =>
  made
    .filter(({gtid}) => Number(gtid.split(':')[1]) > Number(/(\d+)$/.exec(from)?.[1]))
    .flatMap(({gtid, kind, changes}): StreamEvent[] => [
      {type: 'begin', transaction: gtid, commit: positionAfter(gtid)},
      ...(kind === 'statement' ? [{type: 'schema' as const, table: undefined, what: 'CREATE TABLE'}] : []),
      ...changes.map((one): StreamEvent => ({type: 'change', change: one})),
      {type: 'commit', end: positionAfter(gtid)},
    ]);

type Sent = {readonly value: object; readonly headers: readonly string[]};

/** From a place on: so many rows of the first transaction have come before. */
function sent(made: readonly Made[], from: number, rowsBefore: number): readonly Sent[] {
  return made.slice(from).flatMap(({gtid, kind, changes}, i): Sent[] => {
    if (kind === 'statement') return [];
    const rows = changes.flatMap((one, at) => rowsOf(one).map((value) => ({...value, at}))).slice(i === 0 ? rowsBefore : 0);
    const body = rows.map(({op, before, after, headers, at}, n) => ({
      headers,
      value: {
        ...{op, before, after, transaction: {id: gtid, total_order: n + 1}},
        source: {db: 'shop', table: 'item', file: 'binlog.000001', pos: Number(gtid.split(':')[1]) * 1000 + at, row: 0},
      },
    }));
    const end = {status: 'END', id: gtid, event_count: rows.length};
    return [{value: {status: 'BEGIN', id: gtid}, headers: []}, ...body, {value: end, headers: []}];
  });
}

type SentRow = {readonly op: string; readonly before: object | null; readonly after: object | null; readonly headers: readonly string[]};

function rowsOf(one: Change): readonly SentRow[] {
  if (one.kind !== 'insert' && one.kind !== 'update' && one.kind !== 'delete') return [];
  const [before, after] = [{id: Number(one.key[0]), v: 'before'}, 'row' in one ? {id: Number(one.key[0]), v: one.row['v']} : null];
  if (one.kind === 'insert') return [{op: 'c', before: null, after, headers: []}];
  if (one.kind === 'delete') return [{op: 'd', before, after: null, headers: []}];
  if (!one.oldKey) return [{op: 'u', before, after, headers: []}];
  return [
    {op: 'd', before: {id: Number(one.oldKey[0]), v: 'before'}, after: null, headers: ['__debezium.newkey']},
    {op: 'c', before: null, after, headers: ['__debezium.oldkey']},
  ];
}

/** It is killed after so many messages, and begins again that many messages before. */
function withCrashes(made: readonly Made[], crashes: readonly {readonly after: number; readonly back: number}[]): readonly Sent[] {
  let [all, rest] = [[] as Sent[], sent(made, 0, 0)];
  for (const {after, back} of crashes) {
    all = [...all, ...rest.slice(0, after)];
    const known = all.slice(0, Math.max(0, all.length - back));
    const last = known.findLast(({value}) => 'status' in value)?.value as {status: string; id: string} | undefined;
    const at = last ? made.findIndex(({gtid}) => gtid === last.id) : 0;
    const isInside = last?.status === 'BEGIN';
    const seen = isInside ? rowsSeen(known, last.id) : 0;
    rest = sent(made, isInside || !last ? at : at + 1, seen);
  }
  return [...all, ...rest];
}

/** Its place in a transaction is that of the last row that had come. */
function rowsSeen(known: readonly Sent[], gtid: string): number {
  let [seen, first] = [0, true];
  let base = 0;
  for (const {value} of known) {
    if ('status' in value && (value as unknown as {id: string}).id === gtid) {
      base = first ? 0 : seen;
      first = false;
    } else if ('transaction' in value) {
      const {id, total_order: order} = value.transaction as {id: string; total_order: number};
      if (id === gtid) seen = base + order;
    }
  }
  return seen;
}

const messagesOf = (all: readonly Sent[]): readonly BrokerMessage[] =>
  all.map(({value, headers}, i) => ({
    ...{topic: 'crossfade_test', partition: 0, offset: BigInt(i), key: null, value: Buffer.from(JSON.stringify(value))},
    headers: headers.map((one) => [one, Buffer.alloc(0)] as const),
  }));

async function* batches(messages: readonly BrokerMessage[], size: number): AsyncGenerator<readonly BrokerMessage[]> {
  for (let at = 0; at < messages.length; at += size) yield messages.slice(at, at + size);
}

async function taken(
  made: readonly Made[],
  messages: readonly BrokerMessage[],
  start: Position,
  size: number,
): Promise<readonly StreamEvent[]> {
  const executed = positionAfter(made.at(-1)?.gtid ?? '');
  const log = new SourceLog({
    executed: async () => executed,
    async *read(from) {
      yield [{type: 'idle', position: from}]; // an old one
      for (const event of logged(made, from)) yield [event];
    },
  });
  const transactions = new GtidTransactions({
    ...{short: 'test', log, known: parseGtidSet(logOf(start)), requireFollowable: async () => undefined},
    tables: new Map([['shop.item', sentTable(table, new Map())]]),
  });
  const events: StreamEvent[] = [];
  for await (const some of transactions.of(batches(messages.slice(Number(offsetOf(start) ?? 0n)), size))) events.push(...some);
  return events;
}

/** Transactions without anything are told as places, or not at all behind the last message. */
const told = (events: readonly StreamEvent[]): readonly StreamEvent[] =>
  events.flatMap((event, i): readonly StreamEvent[] => {
    if (event.type === 'idle') return [];
    if (event.type !== 'commit') return event.type === 'begin' && events[i + 1]?.type === 'commit' ? [] : [event];
    return events[i - 1]?.type === 'begin' ? [] : [{...event, end: logOf(event.end)}];
  });

test('what comes of messages is what the log has, wherever Debezium begins again, and wherever we do (H-83)', async () => {
  const crash = fc.record({after: fc.nat(12), back: fc.nat(6)});
  await fc.assert(
    fc.asyncProperty(history, fc.array(crash, {maxLength: 3}), fc.integer({min: 1, max: 9}), fc.nat(), async (made, crashes, size, cut) => {
      const messages = messagesOf(withCrashes(made, crashes));
      const all = await taken(made, messages, printGtidSet(FROM) as Position, size);
      const last = made.findLastIndex(({kind}) => kind === 'rows');
      const expected = told(logged(made.slice(0, last + 1), printGtidSet(FROM) as Position));
      expect(told(all)).toEqual(expected);
      // Killed at any commit, what is read from there on is the rest.
      const ends = all.flatMap((event, i) => (event.type === 'commit' ? [{i, end: event.end}] : []));
      const stored = ends[cut % Math.max(1, ends.length)];
      if (stored) expect([...told(all.slice(0, stored.i + 1)), ...told(await taken(made, messages, stored.end, size))]).toEqual(expected);
    }),
    {numRuns: 400},
  );
});
