/** A lane that leaves out the rows that the server refuses for their values (H-109). */
import {describe, expect, test} from 'vitest';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {allRows, NOTHING, receivingStory} from '../../../test/support/mysql-receiver.ts';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import type {RowOperation, TableStep} from '../../model/row-operation.ts';

const at = (text: string): Position => text as Position;
const rows = (...operations: readonly RowOperation[]): TableStep => ({kind: 'rows', operations});
const insert = (row: Row): RowOperation => ({form: 'insert', key: [row['id'] ?? null], row});
const update = (row: Row): RowOperation => ({form: 'update', key: [row['id'] ?? null], row, exact: true});

for (const had of await hadServers()) {
  describe.skipIf(!had.server)(`parking on ${had.title}`, () => {
    test('a lane that parks leaves out the rows that the server refuses, names them without their values, and does the rest (H-109)', async () => {
      await using story = await receivingStory(
        had,
        'CREATE TABLE items (id int PRIMARY KEY, word varchar(5), code varchar(20) UNIQUE, n smallint NOT NULL, at datetime, kind int, CONSTRAINT odd CHECK (kind <> 3))',
        "INSERT INTO items VALUES (1, 'old', 'one', 1, NULL, 0), (2, 'old', 'two', 2, NULL, 0)",
      );
      const items = await story.table('items');
      const row = (id: string, more: Row = {}): Row => ({id, word: 'new', code: `code ${id}`, n: '1', at: null, kind: '0', ...more});
      await story.target.setProgress('reverse', at('0/0'), 1);
      const lane = await story.target.applier('reverse', 1, [items], {parks: true});
      const bad: readonly [Row, RegExp][] = [
        [row('101', {word: 'a secret much too long'}), /^1406: .*'word'/],
        [row('102', {n: '70000'}), /^1264: .*'n'/],
        [row('103', {n: null}), /^1048: .*'n'/],
        [row('104', {code: 'two'}), /^(1062|1586): Duplicate entry '\.\.\.' for key '.*code'/],
        [row('105', {kind: '3'}), /^(3819|4025): .*odd/],
        [row('106', {at: '2024-13-01 00:00:00'}), /^1292: /],
      ];
      const good = Array.from({length: 300}, (_, i) => insert(row(String(1000 + i))));
      const {missing, refused} = await lane.write([
        {
          table: items.name,
          steps: [
            rows(...good.slice(0, 150), ...bad.map(([one]) => insert(one)), ...good.slice(150), update(row('1'))),
            rows(update(row('101'))),
          ],
        },
      ]);
      expect(missing).toEqual([]);
      for (const [one, reason] of bad)
        expect(refused.filter(({key}) => key[0] === one['id']).map((found) => found.reason)[0], one['id'] ?? '').toMatch(reason);
      expect(refused.at(-1), 'what comes later for such a row').toMatchObject({
        key: ['101'],
        reason: expect.stringContaining('comes after'),
      });
      expect(JSON.stringify(refused)).not.toMatch(/secret|70000|two|13-01/);
      await lane.commit({position: at('0/1'), commitSeq: 0, ...NOTHING});
      expect(await allRows(story, items)).toHaveLength(302);
      expect((await story.target.windows()).rereads).toHaveLength(6);
      expect((await story.target.parked()).map(({key, since}) => [key[0], Date.parse(since) > 0])).toEqual(
        expect.arrayContaining([['106', true]]),
      );
      const taken = bad.map(([one]) => ({table: items.name, key: [one['id'] ?? null]}));
      await lane.commit({position: at('0/1'), commitSeq: 1, ...NOTHING, rereadRemove: taken});
      expect([await story.target.parked(), (await story.target.windows()).rereads]).toEqual([[], []]);
      await expect(lane.write([{table: items.name, steps: [rows(insert(row('2')))]}]), 'somebody else wrote it').rejects.toMatchObject({
        code: 'CF-APPLY-001',
      });
      await lane.close();
    });
  });
}
