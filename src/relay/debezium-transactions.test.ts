import {describe, expect, test} from 'vitest';
import type {StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Column, Table} from '../model/table.ts';
import type {BrokerMessage} from './broker-client.ts';
import {DebeziumTransactions} from './debezium-transactions.ts';
import {lsnText} from './lsn-text.ts';
import {atOffset} from './topic-position.ts';

const column = (name: string, type: string): Column => ({
  name,
  type,
  notNull: false,
  generated: false,
  identity: undefined,
  portableBinary: true,
});
const T: Table = {
  name: {schema: 'public', name: 't'},
  columns: [column('id', 'bigint')],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};
const U: Table = {...T, name: {schema: 'public', name: 'u'}};

type Placed = {readonly xid: number; readonly before: number | null; readonly lsn: number; readonly order: number};
const source = ({xid, before, lsn}: Placed, table = 't', schema = 'public'): object => ({
  schema,
  table,
  txId: xid,
  lsn,
  sequence: JSON.stringify([before === null ? null : String(before), String(lsn)]),
});
const counted = ({xid, lsn, order}: Placed): object => ({id: `${xid}:${lsn}`, total_order: order});
const begin = (xid: number, lsn: number): object => ({status: 'BEGIN', id: `${xid}:${lsn}`, event_count: null});
const end = (xid: number, lsn: number, count: number): object => ({status: 'END', id: `${xid}:${lsn}`, event_count: count});
const insert = (id: number, placed: Placed): object => ({op: 'c', after: {id}, source: source(placed), transaction: counted(placed)});
const truncate = (table: string, placed: Placed): object => ({op: 't', source: source(placed, table), transaction: counted(placed)});
const mark = (text: string, placed: Placed): object => ({
  op: 'm',
  source: source(placed, ''),
  transaction: counted(placed),
  message: {prefix: 'crossfade', content: Buffer.from(text).toString('base64')},
});
const tag = (migration: string, placed: Placed): object => ({
  op: 'u',
  after: {migration, lane: 'forward', n: 1},
  source: source(placed, 'tag', 'crossfade'),
  transaction: counted(placed),
});

/** At P0, whose topic is empty; `from` elsewhere. */
function reading(values: readonly object[], from: Position = atOffset(lsnText(100n), 0n), offset = 0n, goesOnAt = 120n) {
  const transactions = new DebeziumTransactions({short: 'abcd', tables: [T, U], placeholder: 'unchanged', from});
  const events = values.flatMap((value, i) => {
    const taken = transactions.take(messageOf(value, offset + BigInt(i)));
    if (transactions.isAsking) transactions.goesOnAt(lsnText(goesOnAt));
    return taken;
  });
  return {transactions, events};
}
const messageOf = (value: object, offset: bigint): BrokerMessage => ({
  topic: 'x',
  partition: 0,
  offset,
  key: Buffer.from(JSON.stringify((value as {after?: object}).after ?? {})),
  value: Buffer.from(JSON.stringify(value)),
  headers: [],
});
const ids = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'change' && event.change.kind === 'insert' ? [event.change.key[0] ?? ''] : []));

const FIRST = [begin(7, 110), insert(1, {xid: 7, before: null, lsn: 110, order: 1}), end(7, 120, 1)];
/** As it comes where the connector knows what came before. */
const withBefore =
  (before: number | null) =>
  (one: object): object =>
    'source' in one
      ? {...one, source: {...(one.source as object), sequence: JSON.stringify([before === null ? null : String(before), '1'])}}
      : one;

const SECOND = [
  begin(8, 115),
  insert(2, {xid: 8, before: 120, lsn: 115, order: 1}),
  insert(3, {xid: 8, before: 120, lsn: 130, order: 2}),
  insert(4, {xid: 8, before: 120, lsn: 130, order: 3}),
  insert(5, {xid: 8, before: 120, lsn: 140, order: 4}),
  end(8, 150, 4),
];
/** What Debezium sends behind a place in the second one: it counts from 1 again. */
const secondBehind = (lsn: number): object[] => {
  const rows = [
    [2, 115],
    [3, 130],
    [4, 130],
    [5, 140],
  ].filter(([, at = 0]) => at > lsn);
  const [first] = rows;
  return [
    begin(8, first?.[1] ?? 0),
    ...rows.map(([id = 0, at = 0], i) => insert(id, {xid: 8, before: 120, lsn: at, order: i + 1})),
    end(8, 150, rows.length),
  ];
};

