/** Two shapes of a column at once, written by versions of an application that know one of them each. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type AlteredSide, openAlteredSide, ORDERS} from '../../../test/support/altered-side.ts';
import type {PlannedOperation} from '../../model/planned-operation.ts';

let side: AlteredSide;
beforeEach(async () => {
  side = await openAlteredSide();
});
afterEach(() => side[Symbol.asyncDispose]());

/** Loses what is not a first and a last word; and the way back writes all in one case. */
const SPLIT: PlannedOperation = {
  kind: 'split-column',
  table: ORDERS,
  column: 'note',
  oldType: 'text',
  into: [
    {column: 'first', type: 'text', using: `split_part(note, ' ', 1)`, notNull: false},
    {column: 'last', type: 'text', using: `nullif(split_part(note, ' ', 2), '')`, notNull: false},
  ],
  back: `upper(concat_ws(' ', first, last))`,
  goesWith: [],
};
const RATIO: PlannedOperation = {
  kind: 'change-type',
  table: ORDERS,
  column: 'cents',
  oldType: 'integer',
  into: [{column: 'cents_new', type: 'numeric(6,1)', using: '100 / cents', notNull: true}],
  back: 'cents_new',
  goesWith: [],
};

const rows = (columns: string) => side.value(`select string_agg(concat_ws('|', id, ${columns}), ' ; ' order by id) from orders`);

it('each writer decides by what it writes, and an unfilled row loses nothing', async () => {
  await side.alter.start(side.act(SPLIT));
  await side.alter.sync(side.act(SPLIT));
  await side.run(
    `insert into orders (id, note, cents) values (4, 'Ann Lee', 1)`, // knows the old shape
    `insert into orders (id, first, last, cents) values (5, 'Bo', 'Day', 1)`, // the new one
    `insert into orders (id, note, first, last, cents) values (6, 'no', 'Cy', 'Eel', 1)`, // both: the new one decides
    `update orders set last = 'Fox' where id = 1`, // not filled yet
    `update orders set cents = 7 where id = 2`, // neither
  );
  expect(await rows('note, first, last')).toBe(
    '1|NOTE FOX|note|Fox ; 2|note 2|note|2 ; 3|note 3 ; 4|Ann Lee|Ann|Lee ; 5|BO DAY|Bo|Day ; 6|CY EEL|Cy|Eel',
  );
  expect(await side.fill(SPLIT)).toBe(1);
  await side.run(
    `update orders set note = 'Gus Hay' where id = 5`,
    `update orders set first = 'Ida' where id = 4`,
    `update orders set note = 'Jo', first = 'Jo', last = null where id = 6`, // both, and they agree
    `update orders set note = null where id = 2`,
  );
  expect(await rows(`coalesce(note, '-'), coalesce(first, '-'), coalesce(last, '-')`)).toBe(
    '1|NOTE FOX|note|Fox ; 2|-|-|- ; 3|note 3|note|3 ; 4|IDA LEE|Ida|Lee ; 5|Gus Hay|Gus|Hay ; 6|Jo|Jo|-',
  );
  expect(await side.alter.validate(SPLIT)).toEqual({rows: '6', unfilled: '0'});
});

it('filling leaves the old column alone, even where the way back would write something else', async () => {
  await side.alter.start(side.act(SPLIT));
  await side.alter.sync(side.act(SPLIT));
  expect(await side.fill(SPLIT)).toBe(3);
  expect(await rows('note, first, last')).toBe('1|note 1|note|1 ; 2|note 2|note|2 ; 3|note 3|note|3');
  expect(await side.alter.validate(SPLIT)).toEqual({rows: '3', unfilled: '0'});
});

it('who knows the old shape never fails; who knows the new one is told what the old one cannot hold', async () => {
  await side.alter.start(side.act(RATIO));
  await side.alter.sync(side.act(RATIO));
  await side.fill(RATIO);
  await side.run(`update orders set cents = 0 where id = 1`, `update orders set cents_new = 3.7 where id = 2`);
  expect(await rows(`cents, coalesce(cents_new::text, '-')`)).toBe('1|0|- ; 2|4|3.7 ; 3|300|0.0');
  await expect(side.run(`update orders set cents_new = null where id = 3`)).rejects.toThrow('null value in column "cents"');
  await expect(side.alter.validate(RATIO)).rejects.toMatchObject({
    code: 'CF-APPLY-002',
    message: expect.stringContaining('division by zero'),
  });
  await side.run(`update orders set cents = 50 where id = 1`);
  expect(await side.alter.validate(RATIO)).toEqual({rows: '3', unfilled: '0'}); // 4 is all that the old shape can say of 3.7
});

it('a row that is out of step is counted, whoever made it so', async () => {
  await side.alter.start(side.act(SPLIT));
  await side.alter.sync(side.act(SPLIT));
  await side.fill(SPLIT);
  await side.run(
    'alter table orders disable trigger all',
    `update orders set note = 'behind' where id = 1`,
    'alter table orders enable trigger all',
  );
  expect(await side.alter.validate(SPLIT)).toEqual({rows: '3', unfilled: '1'});
});

it.each<[string, PlannedOperation, string]>([
  [
    'another type than it says',
    {...SPLIT, kind: 'rename-column', oldType: 'varchar', into: [{column: 'x', type: 'varchar', using: 'note', notNull: false}], back: 'x'},
    'is of type text',
  ],
  [
    'NOT NULL that would be lost',
    {...RATIO, into: [{column: 'x', type: 'bigint', using: 'cents', notNull: false}], back: 'x'},
    'is NOT NULL, and',
  ],
  ['a new column that is there', {...SPLIT, into: [{column: 'cents', type: 'text', using: 'note', notNull: false}]}, 'is there already'],
  [
    'an expression over what it makes',
    {...SPLIT, into: [{column: 'first', type: 'text', using: 'first', notNull: false}], back: 'first'},
    'uses the column itself',
  ],
  ['a way back of another type', {...RATIO, back: 'now()'}, 'of type integer'],
  ['the key', {...SPLIT, column: 'id', oldType: 'integer'}, 'belongs to the key'],
])('is refused for %s', async (_, planned, reason) => {
  expect((await side.findings(planned)).join('\n')).toContain(reason);
});

it('fits as it stands, and names who uses the old column', async () => {
  expect(await side.findings(SPLIT)).toEqual([]);
  await side.run('create index i on orders (note)');
  expect(await side.findings(SPLIT)).toEqual(['CF-DDL-003 is used by index public.i']);
  expect(await side.findings({...SPLIT, goesWith: ['i']})).toEqual([]);
});
