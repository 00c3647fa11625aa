/** Every operation of a change in place on a real server: forward, back, forward again, each act twice, and rows that are unfit. */
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type AlteredSide, openAlteredSide, ORDERS, PEOPLE} from '../../../test/support/altered-side.ts';
import type {PlannedOperation} from '../../model/planned-operation.ts';

let side: AlteredSide;
beforeEach(async () => {
  side = await openAlteredSide();
});
afterEach(() => side[Symbol.asyncDispose]());

type Case = {
  readonly planned: PlannedOperation;
  /** Of the shape, when it is complete. */
  readonly leaves: string;
  /** What the application writes between start and contract, without a complaint. */
  readonly between?: string;
  /** Makes the rows unfit; and what mends them. */
  readonly unfit?: readonly [string, string];
};

const CASES: readonly Case[] = [
  {
    planned: {kind: 'set-not-null', table: ORDERS, column: 'note'},
    leaves: 'column orders.note text not null',
    between: `insert into orders (id, cents) values (4, 1); delete from orders where id = 4`,
    unfit: ['update orders set note = null where id = 2', `update orders set note = 'again' where id = 2`],
  },
  {
    planned: {kind: 'add-check', table: ORDERS, name: 'orders_cents', check: 'cents > 0 -- never for free'},
    leaves: 'orders_cents CHECK ((cents > 0))',
    between: 'update orders set cents = 0; update orders set cents = 7',
    unfit: ['update orders set cents = -1 where id = 3', 'update orders set cents = 1 where id = 3'],
  },
  {
    planned: {
      kind: 'add-foreign-key',
      table: ORDERS,
      name: 'orders_person',
      columns: ['person'],
      references: {table: PEOPLE, columns: ['id']},
      onDelete: 'cascade',
    },
    leaves: 'orders_person FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE',
    between: 'update orders set person = 9; update orders set person = null',
    unfit: ['update orders set person = 8 where id = 1', 'insert into people values (8)'],
  },
  {
    planned: {kind: 'add-index', table: ORDERS, name: 'orders_note', on: ['lower(note)', 'person desc'], unique: true, where: 'cents > 0'},
    leaves: 'index CREATE UNIQUE INDEX orders_note ON public.orders USING btree (lower(note), person DESC) WHERE (cents > 0)',
    between: `insert into orders values (4, 'new', 1, 1)`,
  },
  {
    planned: {kind: 'drop-column', table: ORDERS, column: 'cents', value: 'length(note)', goesWith: []},
    leaves: 'column orders.person integer',
    between: `insert into orders (id, note) values (4, 'four')`,
  },
  {
    planned: {
      kind: 'raw-sql',
      name: 'comments',
      tables: [ORDERS],
      start: ['alter table orders add column remark text', 'alter table orders alter column remark set default 0'],
      undo: ['alter table orders drop column remark'],
      complete: ['alter table orders alter column remark drop default'],
      validate: 'select count(*) from orders where cents < 0',
    },
    leaves: 'column orders.remark text',
    unfit: ['update orders set cents = -1 where id = 3', 'update orders set cents = 1 where id = 3'],
  },
  {
    planned: {
      kind: 'rename-column',
      table: ORDERS,
      column: 'cents',
      oldType: 'integer',
      into: [{column: 'price', type: 'integer', using: 'cents', notNull: true, default: '5'}],
      back: 'price',
      goesWith: [],
    },
    leaves: 'column orders.price integer not null',
    between: `insert into orders (id, price) values (4, 12); insert into orders (id, cents) values (5, 13); update orders set price = 14 where id = 5`,
  },
  {
    planned: {
      kind: 'change-type',
      table: ORDERS,
      column: 'note',
      oldType: 'text',
      into: [{column: 'note_new', type: 'jsonb', using: 'to_jsonb(note)', notNull: false}],
      back: `note_new #>> '{}'`,
      goesWith: [],
    },
    leaves: 'column orders.note jsonb',
    between: `insert into orders values (4, 'four', 1, 1)`,
  },
  {
    planned: {
      kind: 'split-column',
      table: ORDERS,
      column: 'note',
      oldType: 'text',
      into: [
        {column: 'word', type: 'varchar(4)', using: `split_part(note, ' ', 1)`, notNull: true, default: `'note'`},
        {column: 'number', type: 'int', using: `split_part(orders.note, ' ', 2)::int -- what follows`, notNull: false},
      ],
      back: `concat_ws(' ', word, number)`,
      goesWith: [],
    },
    leaves: 'column orders.word character varying(4) not null',
    unfit: [`update orders set note = 'letters 4' where id = 2`, `update orders set note = 'note 5' where id = 2`],
  },
];

const isReplaced = (planned: PlannedOperation) => 'goesWith' in planned;
/** Its type, as a line of the shape has it. */
const kindOf = (shape: string | null, column: string) => new RegExp(`orders\\.${column} (.*)`).exec(shape ?? '')?.[1] ?? 'nothing';

it.each(CASES.map((one) => [one.planned.kind, one] as const))(
  '%s: forward, back, and forward again, each act twice',
  async (_, {planned, leaves, between}) => {
    const before = await side.shape();
    if (isReplaced(planned)) expect(before).toContain(planned.column);
    else expect(before).not.toContain(leaves);
    expect(await side.findings(planned)).toEqual([]);
    expect(await side.shape()).toBe(before);
    const twice = async (one: () => Promise<unknown>): Promise<void> => {
      await one();
      await one();
    };
    await twice(() => side.alter.start(side.act(planned)));
    await twice(() => side.alter.sync(side.act(planned)));
    if (between) await side.run(between);
    await twice(() => side.alter.undo(side.act(planned)));
    expect(await side.shape()).toBe(before);
    await side.alter.start(side.act(planned));
    await side.alter.sync(side.act(planned));
    await side.fill(planned);
    expect((await side.alter.validate(planned)).unfilled).toBe('0');
    expect(await side.alter.complete(side.act(planned))).toBe('completed');
    const after = await side.shape();
    expect(after).toContain(leaves);
    expect(after).not.toMatch(/crossfade|in_step|record|INVALID/);
    if (isReplaced(planned)) expect(after).not.toContain(`.${planned.column} ${kindOf(before, planned.column)}`);
    // A contract that is taken up again after a crash asks all of this of what is completed already.
    expect(await side.alter.validate(planned)).toEqual({rows: '0', unfilled: '0'});
    expect(await side.alter.users(planned)).toEqual({objects: [], statements: []});
    expect(await side.alter.complete(side.act(planned))).toBe('completed');
    await side.alter.undo(side.act(planned)); // the application's since it was completed
    expect(await side.shape()).toBe(after);
  },
);

it.each(CASES.flatMap((one) => (one.unfit ? [[one.planned.kind, one.planned, one.leaves, ...one.unfit] as const] : [])))(
  '%s is not final while a row is unfit, and leaves nothing behind by trying',
  async (_, planned, leaves, spoil, mend) => {
    await side.alter.start(side.act(planned));
    await side.alter.sync(side.act(planned));
    await side.fill(planned);
    const before = await side.shape();
    await side.run(spoil);
    expect(await side.alter.validate(planned)).toMatchObject({unfilled: '1'});
    if (planned.kind !== 'raw-sql') expect(await side.alter.complete(side.act(planned))).toBe('unfilled');
    expect(await side.shape()).toBe(before);
    await side.run(mend);
    expect((await side.alter.validate(planned)).unfilled).toBe('0');
    expect(await side.alter.complete(side.act(planned))).toBe('completed');
    expect(await side.shape()).toContain(leaves);
  },
);