describe('the messages of a topic as transactions', () => {
  test('begin behind the one before, and end where the source ended them, with the offset that follows', () => {
    const {events} = reading([...FIRST, ...SECOND]);
    expect(events.filter(({type}) => type !== 'change')).toEqual([
      {type: 'begin', transaction: '7', commit: '0/65'},
      {type: 'commit', end: '0/78@3'},
      {type: 'begin', transaction: '8', commit: '0/79'},
      {type: 'commit', end: '0/96@9'},
    ]);
    expect(ids(events)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('marks, schema changes and our own tag are told apart, and those of other migrations are nothing', () => {
    const at = (order: number): Placed => ({xid: 7, before: null, lsn: 110 + order, order});
    const {events} = reading([
      tag('abcd', at(1)),
      tag('other', at(2)),
      mark('abcd fence 1', at(3)),
      mark('other x', at(4)),
      mark('abcd ddl ALTER TABLE', at(5)),
    ]);
    expect(events.slice(1)).toEqual([
      {type: 'ours'},
      {type: 'mark', content: 'fence 1'},
      {type: 'schema', table: undefined, what: 'ALTER TABLE'},
    ]);
  });

  test('tables that one statement truncates are truncated together', () => {
    const at = (lsn: number, order: number): Placed => ({xid: 7, before: null, lsn, order});
    const {events} = reading([truncate('t', at(110, 1)), truncate('u', at(110, 2)), truncate('t', at(111, 3)), end(7, 120, 3)]);
    const tables = events.flatMap((event) => (event.type === 'change' && event.change.kind === 'truncate' ? [event.change.tables] : []));
    expect(tables).toEqual([[T.name, U.name], [T.name]]);
    expect(events.at(-1)).toMatchObject({type: 'commit'});
  });

  test('what is sent again is passed over: whole transactions, and the open one from its start (H-83)', () => {
    const {events} = reading([...FIRST, ...SECOND.slice(0, 4), ...FIRST, ...SECOND, ...SECOND]);
    expect(ids(events)).toEqual(['1', '2', '3', '4', '5']);
    expect(events.filter(({type}) => type === 'commit')).toHaveLength(2);
  });

  test.each([
    ['was lost', null],
    ['is older than its slot', 90],
  ])('a connector whose stored offset %s goes on at its slot: what is new is taken, what was whole is passed over', (_, before) => {
    const third = [
      begin(9, 135),
      insert(6, {xid: 9, before, lsn: 135, order: 1}),
      insert(7, {xid: 9, before, lsn: 160, order: 2}),
      end(9, 170, 2),
    ];
    const fourth = [begin(10, 175), insert(8, {xid: 10, before: 170, lsn: 175, order: 1}), end(10, 180, 1)];
    const secondAgain = SECOND.map(withBefore(before));
    expect(ids(reading([...FIRST, ...SECOND, ...third, ...fourth]).events)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    const {events} = reading([...FIRST, ...SECOND, ...secondAgain, ...third.map(withBefore(150)), ...fourth]);
    expect(ids(events)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(events.filter(({type}) => type === 'commit')).toHaveLength(4);
    // Somewhere behind what is known: what lies between may never have come.
    const further = (at: bigint) => reading([...FIRST, ...SECOND, ...third], atOffset(lsnText(100n), 0n), 0n, at);
    expect(ids(further(150n).events)).toHaveLength(7);
    expect(() => further(151n)).toThrow(expect.objectContaining({code: 'CF-RELAY-003'}));
    // It goes on in its middle, so that rows may be missing.
    const torn = [...third.slice(0, 2), begin(9, 160), insert(7, {xid: 9, before, lsn: 160, order: 1}), end(9, 170, 1)];
    const {transactions, events: ofTorn} = reading([...FIRST, ...SECOND, ...torn]);
    expect([transactions.isTorn, ofTorn.filter(({type}) => type === 'commit').length]).toEqual([true, 2]);
    // Its beginning is missing, or its end.
    for (const broken of [third.filter((_one, i) => i !== 1), [...third.slice(0, 2), ...third.slice(3)]])
      expect(() => reading([...FIRST, ...SECOND, ...broken])).toThrow(expect.objectContaining({code: 'CF-RELAY-003'}));
    // And while another one is open: that one would have been sent again first.
    expect(() => reading([...FIRST, ...SECOND.slice(0, 3), ...third])).toThrow(expect.objectContaining({code: 'CF-RELAY-003'}));
  });

  test('it goes on in the middle, counting from one again, behind what had come', () => {
    for (const came of [4, 5]) {
      const {events, transactions} = reading([...FIRST, ...SECOND.slice(0, came), ...secondBehind(115)]);
      expect(ids(events)).toEqual(['1', '2', '3', '4', '5']);
      expect(transactions.isTorn).toBe(false);
      expect(events.at(-1)).toMatchObject({type: 'commit'});
    }
  });

  test('where it goes on behind all that had come, rows of the last place may be missing: nothing is committed before it came whole', () => {
    const torn = [...FIRST, ...SECOND.slice(0, 3), ...secondBehind(130)];
    const later = [begin(9, 160), insert(6, {xid: 9, before: 150, lsn: 160, order: 1}), end(9, 170, 1)];
    const {events, transactions} = reading([...torn, ...later]);
    expect(transactions.isTorn).toBe(true);
    expect(ids(events)).toEqual(['1', '2', '3']);
    expect(events.filter(({type}) => type === 'commit')).toHaveLength(1);
    // From the slot on: the first transaction does not say what came before it.
    const again = [
      begin(8, 115),
      ...SECOND.slice(1, 5).map((one) => ({...one, source: {...(one as {source: object}).source, sequence: '[null,"1"]'}})),
      end(8, 150, 4),
    ];
    const mended = [...again, ...later].flatMap((value, i) => transactions.take(messageOf(value, BigInt(50 + i))));
    expect(ids(mended)).toEqual(['4', '5', '6']);
    expect(mended.filter(({type}) => type === 'commit')).toHaveLength(2);
  });

  test('where it goes on behind the last change, and only the end comes, rows of that place may be missing', () => {
    const torn = [...FIRST, ...SECOND.slice(0, 5), begin(8, 115), end(8, 150, 0)];
    const {events, transactions} = reading(torn);
    expect(transactions.isTorn).toBe(true);
    expect(events.filter(({type}) => type === 'commit')).toHaveLength(1);
    const again = SECOND.map(withBefore(null));
    const mended = again.flatMap((value, i) => transactions.take(messageOf(value, BigInt(50 + i))));
    expect(mended.map(({type}) => type)).toEqual(['commit']);
  });

  test('what is torn and is not sent again ends the stream, as soon as that is known', () => {
    const torn = [...FIRST, ...SECOND.slice(0, 3), ...secondBehind(130)];
    const later = [begin(9, 160), insert(6, {xid: 9, before: 150, lsn: 160, order: 1}), end(9, 170, 1)];
    const take = (sentFrom: bigint, isWhole = false) => {
      const {transactions} = reading([...torn, ...later]);
      transactions.sentAgain({from: sentFrom, isWhole});
      return later.flatMap((value, i) => transactions.take(messageOf(value, BigInt(50 + i))));
    };
    expect(take(53n)).toEqual([]);
    expect(take(50n, true)).toEqual([]); // a late one of a sender that was believed dead
    expect(() => take(50n)).toThrow(
      expect.objectContaining({code: 'CF-RELAY-003', message: expect.stringContaining('the rest of transaction 8')}),
    );
  });

  test.each([
    ['a transaction', [...FIRST, insert(9, {xid: 9, before: 150, lsn: 160, order: 1})]],
    ['the first transactions behind the place where the stream was made', [insert(9, {xid: 9, before: 150, lsn: 160, order: 1})]],
    ['a change', [...FIRST, SECOND[1], SECOND[3]]],
    ['the first change', [...FIRST, SECOND[2]]],
    ['the last change', [...FIRST, ...SECOND.slice(0, 4), SECOND[5]]],
    ['all changes', [...FIRST, SECOND[5]]],
    ['an end', [...FIRST, ...SECOND.slice(0, 3), insert(9, {xid: 9, before: 120, lsn: 160, order: 1})]],
  ])('%s that did not come ends the stream', (_, values) => {
    expect(() => reading(values.filter((one) => one !== undefined))).toThrow(expect.objectContaining({code: 'CF-RELAY-003'}));
  });

  test('it goes on from a position with its offset, and a transaction without changes of ours moves it', () => {
    const {events} = reading([...SECOND, begin(9, 160), end(9, 160, 0)], atOffset(lsnText(120n), 3n), 3n);
    expect(ids(events)).toEqual(['2', '3', '4', '5']);
    expect(events.at(-1)).toEqual({type: 'idle', position: '0/A0@11'});
  });

  test('a table that is none of the migration ends it with the place of the message', () => {
    const stranger = {
      op: 'c',
      after: {id: 1},
      ...{source: source({xid: 7, before: null, lsn: 110, order: 1}, 'stranger')},
      transaction: {total_order: 1},
    };
    expect(() => reading([stranger])).toThrow(expect.objectContaining({code: 'CF-RELAY-004', message: expect.stringContaining('x 0:0')}));
  });
});
