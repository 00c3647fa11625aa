import {describe, expect, test} from 'vitest';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {allRows, applied, receivingStory} from '../../../test/support/mysql-receiver.ts';
import type {Row, StreamEvent} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {RowOperation, TableStep} from '../../model/row-operation.ts';
import type {Table} from '../../model/table.ts';

const at = (text: string): Position => text as Position;
const nothing = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};
const TRUNCATE: TableStep = {kind: 'truncate'};
const rows = (...operations: readonly RowOperation[]): TableStep => ({kind: 'rows', operations});
const insert = (row: Row, key = [row['id'] ?? null]): RowOperation => ({form: 'insert', key, row});
const update = (row: Row, exact = true): RowOperation => ({form: 'update', key: [row['id'] ?? null], row, exact});
const upsert = (row: Row): RowOperation => ({form: 'upsert', key: [row['id'] ?? null], row});
const remove = (id: string, exact = true): RowOperation => ({form: 'delete', key: [id], exact});

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`apply on ${had.title}`, () => {
    test('of two that apply from one position one is refused, with its rows', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY, word text)');
      const items = await story.table('items');
      await story.target.setProgress('forward', at('0/10'), 1);
      const [one, other] = [await story.target.applier('forward', 1, [items]), await story.target.applier('forward', 1, [items])];
      const batch = {table: items.name, steps: [rows(insert({id: '1', word: null}))]};
      await one.write([batch]);
      await one.commit({position: at('0/20'), commitSeq: 0, ...nothing});
      await story.database.run('DELETE FROM items');
      await other.write([batch]);
      await expect(other.commit({position: at('0/20'), commitSeq: 0, ...nothing})).rejects.toMatchObject({code: 'CF-LEASE-002'});
      expect(await allRows(story, items)).toEqual([]);
      expect(await story.target.progress('forward')).toEqual({epoch: 1, position: '0/20', commitSeq: 1});
      await one.close();
      await other.close();
    });

    test('many rows a statement, and each count is what it must be', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE items (a varchar(20) COLLATE utf8mb4_general_ci, b bigint unsigned, n int NOT NULL, word text, twice int AS (n * 2) STORED, PRIMARY KEY (a, b))',
      );
      const items = await story.table('items');
      const row = (i: number, word: string | null) => ({a: `Ä'${i}`, b: String(2n ** 64n - 1n - BigInt(i)), n: String(i), word});
      const keyOf = ({a, b}: {a: string; b: string}) => [a, b];
      const all = Array.from({length: 2500}, (_, i) => row(i, i % 3 ? `w${i}\\` : null));
      await applied(story, items, rows(...all.map((one): RowOperation => ({form: 'insert', key: keyOf(one), row: one}))));
      const changed = all.slice(0, 130).map((one, i) => ({...one, n: String(-i), word: i % 2 ? null : `new ${i}`}));
      await applied(
        story,
        items,
        rows(
          ...changed.map((one): RowOperation => ({form: 'update', key: keyOf(one), row: one, exact: true})),
          ...all.slice(200).map((one): RowOperation => ({form: 'delete', key: keyOf(one), exact: true})),
        ),
      );
      const read = (await allRows(story, items)).toSorted((a, b) => Number(BigInt(b['b'] ?? 0) - BigInt(a['b'] ?? 0)));
      expect(read).toEqual([...changed, ...all.slice(130, 200)]);
      const [first] = changed;
      if (!first) throw new Error('there are none');
      for (const operation of [
        {form: 'update', key: ["ä'0", first.b], row: {n: '1'}, exact: true},
        {form: 'delete', key: ["Ä'0 ", first.b], exact: true},
        {form: 'insert', key: keyOf(first), row: first},
        {form: 'move', oldKey: ["Ä'999", '1'], key: ['x', '1'], row: {a: 'x'}},
      ] as const satisfies readonly RowOperation[])
        await expect(applied(story, items, rows(operation)), operation.form).rejects.toMatchObject({code: 'CF-APPLY-001'});
      await expect(applied(story, items, rows({form: 'update', key: keyOf(first), row: {n: null}, exact: true}))).rejects.toMatchObject({
        code: 'CF-APPLY-002',
      });
      expect(await allRows(story, items)).toHaveLength(200);
    });

    test('unique values change hands within one step (H-21), keys move, and columns that are left out stay', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE slots (id int PRIMARY KEY, place int UNIQUE, word varchar(9), extra int)',
      );
      const slots = await story.table('slots');
      await applied(story, slots, rows(...['1', '2', '3'].map((id) => insert({id, place: id, word: `w${id}`, extra: id}))));
      await applied(
        story,
        slots,
        rows(update({id: '1', place: '2'}), update({id: '2', place: '1'}), {
          form: 'move',
          oldKey: ['3'],
          key: ['4'],
          row: {id: '4', place: '9'},
        }),
      );
      expect(await allRows(story, slots)).toEqual([
        {id: '1', place: '2', word: 'w1', extra: '1'},
        {id: '2', place: '1', word: 'w2', extra: '2'},
        {id: '4', place: '9', word: 'w3', extra: '3'},
      ]);
      // An upsert is of its own key, whatever other unique index it meets.
      await applied(story, slots, rows(upsert({id: '1', place: '1'}), upsert({id: '2', place: '2'}), upsert({id: '5', place: '5'})));
      expect(await allRows(story, slots)).toMatchObject([
        {id: '1', place: '1', word: 'w1', extra: '1'},
        {id: '2', place: '2', word: 'w2', extra: '2'},
        {id: '4', place: '9'},
        {id: '5', place: '5', word: null},
      ]);
      await expect(applied(story, slots, rows(upsert({id: '6', place: '9'})))).rejects.toMatchObject({code: 'CF-APPLY-001'});
      expect(await allRows(story, slots)).toHaveLength(4);
    });

    test('rows that are not moved are not met', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE items (id int PRIMARY KEY, tenant varchar(9))',
        `INSERT INTO items VALUES (1, 'ours'), (2, 'theirs')`,
      );
      const items: Table = {...(await story.table('items')), only: [{column: 'tenant', kind: 'in', values: ['ours']}]};
      for (const operation of [remove('2'), update({id: '2', tenant: 'ours'}), upsert({id: '2', tenant: 'ours'})])
        await expect(applied(story, items, rows(operation)), operation.form).rejects.toMatchObject({code: 'CF-APPLY-001'});
      await applied(story, items, TRUNCATE, rows(insert({id: '3', tenant: 'ours'})));
      expect(await story.database.rows('SELECT id FROM items ORDER BY id')).toEqual([[2], [3]]);
    });

    test('a truncate stands between the rows before and after, and goes back with its transaction (H-7)', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY)', 'INSERT INTO items VALUES (1), (2)');
      const items = await story.table('items');
      await story.target.setProgress('forward', at('0/0'), 1);
      const lane = await story.target.applier('forward', 1, [items]);
      await lane.write([{table: items.name, steps: [rows(insert({id: '3'})), TRUNCATE, rows(insert({id: '4'}))]}]);
      await lane.close();
      expect(await story.database.rows('SELECT id FROM items ORDER BY id')).toEqual([[1], [2]]);
      await applied(story, items, rows(insert({id: '3'})), TRUNCATE, rows(insert({id: '4'})));
      expect(await story.database.rows('SELECT id FROM items ORDER BY id')).toEqual([[4]]);
    });

    test('foreign keys rest: children come before their parent, and nothing is done a second time (H-18, H-19)', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE parents (id int PRIMARY KEY)',
        'CREATE TABLE children (id int PRIMARY KEY, parent int, FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE CASCADE)',
        'INSERT INTO parents VALUES (1)',
        'INSERT INTO children VALUES (1, 1)',
      );
      await applied(story, await story.table('children'), rows(insert({id: '2', parent: '2'})));
      await applied(story, await story.table('parents'), rows(remove('1'), insert({id: '2'})));
      expect(await story.database.rows('SELECT id, parent FROM children ORDER BY id')).toEqual([
        [1, 1],
        [2, 2],
      ]);
    });

    test('nobody waits for a row of ours that is not there', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY)', `INSERT INTO items VALUES (1), (9)`);
      const items = await story.table('items');
      await story.target.setProgress('forward', at('0/0'), 1);
      const lane = await story.target.applier('forward', 1, [items]);
      await lane.write([{table: items.name, steps: [rows(remove('5', false))]}]);
      await story.database.run('INSERT INTO items VALUES (4), (5), (6)');
      await lane.commit({position: at('0/1'), commitSeq: 0, ...nothing});
      await lane.close();
      expect(await allRows(story, items)).toHaveLength(5);
    });

    test('what an update did not meet, and what is to be read again, is stored with the rows (R6)', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id varchar(600) PRIMARY KEY, word text)');
      const items = await story.table('items');
      const [long, strange] = ['x'.repeat(600), `ü'\\`];
      await story.target.setProgress('forward', at('0/0'), 1);
      const lane = await story.target.applier('forward', 1, [items]);
      const key = (id: string) => ({table: items.name, key: [id]});
      expect(
        await lane.write([{table: items.name, steps: [rows(update({id: long, word: ''}, false), remove('none', false))]}]),
      ).toMatchObject({
        missing: [key(long)],
        refused: [],
      });
      await lane.commit({position: at('0/1'), commitSeq: 0, ...nothing, rereadAdd: [key(strange)]});
      const {rereads} = await story.target.windows();
      expect(rereads.toSorted((a, b) => (a.key[0] ?? '').length - (b.key[0] ?? '').length)).toEqual([key(strange), key(long)]);
      await lane.commit({
        position: at('0/2'),
        commitSeq: 1,
        ...nothing,
        rereadRemove: [key(long)],
        ends: [{table: items.name, end: at('e1')}],
      });
      await lane.commit({position: at('0/2'), commitSeq: 2, ...nothing, ends: [{table: items.name, end: at('e2')}]});
      expect(await story.target.windows()).toEqual({ends: [{table: items.name, end: 'e2'}], rereads: [key(strange)]});
      await lane.commit({position: at('0/3'), commitSeq: 3, ...nothing, rereadClear: [items.name]});
      expect((await story.target.windows()).rereads).toEqual([]);
      await lane.close();
    });

    test('the stream of a side tells our own writes from the first row on (H-59)', async () => {
      await using story = await receivingStory(had, 'CREATE TABLE items (id int PRIMARY KEY)');
      const items = await story.table('items');
      const from = await story.source.createStream('reverse', [items], new AbortController().signal);
      await applied(story, items, rows(insert({id: '1'})));
      const [chunk] = await story.target.planChunks([{table: items.name, range: {after: ['9'], to: undefined}}], 1);
      if (!chunk) throw new Error('there is no chunk');
      const input = story.target.bulkOf(
        items,
        (async function* () {
          yield [{id: '10'}];
        })(),
      ); // prettier-ignore
      await story.target.loadChunk({table: items, chunk, epoch: 1, format: 'text', input, end: async () => at('e')});
      await story.target.empty([items]);
      await story.database.run('INSERT INTO items VALUES (2)');
      await story.source.mark('end');
      const seen: StreamEvent[] = [];
      const stop = new AbortController();
      for await (const events of story.source.changes('reverse', from, [items], stop.signal)) {
        seen.push(...events);
        if (seen.some((event) => event.type === 'mark' && event.content === 'end')) stop.abort();
      }
      const transactions = seen.flatMap((event, i) =>
        event.type === 'begin'
          ? [
              seen.slice(
                i,
                seen.findIndex((one, k) => k > i && one.type === 'commit'),
              ),
            ]
          : [],
      );
      const withRows = transactions.filter((events) => events.some(({type}) => type === 'change'));
      expect(withRows.map((events) => events.map(({type}) => type))).toEqual([
        ['begin', 'ours', 'change'],
        ['begin', 'ours', 'change'],
        ['begin', 'ours', 'change', 'change'],
        ['begin', 'change'],
      ]);
    });
  });
}
